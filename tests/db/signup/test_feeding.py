"""What a carrier leaves in a folder or answers at an address is brought once, and holds."""

from pathlib import Path

import httpx
import pytest

from chappe.config.settings import BadSettings
from chappe.consent import service as consent
from chappe.db.pool import Database
from chappe.kit.clock import FakeClock
from chappe.kit.outbound import Outbound
from chappe.signup.stoplist.feeding import Feeding
from chappe.signup.stoplist.feeds import FILE_NAME, feeds_of
from chappe.signup.stoplist.jobs import run_next_list

ANNA, BORIS = 33612345678, 33698765432


@pytest.fixture
async def here(database: Database) -> int:
    key: int = await database.engine.fetchval(
        "insert into workspace (name, default_country) values ('ACME', 'FR') returning id"
    )
    return key


async def held(database: Database, here: int) -> dict[int, str]:
    rows = await database.engine.fetch(
        "select phone, source || ' ' || reason as why from suppression where workspace_id = $1", here
    )
    return {row["phone"]: row["why"] for row in rows}


async def test_files_in_a_folder(database: Database, clock: FakeClock, here: int, tmp_path: Path) -> None:
    folder = tmp_path / "alpha"
    folder.mkdir()
    (tmp_path / FILE_NAME).write_text(
        f'[[feed]]\nname = "alpha"\nworkspace = {here}\nfolder = "{folder}"\ncolumn = 2\n'
    )
    feeding = Feeding(database, clock, Outbound().client)
    (folder / "2026-11-02.csv").write_text("2026-11-01;0612345678\n2026-11-02;0698765432\n")
    (folder / ".half").write_text("06")
    assert await feeding.look(feeds_of(tmp_path)) == 1
    assert await run_next_list(database, clock)
    assert await held(database, here) == dict.fromkeys((ANNA, BORIS), "feed refused")
    assert [path.name for path in (folder / "taken").iterdir()] == ["2026-11-02.csv"]
    assert await feeding.look(feeds_of(tmp_path)) == 0


async def test_an_address_is_asked_when_it_is_due(
    database: Database, clock: FakeClock, here: int, tmp_path: Path
) -> None:
    asked: list[httpx.Request] = []

    def carrier(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        if request.headers.get("if-none-match") == '"1"':
            return httpx.Response(304)
        return httpx.Response(200, text="msisdn\n33612345678\n", headers={"etag": '"1"'})

    (tmp_path / FILE_NAME).write_text(
        f'[[feed]]\nname = "beta"\nworkspace = {here}\nurl = "https://carrier.example/stops"\n'
        'header = "Authorization: Bearer t"\nevery_minutes = 5\n'
    )

    def client(_: float) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=httpx.MockTransport(carrier))

    feeding, feeds = Feeding(database, clock, client), feeds_of(tmp_path)
    assert [await feeding.look(feeds) for _ in range(2)] == [1, 0]
    clock.advance(301)
    assert await feeding.look(feeds) == 0
    assert [request.headers["authorization"] for request in asked] == ["Bearer t"] * 2
    assert await run_next_list(database, clock)
    async with database.transaction(here) as conn:
        assert list(await consent.suppressed(conn, here, [ANNA])) == [ANNA]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('[[feed]]\nname = "a"\nworkspace = 1\n', "needs a url or a folder"),
        ('[[feed]]\nname = "a"\nworkspace = 1\nurl = "ftp://x"\n', "url"),
        ('[[feed]]\nname = "a"\nworkspace = 1\nboil = 1\n', "boil"),
        ("feed", "feeds.toml"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, reason: str) -> None:
    (tmp_path / FILE_NAME).write_text(text)
    with pytest.raises(BadSettings, match=reason):
        feeds_of(tmp_path)

"""What a phone gets that opens a link, and what is on disk by then."""

import asyncio
from uuid import uuid4

import httpx
import pytest
from tests.http.conftest import NO_TLS, Server

from chappe.kit.ids import uuid7
from chappe.tracking import repo
from chappe.tracking.codes import Codes
from chappe.tracking.hosts import WELL_KNOWN
from chappe.tracking.model import MOST_MISSES, Linking
from chappe.tracking.redirect import one_visitor

IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) Version/18.1 Mobile/15E148 Safari/604.1"
TO = "https://shop.example.com/spring?a=1&b=2#top"


@pytest.fixture
async def phone(server: Server):
    headers = {"user-agent": IPHONE}
    async with httpx.AsyncClient(
        base_url=server.url, headers=headers, verify=NO_TLS, trust_env=False
    ) as client:
        yield client


@pytest.fixture
async def code(server: Server, keys) -> str:
    """Of a link of three messages: the second one's."""
    async with server.database.engine_transaction() as conn:
        run, campaign = 7, uuid4()
        [link] = await repo.add_links(
            conn, server.workspace_id, run, campaign, [TO], Linking("https://x/l/", None, {})
        )
        base = await repo.allocate(conn, 3)
        await repo.add_blocks(conn, server.workspace_id, [link], [base], 3, 1_000)
    return Codes.of(keys).code(base + 1)


async def unread(server: Server) -> list[tuple[int, bool, str]]:
    rows = await server.database.engine.fetch("select message_id, head, agent from click_unread order by id")
    return [(row["message_id"], row["head"], row["agent"]) for row in rows]


async def test_the_click_is_on_disk_before_the_reader_is_sent_on(server, phone, code) -> None:
    answer = await phone.get(f"/l/{code}")
    assert (answer.status_code, answer.headers["location"]) == (302, TO)
    assert await unread(server) == [(1_001, False, IPHONE)]
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "set-cookie" not in answer.headers
    assert answer.content == b""
    looked = await phone.head(f"/l/{code}")
    assert (looked.status_code, looked.headers["location"]) == (302, TO)
    assert (await unread(server))[1] == (1_001, True, IPHONE)
    refused = await phone.post(f"/l/{code}")
    assert (refused.status_code, refused.headers["allow"]) == (405, "GET, HEAD")
    who = await server.database.engine.fetch("select who from click_unread")
    assert {len(row["who"]) for row in who} == {16}, "no address is kept"


async def test_many_at_once_are_each_written_once(server, phone, code) -> None:
    answers = await asyncio.gather(*(phone.get(f"/l/{code}") for _ in range(60)))
    assert {answer.status_code for answer in answers} == {302}
    assert len(await unread(server)) == 60


async def test_codes_cannot_be_searched_through(server, phone, code) -> None:
    statuses = [(await phone.get(f"/l/{n:07}")).status_code for n in range(MOST_MISSES + 3)]
    assert statuses == [404] * MOST_MISSES + [429] * 3
    slow = await phone.get("/l/0000000")
    assert slow.headers["retry-after"] == "60"
    assert "Too many attempts" in slow.text
    assert (await phone.get(f"/l/{code}")).status_code == 302, "a link that is somebody's still leads on"
    assert await unread(server) == [(1_001, False, IPHONE)]


def test_one_visitor_is_one_network_of_ipv6_and_one_address_of_ipv4() -> None:
    same = [("2001:db8:1:2::1", "2001:db8:1:2:ffff::9"), ("192.0.2.7", "::ffff:192.0.2.7")]
    other = [("2001:db8:1:2::1", "2001:db8:1:3::1"), ("192.0.2.7", "192.0.2.8"), ("192.0.2.7", "lab")]
    assert [one_visitor(a) == one_visitor(b) for a, b in same + other] == [True] * 2 + [False] * 3


@pytest.mark.parametrize(
    ("language", "words"),
    [("fr-FR,fr;q=0.9", "Ce lien ne mène nulle part"), ("de", "This link leads nowhere")],
)
async def test_who_mistypes_reads_why_in_their_language(phone, language: str, words: str) -> None:
    answer = await phone.get("/l/nothing!", headers={"accept-language": language})
    assert answer.status_code == 404
    assert words in answer.text
    assert "script" not in answer.text


async def test_a_killed_link_is_gone(server, phone, code) -> None:
    await server.database.engine.execute("update short_link set killed_at = now()")
    answer = await phone.get(f"/l/{code}")
    assert answer.status_code == 410
    assert "location" not in answer.headers
    assert await unread(server) == []


async def test_on_a_domain_of_ones_own_there_are_links_and_nothing_else(server, phone, code) -> None:
    await server.database.engine.execute(
        "insert into link_domain (id, workspace_id, host, state, verified_at) "
        "values ($1, $2, $3, 'ready', now())",
        uuid7(),
        server.workspace_id,
        "go.shop.example.com",
    )
    host = {"host": "go.shop.example.com"}
    await server.database.engine.execute(
        "insert into link_domain (id, workspace_id, host) values ($1, $2, $3)",
        uuid7(),
        server.workspace_id,
        "app.example.com",
    )
    wished = await phone.get("/login", headers={"host": "app.example.com"})
    assert wished.status_code == 200, "a name that was only wished for stays what it is"
    assert (await phone.get(f"/{code}", headers=host)).headers["location"] == TO
    for path in ("/", "/login", "/v1/openapi.json", f"/{code}x"):
        assert (await phone.get(path, headers=host)).status_code == 404, path
    assert (await phone.get("/robots.txt", headers=host)).text == "User-agent: *\nDisallow: /\n"
    proof = (await phone.get(f"/{WELL_KNOWN}", headers=host)).text
    assert len(proof) == 64
    assert (await phone.get("/login")).status_code == 200

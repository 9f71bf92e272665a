"""Imports in steps: a file is uploaded, its columns and its consent are settled, then a worker takes it."""

from collections.abc import AsyncIterator
from datetime import date, timedelta
from uuid import UUID

import pytest

from chappe.consent import service as consent
from chappe.consent.model import NewSuppression, StatedConsent, SuppressionScope
from chappe.contacts import service as contacts
from chappe.db.pool import Connection, Database
from chappe.kit.clock import FakeClock, SystemClock
from chappe.signup import drafts, repo, service
from chappe.signup.errors import (
    BadMapping,
    ConsentIncomplete,
    NoPhoneColumn,
    NotADraft,
    UnknownColumn,
    UnknownImport,
)
from chappe.signup.jobs import run_next_import
from chappe.signup.model import Import, ImportState, NewImport

ANNA, BORIS = 33612345678, 33698765432
FILE = "Contact;Prénom;Notes\n0612345678;Anna;x\n06 98 76 54 32;Boris;\n06;Trop court;\n0612345678;Anna;y\n"
PROOF = StatedConsent(basis="express", source="Caisse", text="J'accepte", collected_on=date(2026, 3, 1))


@pytest.fixture
async def here(database: Database) -> int:
    key: int = await database.engine.fetchval("insert into workspace (name) values ('ACME') returning id")
    return key


async def draft(conn: Connection, here: int, text: str | bytes = FILE) -> Import:
    data = text if isinstance(text, bytes) else text.encode()

    async def blocks() -> AsyncIterator[bytes]:
        yield data

    listed = await contacts.list_named(conn, here, "Clients")
    new = NewImport(
        list_id=listed.id, filename="clients.csv", default_country="FR", consent=None, mapping=None
    )
    return await service.open_import(conn, here, new, blocks(), state=ImportState.DRAFT)


async def test_a_draft_waits_until_its_steps_are_done(database: Database, here: int) -> None:
    clock = FakeClock()
    async with database.transaction(here) as conn:
        opened = await draft(conn, here)
        assert await service.page_imports(conn, here, before=None, limit=9) == []
        assert await service.page_imports(conn, here, before=None, limit=9, drafts=True) == [opened]
    assert not await run_next_import(database, clock)
    async with database.transaction(here) as conn:
        seen = await drafts.glance(conn, opened)
        assert [(column.name, column.field) for column in seen.columns] == [
            ("Contact", "contact"),
            ("Prénom", "first_name"),
            ("Notes", "notes"),
        ]
        assert (seen.phone, seen.samples[0]) == (False, ["0612345678", "06 98 76 54 32", "06"])
        with pytest.raises(NoPhoneColumn):
            await drafts.settle_columns(conn, opened, {"Contact": None})
        mapping = {"Contact": "phone", "Prénom": "first_name", "Notes": None}
        opened = await drafts.settle_columns(conn, opened, mapping)
        await consent.suppress(
            conn,
            here,
            [NewSuppression(phone=BORIS, scope=SuppressionScope.MARKETING, reason="stop", source="inbound")],
        )
        found, known = await drafts.preview(conn, opened)
        assert (found.read, len(found.phones), found.duplicates, found.whole) == (4, 2, 1, True)
        assert (known.contacts, known.suppressed) == (0, 1)
        fault = found.rejections[0].fault
        assert fault is not None
        assert (found.rejections[0].row, fault.code, fault.field, fault.value) == (
            4,
            "phone_too_short",
            "Contact",
            "06",
        )
        await drafts.begin(conn, opened, PROOF, "user 1")
        with pytest.raises(NotADraft):
            await drafts.get_draft(conn, here, opened.id)
    assert await run_next_import(database, clock)
    async with database.transaction(here) as conn:
        done = await service.get_import(conn, here, opened.id)
        assert (done.state, done.created, done.rejected) == (ImportState.FINISHED, 2, 1)
        assert done.consent == PROOF
        kept = await service.page_rejections(conn, here, opened.id, after=0, limit=9)
        assert [(one.row, one.fault) for one in kept] == [(4, fault)]
        people = await contacts.by_phone(conn, here, [ANNA])
        assert people[ANNA].attributes == {"first_name": "Anna"}


@pytest.mark.parametrize(
    ("mapping", "error"),
    [
        ({"Contact": "phone", "Prénom": "phone"}, BadMapping),
        ({"Contact": "phone", "Prénom": "No good"}, BadMapping),
        ({"Contact": "phone", "Ville": "city"}, UnknownColumn),
    ],
)
async def test_mappings_that_cannot_be(
    database: Database, here: int, mapping: dict[str, str | None], error: type[Exception]
) -> None:
    async with database.transaction(here) as conn:
        opened = await draft(conn, here)
        with pytest.raises(error):
            await drafts.settle_columns(conn, opened, mapping)


async def test_a_file_without_a_header_keeps_its_first_row_through_the_steps(
    database: Database, here: int
) -> None:
    async with database.transaction(here) as conn:
        opened = await draft(conn, here, "Anna;0612345678\nBoris;0698765432\n")
        seen = await drafts.glance(conn, opened)
        assert [(column.name, column.field) for column in seen.columns] == [
            ("column 1", "column_1"),
            ("column 2", "phone"),
        ]
        assert seen.samples[0] == ["Anna", "Boris"]
        opened = await drafts.settle_columns(conn, opened, {"column 1": "first_name", "column 2": "phone"})
        found, _ = await drafts.preview(conn, opened)
        assert found.read == 2
        await drafts.begin(conn, opened, None, "user 1")
    assert await run_next_import(database, FakeClock())
    async with database.transaction(here) as conn:
        people = await contacts.by_phone(conn, here, [ANNA, BORIS])
        assert {one.attributes["first_name"] for one in people.values()} == {"Anna", "Boris"}


async def test_consent_is_stated_whole_or_not_at_all(database: Database, here: int) -> None:
    async with database.transaction(here) as conn:
        opened = await draft(conn, here)
        with pytest.raises(ConsentIncomplete) as caught:
            await drafts.begin(
                conn, opened, StatedConsent(basis="express", source=" ", text="J'accepte"), "user 1"
            )
        assert caught.value.field == "consent.source"
        assert (await drafts.get_draft(conn, here, opened.id)).state is ImportState.DRAFT


async def test_a_draft_is_thrown_away_by_hand_or_after_a_day(database: Database, here: int) -> None:
    async with database.transaction(here) as conn:
        first, second = await draft(conn, here), await draft(conn, here)
        await drafts.discard(conn, first)
        with pytest.raises(UnknownImport):
            await service.get_import(conn, here, first.id)
    async with database.engine_transaction() as conn:
        now = SystemClock().now()
        await repo.drop_stale_drafts(conn, now - timedelta(days=1))
        assert await conn.fetchval("select count(*) from import") == 1
        await repo.drop_stale_drafts(conn, now + timedelta(days=1))
        assert await conn.fetchval("select count(*) from import_block") == 0
        with pytest.raises(UnknownImport):
            await drafts.get_draft(conn, here, second.id)


async def test_a_long_file_is_judged_by_its_beginning(database: Database, here: int) -> None:
    rows = "".join(f"06{n:08};Client {n}\n" for n in range(12_000, 30_000))
    data = ("Portable;Nom\n" + rows).encode()
    async with database.transaction(here) as conn:
        opened = await draft(conn, here, data)
        found, _ = await drafts.preview(conn, opened)
        assert (found.read, found.whole) == (5_000, False)


async def test_another_workspaces_draft_is_none(database: Database, here: int) -> None:
    other: int = await database.engine.fetchval("insert into workspace (name) values ('o') returning id")
    async with database.transaction(here) as conn:
        opened: UUID = (await draft(conn, here)).id
    async with database.transaction(other) as conn:
        with pytest.raises(UnknownImport):
            await drafts.get_draft(conn, other, opened)

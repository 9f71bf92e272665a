"""Bulk actions and lists: batch by batch, noted for each contact, taken back."""

from datetime import UTC, datetime, timedelta

import pytest

from chappe.contacts import bulk, events, lists, service
from chappe.contacts.bulk import BulkState, Whom
from chappe.contacts.errors import ListNameTaken, NothingToUndo, UnknownBulk, UnknownList
from chappe.contacts.events import By, Deed
from chappe.contacts.model import ContactState, IncomingContact
from chappe.contacts.search.finding import Narrowed
from chappe.db.pool import Connection, Database
from chappe.kit.clock import FakeClock
from chappe.kit.ids import uuid7

BY = By(None, "Anna")
FIRST = 33612340000


@pytest.fixture
async def here(database: Database) -> int:
    key: int = await database.engine.fetchval("insert into workspace (name) values ('ACME') returning id")
    async with database.transaction(key) as conn:
        people = [
            IncomingContact(phone=FIRST + n, zones="Europe/Paris", attributes={"last_name": f"P{n % 2}"})
            for n in range(10)
        ]
        await service.merge(conn, key, people)
    return key


async def states(conn: Connection, here: int) -> list[int]:
    rows = await conn.fetch("select state from contact where workspace_id = $1 order by id", here)
    return [row["state"] for row in rows]


async def test_all_that_match_are_changed_batch_by_batch(
    database: Database, here: int, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "_BATCH", 2)
    async with database.transaction(here) as conn:
        whom = Whom(which=Narrowed(text="p1"), country="FR")
        started = await bulk.start(conn, here, Deed.ARCHIVED, whom, BY)
    async with database.engine_transaction() as conn:
        waiting = await bulk.next_waiting(conn)
        assert waiting is not None
        half = await bulk.step(conn, waiting, clock)
        assert (half.state, half.total, half.done, half.changed) == (BulkState.RUNNING, 5, 2, 2)
        done = await bulk.finish(conn, half, clock)
        assert (done.state, done.done, done.changed) == (BulkState.FINISHED, 5, 5)
        assert await bulk.next_waiting(conn) is None
        assert await states(conn, here) == [1, 3] * 5
        back = await bulk.undo(conn, here, started.id, BY)
        assert (await bulk.finish(conn, back, clock)).changed == 5
        assert await states(conn, here) == [1] * 10
        some = await conn.fetchval("select id from contact where phone = $1", FIRST + 1)
        history = await events.of_contact(conn, here, some, None, 10)
        assert [(each.kind, each.person) for each in history] == [
            (Deed.RESTORED, "Anna"),
            (Deed.ARCHIVED, "Anna"),
        ]


async def test_undoing_touches_only_what_was_changed(database: Database, here: int, clock: FakeClock) -> None:
    async with database.transaction(here) as conn:
        ids = list((await service.ids_by_phone(conn, here, [FIRST + n for n in range(3)])).values())
        assert await events.turn(conn, here, ids[:1], Deed.BLOCKED, BY) == ids[:1]
        await conn.execute("update contact_event set bulk_id = null")
        started = await bulk.start(conn, here, Deed.BLOCKED, Whom(contact_ids=tuple(ids)), BY)
        assert (await bulk.finish(conn, started, clock)).changed == 2
        back = await bulk.finish(conn, await bulk.undo(conn, here, started.id, BY), clock)
        assert back.changed == 2
        assert (await states(conn, here))[:3] == [ContactState.BLOCKED, 1, 1]
        with pytest.raises(UnknownBulk):
            await bulk.undo(conn, here, uuid7(), BY)
        nothing = await bulk.start(conn, here, Deed.RESTORED, Whom(contact_ids=tuple(ids)), BY)
        await bulk.finish(conn, nothing, clock)
        with pytest.raises(NothingToUndo):
            await bulk.undo(conn, here, nothing.id, BY)


async def test_a_list_grows_and_is_deleted(database: Database, here: int, clock: FakeClock) -> None:
    today = datetime.now(UTC).date()
    async with database.transaction(here) as conn:
        vip = await service.create_list(conn, here, "VIP")
        other = await service.create_list(conn, here, "Other")
        started = await bulk.start(conn, here, Deed.JOINED, Whom(country="FR"), BY, list_id=vip.id)
        assert (await bulk.finish(conn, started, clock)).changed == 10
        again = await bulk.start(conn, here, Deed.JOINED, Whom(country="FR"), BY, list_id=vip.id)
        assert (await bulk.finish(conn, again, clock)).changed == 0
        first = (await lists.member_ids(conn, here, vip.id, 0, 1))[0]
        await lists.leave(conn, here, vip.id, [first], BY)
        figures = {each.name: each for each in await lists.figures(conn, here, today)}
        assert (figures["VIP"].contacts, figures["VIP"].joined, figures["VIP"].gone) == (9, 10, 1)
        assert figures["Other"].contacts == 0
        line = await lists.growth(conn, here, vip.id, today - timedelta(days=2), today)
        assert [count for _, count in line] == [0, 0, 9]
        with pytest.raises(ListNameTaken):
            await lists.rename(conn, here, other.id, "VIP")
        await lists.delete(conn, here, vip.id)
        with pytest.raises(UnknownList):
            await service.get_list(conn, here, vip.id)
        await lists.rename(conn, here, other.id, "VIP")
        emptied = await bulk.start(conn, here, Deed.LEFT, Whom(members=True), BY, list_id=vip.id)
        assert (await bulk.finish(conn, emptied, clock)).changed == 9
        assert await lists.size(conn, here, vip.id) == 0


async def test_what_a_day_noted_is_folded_when_it_is_over(database: Database, here: int) -> None:
    async with database.engine_transaction() as conn:
        vip = await service.create_list(conn, here, "VIP")
        for contact in (await service.ids_by_phone(conn, here, [FIRST + n for n in range(4)])).values():
            await lists.join(conn, here, vip.id, [contact], BY)
        assert await lists.fold(conn) == 0, "today is not over"
        await conn.execute("update list_delta set day = day - 1")
        assert await lists.fold(conn) == 4
        assert await conn.fetchval("select count(*) from list_delta") == 1
        assert await lists.size(conn, here, vip.id) == 4

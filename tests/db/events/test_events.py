"""Events are kept once, of a person who is found or made."""

from datetime import UTC, datetime, timedelta

import pytest

from chappe.contacts.errors import UnknownContact
from chappe.db.pool import Database
from chappe.events import service
from chappe.events.errors import EventOutOfTime, NobodyNamed
from chappe.events.model import IncomingEvent

ANNA, BORIS = 33612345678, 33698765432
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


async def workspace(database: Database) -> int:
    key: int = await database.engine.fetchval("insert into workspace (name) values ('Shop') returning id")
    return key


def order(phone: int = ANNA, key: str | None = None, at: datetime = NOW, **told: object) -> IncomingEvent:
    return IncomingEvent(name="Order Completed", at=at, key=key, phone=phone, properties=told)


async def test_the_same_event_twice_is_one_event_of_one_person(database: Database) -> None:
    here = await workspace(database)
    told = [order(key="o1", revenue=12.5), order(key="o1"), order(BORIS, "o2", total=3), order(BORIS)]
    async with database.transaction(here) as conn:
        first = await service.record(conn, here, told, NOW)
        again = await service.record(conn, here, told[:1], NOW)
        kept = await service.of_contact(conn, here, first[0].contact_id, limit=9)
    assert [one.id is not None for one in first] == [True, False, True, True]
    assert (again[0].id, again[0].contact_id) == (None, first[0].contact_id)
    assert [(event.name, event.properties) for event in kept] == [("Order Completed", {"revenue": 12.5})]
    worths = await database.engine.fetch("select value from event order by id")
    assert [row["value"] for row in worths] == [12.5, 3.0, None]


async def test_a_month_that_nobody_foresaw_is_made_and_an_old_one_dropped(database: Database) -> None:
    here = await workspace(database)
    async with database.transaction(here) as conn:
        await service.record(conn, here, [order(at=datetime(2025, 2, 28, 23, 59, tzinfo=UTC))], NOW)
    assert await database.engine.fetchval("select count(*) from event_202502") == 1
    async with database.engine_transaction() as conn:
        await service.upkeep(conn, datetime(2027, 2, 28, tzinfo=UTC))
        assert await conn.fetchval("select to_regclass('event_202703') is not null")
        assert await conn.fetchval("select to_regclass('event_202502')") is not None
        await service.upkeep(conn, datetime(2027, 3, 1, tzinfo=UTC))
        assert await conn.fetchval("select to_regclass('event_202502')") is None


async def test_what_cannot_be_kept_is_refused(database: Database) -> None:
    here = await workspace(database)
    stranger = IncomingEvent(name="Visit", at=NOW, contact_id=4)
    async with database.transaction(here) as conn:
        with pytest.raises(EventOutOfTime):
            await service.record(conn, here, [order(at=NOW + timedelta(days=2))], NOW)
        with pytest.raises(EventOutOfTime):
            await service.record(conn, here, [order(at=datetime(2024, 10, 31, tzinfo=UTC))], NOW)
        with pytest.raises(NobodyNamed):
            await service.record(conn, here, [IncomingEvent(name="Visit", at=NOW)], NOW)
        with pytest.raises(UnknownContact) as refused:
            await service.record(conn, here, [order(), stranger], NOW)
    assert refused.value.field == "events[1].contact_id"


async def test_events_go_with_their_person(database: Database) -> None:
    here = await workspace(database)
    async with database.transaction(here) as conn:
        (one,) = await service.record(conn, here, [order()], NOW)
    await database.engine.execute("delete from contact where id = $1", one.contact_id)
    assert await database.engine.fetchval("select count(*) from event") == 0

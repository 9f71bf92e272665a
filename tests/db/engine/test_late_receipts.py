"""Messages found again by the carrier's id: in days that are indexed, in days that are not, in disguise."""

import asyncio
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from chappe.engine import pg_lookup
from chappe.engine.late_receipts import LateReceipts
from chappe.engine.model import Ask, LinkSession
from chappe.engine.pg_store import PgStore
from chappe.engine.provider_map import ProviderMap
from chappe.engine.receipts import FinalReceipt, Receipts
from chappe.engine.remembering import remember
from chappe.engine.runs import Runs
from chappe.engine.tokens import count_of, index_of, message_of, single
from chappe.engine.wakes import Wakes
from chappe.kit.clock import FakeClock
from chappe.messages import receipt_index
from chappe.messages.model import MessageState, first_id_of_day
from chappe.sms.provider_ids import IdMode, canonical

TODAY = datetime.now(UTC).date()
YESTERDAY = TODAY - timedelta(days=1)
TOMORROW = first_id_of_day(TODAY + timedelta(days=1))
SINCE = first_id_of_day(TODAY - timedelta(days=4))
LINK = LinkSession(1, 1, 1)
DELIVERED = int(MessageState.DELIVERED)


@pytest.fixture
async def store(database):
    found = PgStore(database)
    yield found
    await found.close()


async def add(database, day, ids, *, more=None, state=3, carrier=1, first=1) -> list[int]:
    """States of messages of a day."""
    rows = [(first_id_of_day(day) + first + n, one) for n, one in enumerate(ids)]
    await database.engine.executemany(
        "insert into message_state (id, workspace_id, state, carrier_number, provider_id, more_ids)"
        " values ($1, 1, $3, $4, $2, $5)",
        [(message, one, state, carrier, more) for message, one in rows],
    )
    return [message for message, _ in rows]


async def build(database, today=TODAY):
    conn = await database.connection()
    try:
        return await receipt_index.build_next(conn, today)
    finally:
        await conn.close()


async def ids_of(store, names, *, read_up_to=None, again=False) -> list[int]:
    ask = Ask.AGAIN if again else Ask.AT_ONCE if read_up_to is None else Ask.READ
    found = await store.find_sent(LINK, names, SINCE, read_up_to or 0, ask=ask)
    return sorted(one.id for one in found.messages)


async def test_a_day_that_is_over_is_indexed_and_the_one_being_written_is_not(database, store) -> None:
    [old] = await add(database, YESTERDAY, ["old-1"])
    [new] = await add(database, TODAY, ["new-1"])
    assert await ids_of(store, ["old-1", "new-1"]) == []
    assert await ids_of(store, ["old-1", "new-1"], read_up_to=TOMORROW) == [old, new]
    assert await ids_of(store, ["old-1", "new-1"], read_up_to=old) == [old]
    assert await build(database) == YESTERDAY
    assert await build(database) is None
    assert await ids_of(store, ["old-1"], again=True) == [old]
    assert await ids_of(store, ["new-1"], read_up_to=old) == []
    assert await ids_of(store, ["old-1", "new-1"]) == [old]


async def test_a_large_day_is_indexed_because_the_sender_asked(database, store, monkeypatch) -> None:
    monkeypatch.setattr(pg_lookup, "LARGE_BYTES", 1)
    heard = asyncio.Event()
    listener = await database.connection()
    await listener.add_listener(receipt_index.ASKED, lambda *_: heard.set())
    [message] = await add(database, TODAY, ["a"])
    assert await build(database) is None
    assert await ids_of(store, ["a"], read_up_to=message) == []
    async with asyncio.timeout(30):
        await heard.wait()
    # Nobody builds: after a while it is read.
    await database.engine.execute("update late_receipt_day set asked_at = now() - interval '3 minutes'")
    assert await ids_of(store, ["a"], read_up_to=message) == [message]
    assert await build(database) == TODAY
    assert await ids_of(store, ["a"]) == []
    assert await ids_of(store, ["a"], again=True) == [message]
    assert await ids_of(store, ["a"]) == [message]
    await listener.close()


@pytest.mark.parametrize("indexed", [True, False])
async def test_ids_in_disguise_and_of_any_part_are_found(database, store, indexed) -> None:
    [first] = await add(database, YESTERDAY, ["00B8BE19"])
    [second] = await add(database, YESTERDAY, ["6F9619FF-8B86"], first=5)
    [third] = await add(database, YESTERDAY, ["p1"], more=["p2", "p3"], first=9)
    await add(database, YESTERDAY, ["other"], more=["p4"], carrier=2, first=12)
    if indexed:
        await build(database)
    read = None if indexed else TOMORROW
    assert await ids_of(store, ["b8be19"], read_up_to=read) == [first]
    assert await ids_of(store, ["6f9619ff8b86"], read_up_to=read) == [second]
    assert await ids_of(store, ["p3", "p4", "other"], read_up_to=read) == [third]


async def test_the_key_is_one_for_every_disguise(database) -> None:
    """Whatever Python takes for the same id has the same key in the index."""
    disguises = [
        "00b8be19",
        "B8BE19",
        "0xB8be19",
        " b8-be19 ",
        "{b8be19}",
        "b8be19\t",
        "0",
        "000",
        "x",
        "7f",
        "7F",
    ]
    keys = await database.engine.fetch(
        "select n, provider_key(n) as key from unnest($1::text[]) n", disguises
    )
    by_name = {canonical(row["n"]): row["key"] for row in keys}
    assert len(by_name) < len(disguises)
    assert {row["n"]: row["key"] for row in keys} == {n: by_name[canonical(n)] for n in disguises}


async def test_a_build_that_was_interrupted_is_begun_anew(database) -> None:
    await add(database, YESTERDAY, ["a"])
    writer = await database.connection()
    block = writer.transaction()
    await block.start()
    await writer.execute("update message_state set done_mask = 1 where id >= $1", first_id_of_day(YESTERDAY))
    building = asyncio.create_task(build(database))
    half_built = "select exists (select from receipt_days($1, $1) where broken)"
    async with asyncio.timeout(30):
        while not await database.engine.fetchval(half_built, YESTERDAY):
            await asyncio.sleep(0.02)
    building.cancel()
    await asyncio.gather(building, return_exceptions=True)
    await block.rollback()
    await writer.close()
    assert await database.engine.fetchval("select broken from receipt_days($1, $1)", YESTERDAY)
    assert await build(database) == YESTERDAY
    assert await database.engine.fetchval("select indexed from receipt_days($1, $1)", YESTERDAY)


async def test_memory_is_read_from_the_ledger_and_says_what_it_left_out(database, store, monkeypatch) -> None:
    monkeypatch.setattr(pg_lookup, "_PAGE", 10)
    old = await add(database, YESTERDAY, [f"y{n}" for n in range(30)])
    new = await add(database, TODAY, [f"t{n}" for n in range(30)])
    [failed] = await add(database, TODAY, ["failed"], state=5, first=40)
    await add(database, TODAY, ["delivered"], state=4, first=41)
    whole = ProviderMap()
    await remember(store, LINK, whole, Runs(), FakeClock(datetime.now(UTC)))
    assert (whole.forgotten, len(whole.waiting), len(whole.settled)) == (None, 60, 0)
    assert whole.settled_before("failed") == single(failed)
    small = ProviderMap(most=40)
    await remember(store, LINK, small, Runs(), FakeClock(datetime.now(UTC)))
    assert small.forgotten == old[19]
    assert all(f"t{n}" in small.waiting for n in range(len(new)))


async def test_a_receipt_of_a_forgotten_message_is_matched_and_a_strangers_is_parked(database, store) -> None:
    [old, parts] = await add(database, YESTERDAY, ["late", "part1"], more=["part2"])
    await build(database)
    clock = FakeClock(datetime.now(UTC))
    receipts = Receipts(IdMode.AUTO, by_text=False, runs=Runs(), wakes=Wakes(), clock=clock, most_waiting=4)
    receipts.map.stop_rebuilding(first_id_of_day(TODAY))
    link = SimpleNamespace(receipts=receipts, lease=SimpleNamespace(session=LINK), wakes=Wakes())
    late = LateReceipts(link, store, clock)
    given = [FinalReceipt(name, DELIVERED, None, n, 1) for n, name in enumerate(["LATE", "stranger"])]
    receipts.put_back(given, asked=False)
    await late.ask_at_once()
    assert [message_of(one.token) for one in receipts.matched] == [old]
    assert await late.give_up() == []
    assert [one.receipt.provider_id for one in receipts.early] == ["stranger"]
    clock.advance(1.1)
    assert [one.provider_id for one in await late.give_up()] == ["stranger"]
    assert receipts.early == []
    receipts.put_back([FinalReceipt("part2", DELIVERED, None, 3, 1)], asked=False)
    await late.ask_at_once()
    token = receipts.matched[-1].token
    assert (message_of(token), count_of(token), index_of(token)) == (parts, 2, 1)

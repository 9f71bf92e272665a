"""The store against a real server: fences, receipts that never take a state back, plans that cannot stall."""

from datetime import UTC, datetime, timedelta

import pytest

from chappe.carriers import service as carriers
from chappe.carriers.settings import SmppSettings
from chappe.consent.service import forget_numbers, missing_keys
from chappe.db.instance import ensure_instance
from chappe.db.number_keys import NO_KEYS
from chappe.db.pool import Database
from chappe.engine.connection import Joins
from chappe.engine.model import (
    Accepted,
    ClaimRequest,
    FinalStates,
    ParkedReceipt,
    ReceiptRow,
    Remnant,
    Results,
    RouteShare,
    RunRange,
    StateRow,
)
from chappe.engine.pg_store import PgStore
from chappe.engine.runs import Runs
from chappe.engine.statements import SQL
from chappe.engine.store import LeaseLost
from chappe.messages import service as messages
from chappe.messages.model import MessageState, NewChunk, NewMessage, RunDelta

NOW = datetime.now(UTC)


@pytest.fixture
async def store(database):
    found = PgStore(database)
    yield found
    await found.close()


@pytest.fixture
async def place(database, keys):
    """(workspace, carrier number, route, first message id): ten messages in one ready chunk."""
    async with database.engine_transaction() as conn:
        await ensure_instance(conn, keys)
        workspace = await conn.fetchval("insert into workspace (name) values ('w') returning id")
        settings = SmppSettings(host="127.0.0.1", port=1, system_id="x")
        carrier = await carriers.create_carrier(
            conn, keys, workspace, name="a", settings=settings, password="p"
        )
        route = await conn.fetchval("select id from route")
        lo = await messages.allocate_ids(conn, 10)
        rows = [
            NewMessage(
                lo + n, workspace, 33_600_000_000 + n, None, None, None, 5, 0, 1, 0, f"text {n}", None, None
            )
            for n in range(10)
        ]
        chunk = NewChunk(workspace, None, route, "36180", 5, lo, lo + 10, NOW, None, None, None)
        await messages.copy(conn, rows, [], [chunk])
    return workspace, carrier.number, route, lo


def sent(message: int, workspace: int, carrier: int, more: list[str] | None = None) -> StateRow:
    ids = f"id-{message}"
    return StateRow(message, workspace, 3, 1 + len(more or ()), carrier, ids, more, 0, 0, None, NOW, None)


def request(route, *, lanes=(5,), alone=True, other=None) -> ClaimRequest:
    return ClaimRequest(lanes, (RouteShare(route, alone, other),), NOW + timedelta(seconds=5), 10)


async def test_a_link_has_one_owner_and_each_change_is_fenced(store, place) -> None:
    workspace, carrier, route, lo = place
    first = await store.lease_link(carrier, workspace, "one")
    assert await store.lease_link(carrier, workspace, "two") is None
    again = await store.lease_link(carrier, workspace, "one")
    assert (first.before, again.before) == (None, "one")
    assert again.session.token == first.session.token + 1
    assert await store.claim(first.session, request(route)) == []
    [chunk] = await store.claim(again.session, request(route))
    stale = Results(rows=[sent(lo, workspace, carrier)], finished=[chunk.id])
    with pytest.raises(LeaseLost):
        await store.record(first.session, stale, again=False)
    [messages] = await store.outgoing([chunk])
    assert len(messages.ids) == 10


async def test_a_claim_takes_what_is_due_on_routes_it_has(store, place, database) -> None:
    workspace, carrier, route, _lo = place
    link = (await store.lease_link(carrier, workspace, "one")).session
    assert await store.claim(link, request(route, lanes=(1, 2))) == []
    assert await store.claim(link, request(route)._replace(due=NOW - timedelta(hours=1))) == []
    await database.engine.execute("update chunk set not_carrier = $1", carrier)
    assert await store.claim(link, request(route, alone=False)) == []
    await database.engine.execute("update instance set held_at = now()")
    assert await store.claim(link, request(route)) == []
    await database.engine.execute("update instance set held_at = null")
    assert len(await store.claim(link, request(route))) == 1


async def test_a_number_forgotten_after_planning_is_found_at_dispatch(store, place, database) -> None:
    """By another connection, after the claim: the ledger does not know the number any more."""
    workspace, carrier, route, _ = place
    link = (await store.lease_link(carrier, workspace, "one")).session
    [chunk] = await store.claim(link, request(route))
    [before] = await store.outgoing([chunk])
    assert (before.hashed, before.suppressed) == (False, frozenset())
    async with database.transaction(workspace) as conn:
        await forget_numbers(conn, workspace, [33_600_000_003, 33_600_000_007], database.number_keys)
    [after] = await store.outgoing([chunk])
    assert (after.hashed, after.suppressed) == (True, frozenset())
    assert await store.suppressed(workspace, after.phones) == dict.fromkeys(
        (33_600_000_003, 33_600_000_007), "marketing"
    )
    await database.engine.execute("update suppression_scheme set changed_at = now() - interval '2 hours'")
    [later] = await store.outgoing([chunk])
    assert not later.hashed


async def test_without_the_key_of_a_hash_answers_alone_are_claimed(store, place, database) -> None:
    workspace, carrier, route, _ = place
    async with database.transaction(workspace) as conn:
        await forget_numbers(conn, workspace, [33_600_000_003], database.number_keys)
    blind = PgStore(Database(database.dsn, database.engine, database.web, NO_KEYS))
    link = (await blind.lease_link(carrier, workspace, "one")).session
    assert await blind.claim(link, request(route)) == []
    await database.engine.execute("update chunk set lane = 2")
    assert len(await blind.claim(link, request(route, lanes=(1, 2)))) == 1
    await database.engine.execute("update chunk set lane = 5, state = 0, carrier_number = null")
    # Nothing is known by that key any more: it may be taken away.
    await database.engine.execute("update suppression set lifted_at = now()")
    assert len(await blind.claim(link, request(route))) == 1
    async with database.transaction(workspace) as conn:
        assert await missing_keys(conn, workspace, NO_KEYS) == []
    await blind.close()


async def test_what_is_left_of_a_chunk_is_in_new_ones(store, place, database) -> None:
    workspace, carrier, route, lo = place
    link = (await store.lease_link(carrier, workspace, "one")).session
    [chunk] = await store.claim(link, request(route))
    rows = [sent(lo + n, workspace, carrier) for n in range(8)]
    left = [
        Remnant(chunk.id, lo + 8, lo + 9, NOW, None, 1, None),
        Remnant(chunk.id, lo + 9, lo + 10, NOW, None, 4, 9),
    ]
    await store.record(link, Results(rows=rows, finished=[chunk.id], remnants=left), again=False)
    found = await database.engine.fetch("select * from chunk order by lo")
    assert [(one["lo"], one["hi"], one["state"], one["attempt"], one["not_carrier"]) for one in found] == [
        (lo + 8, lo + 9, 0, 1, None),
        (lo + 9, lo + 10, 0, 4, 9),
    ]
    assert {(one["source"], one["lane"], one["route_id"]) for one in found} == {("36180", 5, route)}


async def test_a_commit_whose_answer_was_lost_is_not_repeated(store, place, database) -> None:
    workspace, carrier, route, lo = place
    link = (await store.lease_link(carrier, workspace, "one")).session
    [chunk] = await store.claim(link, request(route))
    results = Results(
        rows=[sent(lo + n, workspace, carrier) for n in range(10)],
        deltas=[RunDelta(workspace, 1, 3, "", 10, 10)],
        finished=[chunk.id],
    )
    await store.record(link, results, again=False)
    await store.record(link, results, again=True)
    assert await database.engine.fetchval("select sum(n) from run_delta") == 10


async def test_suppressed_and_stated_messages_are_not_read_again(store, place, database) -> None:
    workspace, carrier, route, lo = place
    link = (await store.lease_link(carrier, workspace, "one")).session
    [chunk] = await store.claim(link, request(route))
    await database.engine.execute(
        "insert into suppression (workspace_id, phone, scope, reason, source)"
        " values ($1, 33600000004, 'marketing', 's', 't')",
        workspace,
    )
    await store.record(link, Results(rows=[sent(lo, workspace, carrier)]), again=False)
    await database.engine.execute("update message set parts = 3, expires_at = $1 where id = $2", NOW, lo + 7)
    found, none = await store.outgoing([chunk, chunk._replace(lo=lo, hi=lo + 1)])
    assert found.ids == [lo + n for n in range(1, 10)]
    assert found.phones == [33_600_000_000 + n for n in range(1, 10)]
    assert found.bodies == [f"text {n}" for n in range(1, 10)]
    assert (found.suppressed, found.parts) == ({lo + 4}, {lo + 7: 3})
    assert found.expires == {lo + 7: NOW}
    assert (none.ids, none.suppressed) == ((), frozenset())


async def test_what_the_carrier_took_is_a_row_like_any_other(store, place, database) -> None:
    workspace, carrier, _route, lo = place
    link = (await store.lease_link(carrier, workspace, "one")).session
    batches = [
        Accepted(workspace, NOW, [lo, lo + 1], [b"4F2", b"\xe9-2"]),
        Accepted(workspace, NOW + timedelta(microseconds=5), [lo + 2], [b""]),
    ]
    rows = [sent(lo + 3, workspace, carrier)]
    await store.record(link, Results(accepted=batches, rows=rows), again=False)
    assert not await store.record(link, Results(accepted=batches, rows=rows), again=True)
    found = await database.engine.fetch("select * from message_state order by id")
    names, times = ["4F2", "\u00e9-2", "", f"id-{lo + 3}"], [NOW, NOW, NOW + timedelta(microseconds=5), NOW]
    assert [tuple(row) for row in found] == [
        (lo + n, workspace, 3, 1, carrier, name, None, 0, 0, None, at, None)
        for n, (name, at) in enumerate(zip(names, times, strict=True))
    ]
    runs = Runs()
    runs.add(RunRange(lo, lo + 2, 1, workspace))
    delivered = FinalStates([lo, lo + 1, lo + 2], [], [])
    assert await store.apply_receipts(link, delivered, runs, NOW) == []
    assert await store.apply_receipts(link, delivered._replace(delivered=[lo, lo + 9]), runs, NOW) == [lo + 9]
    counts = await database.engine.fetch("select run_id, state, sum(n) as n from run_delta group by 1, 2")
    assert {tuple(row) for row in counts} == {(1, 3, -2), (1, 4, 2)}
    state = "select state, done_mask, failed_mask, done_at from message_state where id = $1"
    assert tuple(await database.engine.fetchrow(state, lo)) == (4, 1, 0, NOW)


DELIVERED, UNDELIVERED, EXPIRED = 4, 5, 7


@pytest.mark.parametrize(
    ("pdus", "receipts", "state", "done", "failed"),
    [
        (1, [(1, 0, DELIVERED)], MessageState.DELIVERED, 1, 0),
        (1, [(1, 1, UNDELIVERED), (1, 0, DELIVERED)], MessageState.DELIVERED, 1, 0),
        (1, [(1, 0, DELIVERED), (1, 1, UNDELIVERED)], MessageState.DELIVERED, 1, 0),
        (1, [(1, 1, EXPIRED)], MessageState.EXPIRED, 1, 1),
        (1, [(1, 1, EXPIRED), (1, 0, DELIVERED)], MessageState.EXPIRED, 1, 0),
        (2, [(1, 0, DELIVERED)], MessageState.SENT, 1, 0),
        (2, [(1, 0, DELIVERED), (2, 0, DELIVERED)], MessageState.DELIVERED, 3, 0),
        (2, [(1, 1, UNDELIVERED), (2, 0, DELIVERED)], MessageState.UNDELIVERED, 3, 1),
        (2, [(1, 1, UNDELIVERED), (2, 0, DELIVERED), (1, 0, DELIVERED)], MessageState.DELIVERED, 3, 0),
        (3, [(7, 0, DELIVERED), (2, 2, UNDELIVERED)], MessageState.DELIVERED, 7, 0),
    ],
)
async def test_states_never_go_back(store, place, database, pdus, receipts, state, done, failed) -> None:
    workspace, carrier, _route, lo = place
    link = (await store.lease_link(carrier, workspace, "one")).session
    row = sent(lo, workspace, carrier, ["x"] * (pdus - 1) or None)
    runs = Runs()
    runs.add(RunRange(lo, lo + 1, 1, workspace))
    await store.record(link, Results(rows=[row]), again=False)
    for bits, bad, said in receipts:
        receipt = ReceiptRow(lo, pdus, bits, bad, said, "err:1" if bad else None)
        assert await store.apply_receipts(link, FinalStates([], [receipt], []), runs, NOW) == []
    found = await database.engine.fetchrow("select state, done_mask, failed_mask from message_state")
    assert (found["state"], found["done_mask"], found["failed_mask"]) == (state, done, failed)
    counts = await database.engine.fetch(
        "select state, sum(n) as n from run_delta group by 1 having sum(n) <> 0"
    )
    expected = {} if state is MessageState.SENT else {3: -1, int(state): 1}
    assert {one["state"]: one["n"] for one in counts} == expected


async def test_receipts_without_a_row_are_named_and_parked_ones_kept(store, place, database) -> None:
    workspace, carrier, _route, lo = place
    link = (await store.lease_link(carrier, workspace, "one")).session
    await store.record(link, Results(rows=[sent(lo, workspace, carrier)]), again=False)
    rows = [ReceiptRow(lo + n, 1, 1, 0, DELIVERED, None) for n in range(3)]
    assert await store.apply_receipts(link, FinalStates([], rows, []), Runs(), NOW) == [lo + 1, lo + 2]
    parked = [ParkedReceipt(0, name, name, DELIVERED, None, None) for name in ("a", "b")]
    ids = await store.park(link, parked)
    assert await store.apply_receipts(link, FinalStates([], rows[1:2], ids), Runs(), NOW) == [lo + 1]
    kept = await store.parked(link, NOW - timedelta(hours=1))
    assert sorted((one.id, one.provider_id) for one in kept) == list(zip(ids, ("a", "b"), strict=True))
    await store.apply_receipts(link, FinalStates([], [], [ids[0]]), Runs(), NOW)
    assert await store.forget_parked(link, datetime.now(UTC) + timedelta(seconds=1)) == 1


async def test_receipts_of_another_owner_are_refused(store, place) -> None:
    workspace, carrier, _route, lo = place
    old = (await store.lease_link(carrier, workspace, "one")).session
    await store.record(old, Results(rows=[sent(lo, workspace, carrier)]), again=False)
    await store.lease_link(carrier, workspace, "one")
    with pytest.raises(LeaseLost):
        await store.apply_receipts(old, FinalStates([lo], [], []), Runs(), NOW)
    with pytest.raises(LeaseLost):
        await store.park(old, [ParkedReceipt(0, "a", "a", DELIVERED, None, None)])


@pytest.mark.parametrize(
    "statement", ["apply_delivered", "apply_plain_receipts", "apply_receipts", "late_answers"]
)
async def test_plans_of_the_hot_joins_read_each_side_once(database, statement) -> None:
    """On a young partition that was never analysed; a nested loop here is quadratic in the batch."""
    connection = await database.connection()
    try:
        await connection.execute(
            "insert into message_state (id, workspace_id, state) select (25000::bigint << 0) + g + "
            "((current_date - date '2026-01-01')::bigint << 40), 1, 3 from generate_series(1, 3000) g"
        )
        await connection.execute(Joins.HASHES.value)
        await connection.execute(f"prepare hot as {getattr(SQL, statement)}")
        count = await connection.fetchval(
            "select cardinality(parameter_types) from pg_prepared_statements where name = 'hot'"
        )
        plan = await connection.fetch(f"explain execute hot ({', '.join(['null'] * count)})")
    finally:
        await connection.close()
    text = "\n".join(row[0] for row in plan)
    assert "Nested Loop" not in text, text
    assert "Seq Scan on message_state" not in text, text

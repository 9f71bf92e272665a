"""The ledger is append-only and sealed as it comes, whatever else is being written."""

import asyncio
import time
from typing import Any

import asyncpg
import pytest
from tests.db.consent.ledger.conftest import Ledger

from chappe.consent.evidence import Evidence, encode
from chappe.consent.ledger import model, repo
from chappe.consent.ledger.sealing import seal_waiting, sealing_key
from chappe.consent.service import ledger_erase
from chappe.kit import merkle

ANNA, BORIS = 33612345678, 33698765432


@pytest.mark.parametrize(
    "statement",
    [
        "update consent_event set state = 'granted'",
        "update consent_event set at = now() - interval '1 year'",
        "update consent_event set phone = 33600000000",
        "update consent_event set contact_id = null, erased_at = now()",
        "delete from consent_event",
        "truncate consent_event",
        "update consent_seal set leaves = ''",
        "update consent_seal set seq = seq + 1",
        "delete from consent_seal",
        "truncate consent_seal",
    ],
)
async def test_nothing_in_it_is_changed(ledger: Ledger, statement: str) -> None:
    await ledger.granted([ANNA])
    await ledger.seal()
    with pytest.raises(asyncpg.IntegrityConstraintViolationError, match="append-only"):
        await ledger.database.engine.execute(statement)


async def test_who_serves_requests_may_add_and_no_more(ledger: Ledger) -> None:
    await ledger.granted([ANNA])
    for statement in (
        "update consent_event set erased_at = now()",
        "delete from consent_event",
        "delete from consent_unsealed",
        "update consent_seal set salts = ''",
        "select private_key from consent_key",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with ledger.database.transaction(ledger.here) as conn:
                await conn.execute(statement)


async def test_each_event_is_sealed_once_in_a_chain(ledger: Ledger) -> None:
    await ledger.granted(range(33600000000, 33600000300))
    await ledger.said(33600000007, "STOP")
    assert await ledger.seal() == 301
    assert await ledger.seal() == 0
    await ledger.said(33600000007, "START")
    assert await ledger.seal() == 1
    async with ledger.database.engine_transaction() as conn:
        seals = await repo.seals_after(conn, ledger.here, 0, 10)
        head = await repo.standing(conn, ledger.here)
        events = [row["id"] for row in await conn.fetch("select id from consent_event order by id")]
    assert sorted(event for seal in seals for event in seal.ids) == events
    assert (head.seq, head.sealed, head.hash) == (seals[-1].seq, 302, seals[-1].hash)
    before = model.START
    for place, seal in enumerate(seals, start=1):
        assert (seal.seq, seal.previous) == (place, before)
        assert seal.root == merkle.root(seal.split())
        before = seal.hash


async def test_a_stop_during_an_import_waits_for_nothing_and_is_sealed(ledger: Ledger) -> None:
    """A transaction writes 20,000 consents and goes on; a STOP commits beside it and is sealed before it."""
    people = await ledger.granted([ANNA])
    await ledger.seal()
    writer = await ledger.database.connection()
    try:
        importing = writer.transaction()
        await importing.start()
        await writer.execute(
            "insert into consent_event (workspace_id, contact_id, purpose, state, basis, source, phone) "
            "select $1, 1000000 + n, 'marketing', 'granted', 'express', 'file', 33700000000 + n "
            "from generate_series(1, 20000) as n",
            ledger.here,
        )
        began = time.perf_counter()
        await ledger.said(ANNA, "STOP")
        took = time.perf_counter() - began
        assert await seal_waiting(ledger.database, sealing_key(ledger.keys), ledger.clock) == 1
        stopped = await ledger.database.engine.fetchval(
            "select id from consent_event where contact_id = $1 and state = 'withdrawn'", people[ANNA]
        )
        async with ledger.database.engine_transaction() as conn:
            assert await repo.seal_of(conn, ledger.here, stopped) is not None
        await importing.commit()
    finally:
        await writer.close()
    assert took < 5, "it waited for the import"
    # What came in small goes before what came by the thousand, and one seal holds a few thousand.
    await ledger.said(ANNA, "START")
    sizes = []
    while sealed := await seal_waiting(ledger.database, sealing_key(ledger.keys), ledger.clock):
        sizes.append(sealed)
    async with ledger.database.engine_transaction() as conn:
        third = (await repo.seals_after(conn, ledger.here, 2, 1))[0]
        newest = await conn.fetchval("select max(id) from consent_event")
    assert sum(sizes) == 20_001
    assert max(sizes) <= model.MOST_EVENTS
    assert newest in third.ids


async def test_two_workers_seal_nothing_twice(ledger: Ledger) -> None:
    await ledger.granted(range(33600000000, 33600000050))
    key = sealing_key(ledger.keys)
    counts = await asyncio.gather(*(seal_waiting(ledger.database, key, ledger.clock) for _ in range(4)))
    assert sorted(counts) == [0, 0, 0, 50]


async def test_a_stop_keeps_the_persons_words(ledger: Ledger) -> None:
    await ledger.granted([ANNA, BORIS])
    await ledger.said(ANNA, "Please stop texting me")
    row = await ledger.database.engine.fetchrow(
        "select e.phone, v.data, v.shared from consent_event as e "
        "join consent_evidence as v on v.id = e.evidence_id where e.state = 'withdrawn'"
    )
    assert row is not None
    told = Evidence(channel="sms", raw="Please stop texting me", to="36200")
    assert (row["phone"], row["data"], row["shared"]) == (ANNA, encode(told), False)


async def test_erasing_leaves_the_commitments_of_all(ledger: Ledger) -> None:
    people = await ledger.granted([ANNA, BORIS])
    await ledger.said(ANNA, "STOP")
    await ledger.seal()
    await ledger.said(ANNA, "START")  # not sealed when it is erased

    async def kept(conn: Any) -> list[tuple[list[int], bytes, bytes]]:
        found = await repo.seals_after(conn, ledger.here, 0, 10)
        return [(seal.ids, seal.leaves, seal.hash) for seal in found]

    async with ledger.database.engine_transaction() as conn:
        before = await kept(conn)
        assert await ledger_erase(conn, ledger.here, contact_ids=[people[ANNA]]) == 3
        assert await ledger_erase(conn, ledger.here, phones=[ANNA]) == 0
        assert await kept(conn) == before
        left = await conn.fetch("select * from consent_event where erased_at is not null order by id")
        assert [(row["purpose"], row["state"]) for row in left] == [
            ("marketing", "granted"),
            ("marketing", "withdrawn"),
            ("marketing", "granted"),
        ]
        assert {(row["contact_id"], row["phone"], row["source"], row["evidence_id"]) for row in left} == {
            (None, None, "", None)
        }
        assert await conn.fetchval("select count(*) from consent_evidence") == 0
        seals = await repo.seals_after(conn, ledger.here, 0, 10)
        salts = {event: seal.salt(at) for seal in seals for at, event in enumerate(seal.ids)}
        erased = {row["id"] for row in left}
        assert {event for event, salt in salts.items() if salt == model.NO_SALT} == erased & set(salts)
    assert await ledger.seal() == 1

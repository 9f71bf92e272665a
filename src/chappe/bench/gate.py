"""The gate: decisions made and stored in sets, with and without caps; and one decision at a time, by the API.

A set is what a planner takes at a time. Its facts are read, each person is decided, and the decision is in
the ledger when the set commits; what is left out is the text, which is no matter of the gate.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
import uvloop

from chappe.bench.api import web
from chappe.bench.ground import Ground, database_server, draft_campaign, ground, send_campaign
from chappe.bench.load import Load, run_load
from chappe.bench.usage import usage_of
from chappe.campaigns import drafts, runs
from chappe.campaigns import service as campaigns
from chappe.campaigns.runs import Run
from chappe.db.demo import gate_clock
from chappe.db.pool import Connection
from chappe.engine.planner_store import PostgresPlanStore
from chappe.gate import caps, promises, rulings
from chappe.gate import service as gates
from chappe.gate.caps import Caps
from chappe.gate.law import Law, law_of
from chappe.gate.model import Decision, Group
from chappe.gate.promises import Claim
from chappe.gate.service import Asked, Gate
from chappe.kit.clock import SystemClock
from chappe.messages import service as messages
from chappe.messages.model import NewBlock

PEOPLE: Final = 200_000
SINGLES: Final = 4_000
_AT_ONCE: Final = 2
_WIDE: Final = Caps(per_day=4, per_week=20)

Decided = Sequence[tuple[Decision, Group]]


def run(people: int = PEOPLE, singles: int = SINGLES) -> dict[str, Any]:
    """Decisions a second in sets, each stored; and the times of single ones in milliseconds."""
    return uvloop.run(_run(people, singles))


async def _run(people: int, singles: int) -> dict[str, Any]:
    async with ground() as on:
        draft = await draft_campaign(on, people)
        figures: dict[str, Any] = {"people": people}
        async with on.db.engine_transaction() as conn:
            # As on an installation that has run for an hour.
            await conn.execute("analyze contact, consent, list_member")
        for name, wanted in (("stored", caps.NO_CAPS), ("stored_under_caps", _WIDE)):
            async with on.db.engine_transaction() as conn:
                await caps.set_caps(conn, on.workspace_id, wanted)
                campaign = await campaigns.get(conn, on.workspace_id, draft)
                again = await drafts.duplicate(conn, campaign, name, SystemClock())
            figures[name] = await _in_sets(on, again.id, people)
        async with web(on) as (port, _):
            figures["single"] = await _singles(on, port, singles)
        return figures


async def _in_sets(on: Ground, campaign: UUID, people: int) -> dict[str, Any]:
    await send_campaign(on, campaign)
    store = PostgresPlanStore(on.db, SystemClock())
    [due] = [each for each in await store.due_runs() if each.campaign_id == campaign]
    taken = await store.take_audience(due)
    assert taken is not None
    server = await database_server(on.db)
    before, used, started = usage_of(database=server), time.process_time(), time.perf_counter()
    counted = await asyncio.gather(*(_decide_while(on, taken) for _ in range(_AT_ONCE)))
    seconds, used = time.perf_counter() - started, time.process_time() - used
    after = usage_of(database=server)
    assert sum(counted) == people
    return {
        "decisions_per_second": round(people / seconds),
        "microseconds_per_decision": {
            "gate": round(used * 1e6 / people, 2),
            "database": round((after["database"].cpu - before["database"].cpu) * 1e6 / people, 2),
        },
    }


async def _decide_while(on: Ground, run: Run) -> int:
    """Sets of the audience decided and stored while there are any; how many people."""
    assert run.base_id is not None
    clock = SystemClock()
    people = 0
    while True:
        async with on.db.engine_transaction() as conn:
            row = await runs.claim_row(conn, run.id)
            if row is None:
                return people
            now = (await gate_clock(conn, clock)).now()
            sender = (await gates.sender_facts(conn, run.workspace_id, [run.sender_id]))[run.sender_id]
            law = await law_of(conn, run.workspace_id)
            asked = Asked(run.purpose, sender, gate_now=now, real_now=clock.now(), to_contacts=True)
            gate = Gate(asked, law)
            groups = await gates.groups_of_contacts(conn, run.workspace_id, row.contacts, row.phones, [])
            decided = [part for group in groups for part in gate.decide_group(group, None)]
            await _reserve(conn, run, decided, law, now)
            blocks = list(_blocks(run, decided, run.base_id + row.lo))
            await messages.copy_blocks(conn, blocks, [], clock.now())
            counts = Counter({block.decision: len(block.phones) for block in blocks})
            await rulings.note(conn, run.workspace_id, run.id, counts)
            people += row.n


async def _reserve(conn: Connection, run: Run, decided: Decided, law: Law, now: datetime) -> None:
    """Nobody is refused here: the caps are wide."""
    claims = [
        Claim(limits, decision.due_at, group.contact_ids)
        for decision, group in decided
        if decision.due_at is not None
        and group.contact_ids is not None
        and (limits := law.limits(decision.where, now))
    ]
    if claims:
        refused = await promises.reserve(conn, run.workspace_id, claims, now)
        assert not any(refused)


def _blocks(run: Run, decided: Decided, first_id: int) -> Iterator[NewBlock]:
    for decision, group in decided:
        assert decision.rule is None, "within the allowed hours no rule refuses"
        yield NewBlock(
            first_id, run.workspace_id, run.id, int(run.purpose), 0, 0, decision.code, None,
            group.phones, group.contact_ids, None, None,
        )  # fmt: skip
        first_id += len(group.phones)


async def _singles(on: Ground, port: int, singles: int) -> dict[str, Any]:
    body = msgspec.json.encode(
        {"to": "+33610000001", "purpose": "marketing", "text": "Chappe : 20 % sur tout. STOP 36180"}
    )
    load = Load(
        host="127.0.0.1",
        port=port,
        key=on.key,
        path="/v1/decisions/preview",
        body=body.decode(),
        connections=4,
        requests=singles,
        keyed=False,
    )
    await run_load(msgspec.structs.replace(load, requests=singles // 10))
    took = await run_load(load)
    times = took.milliseconds()
    return {
        "statuses": took.statuses,
        "p50_ms": round(times[len(times) // 2], 1),
        "p95_ms": round(times[len(times) * 95 // 100], 1),
    }

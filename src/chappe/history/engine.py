"""The engine in one process, on the past's clock: planner, sender and upkeep are the product's own classes,
the carrier is the lab.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

from chappe.carriers import service as carriers
from chappe.db.instance import ensure_instance
from chappe.db.keys import InstanceKeys
from chappe.db.pool import Database
from chappe.engine.assembly import Shared
from chappe.engine.campaign_jobs import Upkeep
from chappe.engine.directory import PgDirectory
from chappe.engine.owner import this_owner
from chappe.engine.pg_store import PgStore
from chappe.engine.planner import Planner
from chappe.engine.planner_store import PostgresPlanStore
from chappe.engine.sender import Sender
from chappe.engine.suppressions import Suppressions
from chappe.gate.rulings import Rulings
from chappe.history.past import SQL, Past
from chappe.lab.lab import Lab
from chappe.messages import upkeep
from chappe.messages.service import MessageIds
from chappe.sending.service import Door
from chappe.tracking.codes import Codes
from chappe.tracking.runs import Shortening

_POLL = 0.01
_BOUND_WITHIN = 20.0


class PastEngine:
    """`door` takes single messages; `plan` and `settle` bring what was asked for to its end."""

    def __init__(self, past: Past, lab: Lab, shortening: Shortening) -> None:
        clock = past.clock
        self._past = past
        self._lab = lab
        self._planner = Planner(PostgresPlanStore(past.db, clock, shortening=shortening), clock, clock)
        self._upkeep = Upkeep(past.db, clock, clock)
        self.door = Door(MessageIds(past.db, clock), Rulings(past.db), clock, clock, past.db.number_keys)

    async def make_days(self, ahead: int) -> None:
        """Room in the ledger for this day and those after it."""
        async with self._past.db.engine_transaction() as conn:
            await upkeep.make_days(conn, self._past.clock.now().date(), ahead)

    async def plan(self) -> None:
        await self._planner.plan_due_runs()

    async def sent(self) -> None:
        """Returns when nothing waits to be sent, and campaigns are finished. A holiday is slept through."""
        while await self._waiting():
            await self._sleep()
            await asyncio.sleep(_POLL)
            await self._upkeep.end_runs()

    async def settled(self) -> None:
        """Returns when every receipt and reply is in the ledger, and every answer to one."""
        counters = self._lab.counters("demo")
        while not self._lab.idle or counters.waiting or counters.unacknowledged or await self._waiting():
            await asyncio.sleep(_POLL)
        await self._upkeep.fold_counts()

    async def _sleep(self) -> None:
        """Until the hour for which the gate has put everything off."""
        async with self._past.db.engine_transaction() as conn:
            due = await conn.fetchval(SQL.next_due)
        if due is not None and due > self._past.clock.now():
            await self._past.go_to(due, self._past.clock.speed)

    async def _waiting(self) -> bool:
        async with self._past.db.engine_transaction() as conn:
            waiting: bool = await conn.fetchval(SQL.waiting)
            return waiting


@asynccontextmanager
async def past_engine(
    journals: Path, database: Database, past: Past, keys: InstanceKeys, lab: Lab, base: str
) -> AsyncIterator[PastEngine]:
    """For the length of the block; links are bound when it begins, and have left when it ends. `journals` is
    the sender's folder of them; `base` is what short links begin with.

    `database` is the same one without its past: leases are of the real time.
    """
    engine = PastEngine(past, lab, Shortening(Codes.of(keys), base))
    async with database.engine.acquire() as conn:
        instance: UUID = (await ensure_instance(conn, keys))["instance_id"]
    owner = this_owner(instance, journals)
    store = PgStore(database, sessions=owner.sessions)
    shared = Shared(
        db=past.db,
        store=store,
        owner=owner,
        journals=journals,
        clock=past.clock,
        gate_clock=past.clock,
        door=engine.door,
        suppressions=Suppressions(past.clock),
    )
    stop = asyncio.Event()
    sending = asyncio.create_task(Sender(shared, PgDirectory(database, keys)).run(stop))
    try:
        await _until_bound(database, sending)
        yield engine
    finally:
        stop.set()
        await asyncio.gather(sending, return_exceptions=True)
        await store.close()


async def _until_bound(database: Database, sending: "asyncio.Task[None]") -> None:
    async with asyncio.timeout(_BOUND_WITHIN):
        while not sending.done():
            async with database.engine.acquire() as conn:
                if any(link.state == "bound" for link in await carriers.link_statuses(conn)):
                    return
            await asyncio.sleep(_POLL)
    sending.result()

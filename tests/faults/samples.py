"""What a program uses while it runs for hours: memory of each process, size of each table, write-ahead
log.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import fmean, linear_regression
from time import monotonic

from tests.installation import Served

from chappe.db.pool import Database

# What grows and shrinks with the work in hand, and the ledger, which keeps every message.
QUEUES = ("chunk", "run_snapshot", "run_delta", "run_count", "receipt_parked", "link")
_SIZES = """
select c.relname as name, sum(pg_total_relation_size(p.oid))::bigint as octets
  from pg_class c
  cross join lateral (select c.oid union all select inhrelid from pg_inherits where inhparent = c.oid) p
 where c.relname = any($1::text[]) and c.relkind in ('r', 'p')
 group by 1
"""
_UPDATES = """
select coalesce(sum(n_tup_upd), 0)::bigint as updates, coalesce(sum(n_tup_hot_upd), 0)::bigint as hot,
       coalesce(sum(n_dead_tup), 0)::bigint as dead, coalesce(sum(n_live_tup), 0)::bigint as live
  from pg_stat_user_tables where relname like 'message\\_state\\_%'
"""
_WAL = "select (pg_current_wal_lsn() - '0/0'::pg_lsn)::bigint"


@dataclass(frozen=True)
class Sample:
    """At one moment: messages delivered so far, resident octets by role, octets by table, octets of log."""

    seconds: float
    delivered: int
    resident: dict[str, int]
    tables: dict[str, int]
    wal: int
    hot_share: float
    dead_share: float


class Sampler:
    def __init__(self, served: Served, db: Database) -> None:
        self._roles = served.roles()
        self._served = served
        self._db = db
        self._began = monotonic()
        self.samples: list[Sample] = []

    async def take(self) -> Sample:
        conn = self._db.engine
        delivered = await conn.fetchval(
            "select coalesce(sum(n), 0)::bigint from (select state, n from run_count union all"
            " select state, n from run_delta) c where state = 4"
        )
        sizes = await conn.fetch(_SIZES, [*QUEUES, "message", "message_state"])
        updates = await conn.fetchrow(_UPDATES)
        assert updates is not None
        resident = {role: _resident(pid) for role, pid in self._roles.items()}
        ours = set(self._served.installation.processes())
        roles = {*self._roles.values(), self._served.process.pid}
        resident["database"] = sum(_anonymous(pid) for pid in ours - roles)
        sample = Sample(
            monotonic() - self._began,
            delivered,
            resident,
            {row["name"]: row["octets"] for row in sizes},
            await conn.fetchval(_WAL),
            updates["hot"] / max(1, updates["updates"]),
            updates["dead"] / max(1, updates["live"]),
        )
        self.samples.append(sample)
        return sample

    async def keep_taking(self, every: float) -> None:
        """Until cancelled."""
        while True:
            await self.take()
            await asyncio.sleep(every)


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4096
    except (FileNotFoundError, ProcessLookupError):
        return 0


def _anonymous(pid: int) -> int:
    """Without what is shared or read from files: a server's buffers fill up, as they are meant to."""
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss_Anon:"):
                return int(line.split()[1]) * 1024
    except (FileNotFoundError, ProcessLookupError):
        pass
    return 0


def growth(samples: Sequence[Sample], value: Callable[[Sample], float]) -> float:
    """By which share of its mean the value grew from the first to the last, along its regression line."""
    times, values = [one.seconds for one in samples], [value(one) for one in samples]
    slope = linear_regression(times, values).slope
    return slope * (times[-1] - times[0]) / max(1.0, fmean(values))


def per_message(samples: Sequence[Sample], value: Callable[[Sample], float]) -> list[tuple[float, float]]:
    """(seconds, growth of the value per message delivered) between one sample and the next."""
    return [
        (after.seconds, (value(after) - value(before)) / (after.delivered - before.delivered))
        for before, after in pairwise(samples)
        if after.delivered > before.delivered
    ]

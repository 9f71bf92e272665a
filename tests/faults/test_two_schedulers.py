"""Two whole workers and senders on one database; the owner of the link is stopped beyond its lease."""

import asyncio
import os
import random
import signal
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.faults.campaigns import first_submit_after, kept, let_go, reached, send, settled
from tests.installation import Installation, ended, until

from chappe.config.secret import key_file, secret_key, write_key
from chappe.db.cluster import prepare_cluster
from chappe.db.embedded import PostgresServer
from chappe.db.pool import Database
from chappe.lab.loading import parse_scenario
from chappe.lab.log import FrameKind, read_log
from chappe.lab.process import LabProcess

CARRIER = """
[[carriers]]
name = "alpha"
answers.delay = [0.01, 0.05]
receipts.delay = [0.05, 0.5]
"""
# The lease is ten seconds long; the other process asks for it once a second.
TAKEN_WITHIN = 13.0
SLOWNESS = 5
WINDOW, RATE, SLOWLY = 50, 500, 80


async def test_a_stale_owner_writes_nothing(
    fresh: Any, fresh_server: PostgresServer, scale: Any, record: Any, tmp_path: Path
) -> None:
    people, stops = scale.pick(2_500, 10_000), scale.pick(1, 5)
    seed = random.randrange(1 << 32)
    chance = random.Random(seed)
    await asyncio.to_thread(fresh_server.start)
    dsn = await prepare_cluster(fresh_server, "chappe")
    ours, other = fresh(database_url=dsn), fresh(database_url=dsn)
    halts = []
    async with LabProcess(parse_scenario(CARRIER), directory=tmp_path) as lab, opened(dsn) as db:
        prepared = await ours.prepare(
            lab.address("alpha"), people, marketing=True, window=WINDOW, parts_per_second=RATE
        )
        share_secret(ours, other)
        async with ours.serving(key=prepared.key) as served, roles(other):
            campaign = await send(served, prepared, parts_per_second=SLOWLY)
            for turn in range(stops):
                instant = people // stops * turn // 4 + chance.randrange(50, 200)
                await until(lambda at=instant: reached(lab, at), f"{instant} were submitted")
                halts.append(await beyond_its_lease(lab, db, (ours, other)))
            await let_go(served, campaign)
            await until(lambda: settled(served, campaign), "the campaign was over", within=600)
        await lab.get("/lab/api/log")
        for one in halts:
            assert one.written_after(lab.log) == 0, f"seed {seed}"
    figures = await kept(ours, lab.log, campaign, limits={"alpha": RATE}, told=f"seed {seed}")
    taken = [round(one.taken_after, 2) for one in halts]
    leased = [one.leased for one in halts]
    record("owner stopped beyond its lease", figures, taken_over=taken, leased=leased)
    assert figures.states.get("delivered", 0) + figures.unknown == people, figures
    assert figures.unknown <= sum(leased), figures
    assert max(taken) <= TAKEN_WITHIN * SLOWNESS


@dataclass(frozen=True)
class Halt:
    """An owner that was stopped and set going again. `leased`: messages of its chunks at the stop; `links`:
    those of the carrier's log that it had bound; times by `time.monotonic_ns()`.
    """

    leased: int
    links: frozenset[int]
    taken_after: float
    woken_ns: int

    def written_after(self, log: Path) -> int:
        """Submits over its old links since it was set going again."""
        return sum(
            len(frame.rows)
            for frame in read_log(log, kinds=frozenset({FrameKind.SUBMITS}))
            if frame.link in self.links and frame.monotonic_ns > self.woken_ns
        )


async def beyond_its_lease(lab: LabProcess, db: Database, candidates: Sequence[Installation]) -> Halt:
    """Stop the worker and the sender that own the link until another sender submits, then wake them."""
    owner = await owning(db, candidates)
    pids = owner.role_pids("worker", "sender")
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        stopped_ns = time.monotonic_ns()
        leased = await db.engine.fetchval("select coalesce(sum(hi - lo), 0) from chunk where state = 1")
        # What was in the socket is read by then.
        await lab.get("/lab/api/log")
        links = links_bound(lab.log)

        async def taken_over() -> float | None:
            await lab.get("/lab/api/log")
            return first_submit_after(lab.log, stopped_ns, over=lambda link: link not in links)

        taken_after = await until(taken_over, "another sender went on")
        woken_ns = time.monotonic_ns()
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)
    return Halt(int(leased), links, float(taken_after), woken_ns)


async def owning(db: Database, candidates: Sequence[Installation]) -> Installation:
    """Whose sender has the link: the owner's name holds the id of its data folder."""
    owner = str(await db.engine.fetchval("select owner from link"))
    homes = {home_id(one).read_text().strip(): one for one in candidates}
    return next(one for key, one in homes.items() if key in owner)


def home_id(installation: Installation) -> Path:
    """Made by the first sender of a data folder."""
    return installation.home / "journal" / "home-id"


def links_bound(log: Path) -> frozenset[int]:
    return frozenset(frame.link for frame in read_log(log, kinds=frozenset({FrameKind.BOUND})))


def share_secret(one: Installation, other: Installation) -> None:
    """As an operator does who runs a second machine on the same database."""
    write_key(key_file(other.home), secret_key(one.settings))


@asynccontextmanager
async def roles(installation: Installation) -> AsyncIterator[None]:
    """A worker and a sender without a supervisor."""
    started = [await installation.start(role, CHAPPE_LOG_LEVEL="error") for role in ("worker", "sender")]
    try:
        await until(home_id(installation).exists, "the sender ran")
        yield
    finally:
        for process in started:
            process.terminate()
        for process in started:
            await ended(process)


@asynccontextmanager
async def opened(dsn: str) -> AsyncIterator[Database]:
    db = await Database.connect(dsn)
    try:
        yield db
    finally:
        await db.close()

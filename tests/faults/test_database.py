"""The database server dies at once (`-m immediate`), then stays away: nothing that was accepted is lost."""

import asyncio
import os
import signal
import time
from pathlib import Path
from typing import Any

from tests.faults.campaigns import first_submit_after, kept, reached, send, settled
from tests.faults.single_messages import Stream
from tests.installation import until

from chappe.db.cluster import prepare_cluster
from chappe.db.embedded import PostgresServer
from chappe.lab.loading import parse_scenario
from chappe.lab.process import LabProcess

CARRIER = """
[[carriers]]
name = "alpha"
answers.delay = [0.01, 0.05]
receipts.delay = [0.05, 0.5]
"""
RESUMES_WITHIN = 30.0
WINDOW = 100


async def test_nothing_accepted_is_lost_while_the_database_is_away(
    fresh: Any, fresh_server: PostgresServer, scale: Any, record: Any, tmp_path: Path
) -> None:
    people, rate = scale.pick(4_000, 50_000), scale.pick(400, 1_000)
    await asyncio.to_thread(fresh_server.start)
    installation = fresh(database_url=await prepare_cluster(fresh_server, "chappe"))
    async with LabProcess(parse_scenario(CARRIER), directory=tmp_path) as lab:
        prepared = await installation.prepare(
            lab.address("alpha"), people, marketing=True, window=WINDOW, parts_per_second=rate
        )
        async with installation.serving(key=prepared.key) as served:
            campaign = await send(served, prepared)
            async with Stream(served, prepared).going() as stream:
                await until(lambda: reached(lab, people // 4), "a quarter was submitted")
                await asyncio.to_thread(die_at_once, fresh_server)
                await asyncio.to_thread(fresh_server.start)
                back = [await _resumed(lab, time.monotonic_ns())]
                await until(lambda: reached(lab, people // 2), "a half was submitted")
                await asyncio.to_thread(fresh_server.stop)
                away = time.monotonic()
                await until(lambda: stream.refused, "the API said that it cannot")
                await until(lambda: time.monotonic() - away > scale.pick(3.0, 20.0), "the time was over")
                await asyncio.to_thread(fresh_server.start)
                back.append(await _resumed(lab, time.monotonic_ns()))
            await until(lambda: settled(served, campaign), "the campaign was over", within=600)
            await until(lambda: stream.all_delivered(), "the single messages were delivered")
        await lab.get("/lab/api/log")
        figures = await kept(
            installation, lab.log, campaign, limits={"alpha": rate}, others=frozenset(stream.numbers)
        )
        alone = stream.kept(lab)
    record("PostgreSQL killed, then away", figures, resumed=[round(s, 2) for s in back], **alone)
    assert figures.states.get("delivered", 0) + figures.unknown == people
    # A session that ends with the server leaves at most its window in doubt.
    assert figures.unknown <= 2 * WINDOW
    assert max(back) < RESUMES_WITHIN


def die_at_once(server: PostgresServer) -> None:
    """As `pg_ctl stop -m immediate`: no checkpoint, the next start recovers from the WAL."""
    assert server.pid is not None
    os.kill(server.pid, signal.SIGQUIT)
    server.wait()


async def _resumed(lab: LabProcess, since_ns: int) -> float:
    """Seconds until something is submitted again."""

    async def found() -> float | None:
        await lab.get("/lab/api/log")
        return first_submit_after(lab.log, since_ns)

    return float(await until(found, "the sender went on"))

"""In mid-campaign the clock of program and database is set an hour ahead, an hour behind, then right.

Only the wall clock moves, as when a person or a time service sets it. Nothing is sent twice, or lost, or late
for ever; the rate holds throughout.
"""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import SERVER_MEMORY, server_layout
from tests.faults.campaigns import kept, let_go, reached, send, settled, submits
from tests.installation import until

from chappe.db.cluster import prepare_cluster
from chappe.db.embedded import PostgresServer
from chappe.db.pool import connect
from chappe.lab.loading import parse_scenario
from chappe.lab.process import LabProcess

CARRIER = """
[[carriers]]
name = "alpha"
answers.delay = [0.01, 0.05]
receipts.delay = [0.05, 0.5]
"""
RATE, SLOWLY = 500, 80
# Of the first chunk: what waits for the clock when it is behind is in those after it.
_SOON = 100


@dataclass(frozen=True)
class Clock:
    """A wall clock that a test sets, for every process that has `environment`. It looks once a second."""

    file: Path

    @property
    def environment(self) -> dict[str, str]:
        (library,) = Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1")
        return {
            "LD_PRELOAD": str(library),
            "FAKETIME_TIMESTAMP_FILE": str(self.file),
            "FAKETIME_CACHE_DURATION": "1",
            # By its two names, before and since version 0.9.8.
            "DONT_FAKE_MONOTONIC": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "NO_FAKE_STAT": "1",
        }

    def set(self, seconds: int) -> None:
        """So many seconds from the true time."""
        draft = self.file.with_suffix(".new")
        draft.write_text(f"{seconds:+d}\n")
        draft.chmod(0o644)
        draft.rename(self.file)


@pytest.fixture
def clock_of_machine(server_folder: Path) -> Clock:
    clock = Clock(server_folder / "clock")
    clock.set(0)
    return clock


@pytest.fixture
def server_by_the_clock(server_folder: Path, clock_of_machine: Clock) -> Iterator[PostgresServer]:
    """A server that reads the same clock: its binary behind a script that sets the environment."""
    layout = server_layout("embedded", server_folder / "by-the-clock")
    binaries = server_folder / "by-the-clock-bin"
    binaries.mkdir(mode=0o755)
    for real in layout.binaries.iterdir():
        (binaries / real.name).symlink_to(real)
    script = binaries / "postgres"
    script.unlink()
    settings = " ".join(f"{name}={value}" for name, value in clock_of_machine.environment.items())
    script.write_text(f'#!/bin/sh\nexec env {settings} {layout.binaries}/postgres "$@"\n')
    script.chmod(0o755)
    server = PostgresServer(replace(layout, binaries=binaries), memory=SERVER_MEMORY)
    yield server
    server.destroy()


async def test_a_clock_that_is_set_loses_and_repeats_nothing(
    fresh: Any, server_by_the_clock: PostgresServer, clock_of_machine: Clock, scale: Any, record: Any,
    tmp_path: Path,
) -> None:  # fmt: skip
    people = scale.pick(1_500, 20_000)
    await asyncio.to_thread(server_by_the_clock.start)
    dsn = await prepare_cluster(server_by_the_clock, "chappe")
    installation = fresh(database_url=dsn)
    async with LabProcess(parse_scenario(CARRIER), directory=tmp_path) as lab:
        prepared = await installation.prepare(
            lab.address("alpha"), people, marketing=True, parts_per_second=RATE
        )
        installation.environment.update(clock_of_machine.environment)
        async with installation.serving(key=prepared.key) as served:
            campaign = await send(served, prepared, parts_per_second=SLOWLY)
            await until(lambda: reached(lab, _SOON), "it was under way")
            assert all(map(reads_the_clock, installation.role_pids("worker", "sender")))
            for hours in (1, -1):
                clock_of_machine.set(hours * 3_600)
                await until(lambda at=hours: hours_off(dsn, at), f"the clock was {hours} h off")
                least = await submits(lab) + _SOON
                await until(lambda at=least: reached(lab, at), f"it went on at {hours:+d} h")
            # What the planner found due by the clock before waits for that moment while the clock is behind.
            clock_of_machine.set(0)
            await until(lambda: hours_off(dsn, 0), "the clock was right")
            await let_go(served, campaign)
            await until(lambda: settled(served, campaign), "the campaign was over", within=600)
        await lab.get("/lab/api/log")
    figures = await kept(installation, lab.log, campaign, limits={"alpha": RATE})
    record("clock set an hour off, both ways", figures)
    assert figures.states == {"delivered": people}


def reads_the_clock(pid: int) -> bool:
    return "libfaketime" in Path(f"/proc/{pid}/maps").read_text()


async def hours_off(dsn: str, hours: int) -> bool:
    """Whether the server's clock is: the others look as often."""
    connection = await connect(dsn)
    try:
        now = await connection.fetchval("select clock_timestamp()")
    finally:
        await connection.close()
    return abs((now - datetime.now(UTC)) - timedelta(hours=hours)) < timedelta(minutes=10)

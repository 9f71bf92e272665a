"""A planner killed at any instant: nothing is planned twice, nothing is forgotten."""

import asyncio
import itertools
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import asyncpg
import pytest

from chappe.db.errors import ServerGone

STATEMENTS = ("execute", "fetch", "fetchrow", "fetchval", "copy_records_to_table")


class Killed(BaseException):
    """Like a kill: nothing in the program catches it."""


@contextmanager
def cut_at(number: int, *, after: bool, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """The connection dies at statement `number` (from 1), before it is sent or after it was done."""
    seen = [0]

    def wrap(name: str) -> Any:
        original = getattr(asyncpg.Connection, name)

        async def counted(self: Any, *args: Any, **kwargs: Any) -> Any:
            seen[0] += 1
            mine = seen[0] == number
            if mine and not after:
                self.terminate()
                raise Killed
            result = await original(self, *args, **kwargs)
            if mine:
                self.terminate()
                raise Killed
            return result

        return counted

    with monkeypatch.context() as patch:
        for name in STATEMENTS:
            patch.setattr(asyncpg.Connection, name, wrap(name))
        yield seen


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
async def test_cut_at_every_statement(
    world, sent, planner_of, each_once, monkeypatch: pytest.MonkeyPatch, after: bool
) -> None:
    members = await world.list_of(5)
    await world.suppress(33600000002)
    for number in itertools.count(1):
        campaign = await sent(members)
        gone = suppress(Killed, ServerGone, asyncpg.InterfaceError)
        with cut_at(number, after=after, monkeypatch=monkeypatch) as seen, gone:
            await planner_of().plan_due_runs()
        if seen[0] < number:
            break
        await planner_of().plan_due_runs()
        await each_once(campaign, 5)
    assert number > 15  # three rows of several statements each: the loop did cut


async def test_cancelled_at_every_wait(world, sent, planner_of, each_once) -> None:
    members = await world.list_of(5)
    for turns in itertools.count(1):
        campaign = await sent(members)
        task = asyncio.create_task(planner_of(parallel=2).plan_due_runs())
        for _ in range(turns * 7):
            await asyncio.sleep(0)
        finished = task.done()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await planner_of().plan_due_runs()
        await each_once(campaign, 5)
        if finished or turns > 60:
            break
    assert turns > 3


async def test_the_server_ends_every_connection(world, sent, planner_of, each_once) -> None:
    campaign = await sent(await world.list_of(60))
    planning = asyncio.create_task(planner_of(parallel=2).plan_due_runs())
    watcher = await world.database.connection()
    try:
        while not await watcher.fetchval("select count(*) from message"):
            await asyncio.sleep(0)
        await watcher.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() "
            "and pid <> pg_backend_pid() and backend_type = 'client backend'"
        )
    finally:
        await watcher.close()
    await asyncio.gather(planning, return_exceptions=True)
    while True:
        try:
            await planner_of().plan_due_runs()
            break
        except (ServerGone, asyncpg.PostgresError):
            continue
    await each_once(campaign, 60)

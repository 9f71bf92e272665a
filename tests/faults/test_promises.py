"""The checker itself: it passes what was kept, and names what a doctored ledger or log breaks."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tests.faults.promises import keep_promises

from chappe.db.pool import Database
from chappe.messages.model import MessageState

LAB = '[[carriers]]\nname = "alpha"\nreceipts.delay = 0.02\n'
PEOPLE = 40

DOCTORED = {
    "I1: 1 × without a final state": "update message_state set state = 3 where id = $1",
    "I1: 1 × an id the carrier did not give": "update message_state set provider_id = 'x' where id = $1",
    "I6: counts and rows": "insert into run_delta (workspace_id, run_id, state, n)"
    " select workspace_id, run_id, 4, 1 from message where id = $1",
    "I7: parts counted and parts of the rows": "update message_state set parts = 2 where id = $1",
    "I7: 1 × parts billed, and others accepted": "update message_state set parts = 0 where id = $1",
}


async def test_each_broken_promise_is_named(ground, lab_of, record, tmp_path: Path) -> None:
    async with lab_of(LAB, tmp_path) as lab:
        await ground.add_carrier("alpha", lab.carrier("alpha").address, parts_per_second=200)
        run = await ground.add_run(PEOPLE)
        started = time.monotonic_ns()
        async with ground.sending():
            await ground.until_state(run, MessageState.DELIVERED)
    log = tmp_path / "lab.log"
    figures = await keep_promises(ground.db, log, run.campaign, limits={"alpha": 200})
    assert figures.states == {"delivered": PEOPLE}
    assert (figures.submits, figures.billed, figures.unknown, figures.never_written) == (PEOPLE, PEOPLE, 0, 0)

    for told, statement in DOCTORED.items():
        with pytest.raises(AssertionError, match=told):
            async with undone(ground.db, statement, run.lo) as db:
                await keep_promises(db, log, run.campaign)

    first = f"+{run.first_phone}"
    with pytest.raises(AssertionError, match="I4: 1 × a submit after a suppression"):
        await keep_promises(ground.db, log, run.campaign, stops={first: started - 10**9})
    with pytest.raises(AssertionError, match=f"I5: {PEOPLE} × a submit outside the hours"):
        await keep_promises(ground.db, log, run.campaign, hours=lambda _: False)
    with pytest.raises(AssertionError, match="I8: 1 × too many parts in a second"):
        await keep_promises(ground.db, log, run.campaign, limits={"alpha": 30})
    with pytest.raises(AssertionError, match=f"I2: {PEOPLE} × a part more often than allowed"):
        await keep_promises(ground.db, twice(log), run.campaign)
    with pytest.raises(AssertionError, match=f"I1: {PEOPLE} × never reached the carrier"):
        await keep_promises(ground.db, log, run.campaign, since_ns=time.monotonic_ns())


@asynccontextmanager
async def undone(db: Database, statement: str, message: int) -> AsyncIterator[Any]:
    """The database as the statement leaves it, and as it was after the block."""
    async with db.engine.acquire() as conn:
        change = conn.transaction()
        await change.start()
        try:
            await conn.execute(statement, message)
            yield SimpleNamespace(engine=conn)
        finally:
            await change.rollback()


def twice(log: Path) -> Path:
    """A log in which the carrier read everything two times."""
    first = log.read_bytes()
    doubled = log.with_name("twice.log")
    doubled.write_bytes(first + first[first.index(b"\n") + 1 :])
    return doubled

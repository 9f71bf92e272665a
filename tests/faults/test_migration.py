"""A new column on a large table, filled while a campaign goes out; and a lock that is not waited for."""

import time
from collections.abc import Iterator
from functools import partial
from itertools import pairwise
from pathlib import Path

import pytest
from tests.faults.promises import keep_promises

from chappe.db import migrations
from chappe.db.errors import SchemaLocked
from chappe.db.migrations import Migration, known_migrations, migrate
from chappe.db.pool import connect
from chappe.lab import checks
from chappe.messages import service as messages
from chappe.messages.model import MessageState

LOG = "lab.log"
LAB = '[[carriers]]\nname = "alpha"\nanswers.delay = 0.01\nreceipts.delay = 0.05\n'
# A busy machine stops everybody for a while; a lock that is waited for stops them until it is given.
STOPPED = 10.0


@pytest.fixture
def backfill(monkeypatch: pytest.MonkeyPatch) -> Iterator[Migration]:
    """A program that is one migration newer than this one."""
    known = known_migrations()
    added = Migration(
        len(known) + 1, "9999_backfill", (Path(__file__).parent / "backfill.sql").read_text(encoding="utf-8")
    )
    monkeypatch.setattr(migrations, "known_migrations", lambda: [*known, added])
    monkeypatch.setattr(migrations, "_LOCK_TIMEOUT", "1s")
    monkeypatch.setattr(migrations, "_BETWEEN_TRIES", 0.1)
    return added


async def test_a_large_table_is_migrated_while_sending(
    ground, lab_of, scale, record, backfill, tmp_path: Path
) -> None:
    rows, people, rate = scale.pick((100_000, 2_000, 400), (10_000_000, 300_000, 2_000))
    await old_messages(ground, rows)
    async with lab_of(LAB, tmp_path) as lab:
        alpha = lab.carrier("alpha")
        await ground.add_carrier("alpha", alpha.address, parts_per_second=rate)
        run = await ground.add_run(people)
        async with ground.sending():
            await ground.until(lambda: alpha.counters.submits > rate // 4, 60, "the first messages")
            migrating = await connect(ground.db.dsn)
            try:
                await refused_behind_a_reader(ground, migrating)
                began, before = time.monotonic(), alpha.counters.submits
                assert await migrate(migrating) == [backfill.number]
                took, meanwhile = time.monotonic() - began, alpha.counters.submits - before
            finally:
                await migrating.close()
            await ground.until(partial(over, ground, run), scale.pick(60, 1_800), "the end")
    noted = await ground.db.engine.fetchval(
        "select count(*) from message where id < $1 and noted = 1", run.lo
    )
    assert noted == rows
    assert meanwhile > 0
    figures = await keep_promises(ground.db, tmp_path / LOG, run.campaign)
    times = sorted(one.monotonic_ns for one in checks.submits(tmp_path / LOG))
    longest = max(after - before for before, after in pairwise(times)) / 1e9
    assert longest < STOPPED
    record(
        "large table migrated while sending",
        figures,
        rows=rows,
        seconds=round(took, 1),
        submits_meanwhile=meanwhile,
        longest_pause=round(longest, 2),
    )


async def refused_behind_a_reader(ground, migrating) -> None:
    """A backup reads the table: the migration gives up soon, before it stops everybody who comes after it."""
    async with ground.db.engine_transaction() as reader:
        await reader.execute("lock table message in access share mode")
        with pytest.raises(SchemaLocked, match="perhaps a backup"):
            await migrate(migrating)
    assert not await ground.db.engine.fetchval(
        "select exists (select from information_schema.columns where table_name = 'message'"
        " and column_name = 'noted')"
    )


async def old_messages(ground, rows: int) -> None:
    """Messages of another day's campaign, which nobody sends any more."""
    async with ground.db.engine_transaction() as conn:
        first = await messages.allocate_ids(conn, rows)
        await conn.execute(
            "insert into message (id, workspace_id, phone, purpose, body)"
            " select $1::bigint + n, $2, 33700000000 + n, 5, 'Bonjour'"
            " from generate_series(0, $3::bigint - 1) n",
            first, ground.workspace, rows,
        )  # fmt: skip


async def over(ground, run) -> bool:
    states = await ground.states(run)
    return not states[None] and not states[MessageState.SENT]

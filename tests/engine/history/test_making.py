"""A history: sent by the engine, in days that are over, and nothing of the past's clock is left."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from chappe.accounts import service as accounts
from chappe.accounts.passwords import Passwords
from chappe.db.keys import InstanceKeys
from chappe.db.pool import Database
from chappe.history.making import make_history
from chappe.history.past import SQL
from chappe.history.story import BRAND, Size

PARIS = ZoneInfo("Europe/Paris")
"""Where the shop is: its days begin there."""


async def test_six_weeks_are_sent_answered_and_over(
    database: Database, keys: InstanceKeys, tmp_path: Path
) -> None:
    """Six weeks hold a campaign with a test whatever day it is today."""
    begun = datetime.now(UTC)
    async with database.engine_transaction() as conn:
        made = await accounts.first_run(conn, Passwords(), name=BRAND)
    assert made is not None
    told: list[tuple[int, int]] = []
    size = Size(days=42, customers=800)

    await make_history(
        tmp_path / "journal",
        database,
        keys,
        made.workspace_id,
        lambda *day: told.append(day),
        size,
        "http://127.0.0.1:8000",
    )

    assert told == [(day, 42) for day in range(1, 43)]
    async with database.engine_transaction() as conn:
        messages, stated, first, last = await conn.fetchrow(
            """select count(*), count(s.id), min(created_at), max(coalesce(s.done_at, s.submitted_at))
                 from message m left join message_state s using (id)"""
        )
        assert messages == stated > 800
        today = begun.astimezone(PARIS).replace(hour=0, minute=0, second=0)
        assert begun - timedelta(days=43) < first < last < today
        # The day of an id is the day on which the message was made.
        wrong = """select count(*) from message
                    where id >> 40 <> (created_at at time zone 'utc')::date - date '2026-01-01'"""
        assert await conn.fetchval(wrong) == 0
        joined = await conn.fetchval("select count(*) from sign_up where at < $1", begun)
        added = "select count(*) from contact where created_at < $1"
        assert await conn.fetchval(added, begun) == 800 + joined > 800
        asked = "select count(*), max(at) from event where name = 'Order Completed'"
        orders, latest = await conn.fetchrow(asked)
        assert orders > 100
        assert latest < begun
        states = {row[0] for row in await conn.fetch("select distinct state from campaign")}
        assert states == {"finished", "scheduled"}
        per_run = "select sum(n) from run_count"
        assert await conn.fetchval(per_run) == await conn.fetchval("select sum(total) from campaign_run")
        decided = "select winner from experiment where state = 'decided'"
        assert await conn.fetchval(decided) == "B"
        kinds = dict(await conn.fetch("select kind, count(*) from click where at < $1 group by 1", begun))
        assert kinds[1] > kinds[2] > 0
        assert (
            await conn.fetchval("select count(*) from conversion where by = 'click' and at < $1", begun) > 0
        )
        assert await conn.fetchval("select count(*) from campaign_holdout") > 0
        assert await conn.fetch(SQL.columns_of_now, "past.now()") == []
        assert await conn.fetchval("select to_regnamespace('past')") is None
        assert await conn.fetchval("select owner is null from link")

"""Rules of retention beside that of texts: what each takes away, how much that would be, and its steps."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, NamedTuple

from chappe.carriers.forgetting import forget_exchanges
from chappe.db.pool import Connection
from chappe.desk.retention import messages
from chappe.desk.retention.service import SQL, first_kept_day
from chappe.events import service as events
from chappe.messages import erasing

MONTHS: Final = (1, 3, 6, 12, 24, 36, 60)
IDLE_MONTHS: Final = (6, 12, 24, 36, 60)
DAYS: Final = (1, 7, 30, 90)
MESSAGE_MONTHS: Final = (3, 6, 12, 24, 36, 60)
"""Three are the least: caps, answers and late receipts look back over weeks."""
CHOICES: Final[Mapping[str, tuple[int, ...]]] = {
    "message_months": MESSAGE_MONTHS,
    "inbound_months": MONTHS,
    "event_months": MONTHS,
    "idle_months": IDLE_MONTHS,
    "exchange_days": DAYS,
    "export_days": DAYS,
}
"""By the rule's name, what a person can choose."""
MOST_COUNTED: Final = 100_000
_BATCH: Final = 5_000


class Rules(NamedTuple):
    """Months or days; None is for ever (of exports: a week)."""

    message_months: int | None = None
    inbound_months: int | None = None
    event_months: int | None = None
    idle_months: int | None = None
    exchange_days: int | None = None
    export_days: int | None = None


async def chosen(conn: Connection, workspace_id: int) -> Rules:
    row = await conn.fetchrow(SQL.rules, workspace_id)
    return Rules() if row is None else Rules(*row)


async def choose(conn: Connection, workspace_id: int, rules: Rules) -> Rules:
    """Choose anew; what was chosen before is returned."""
    before = await chosen(conn, workspace_id)
    await conn.execute(SQL.choose_rules, workspace_id, *rules)
    return before


async def would_go(conn: Connection, workspace_id: int, rules: Rules, now: datetime) -> Mapping[str, int]:
    """A dry run: by rule, how much would go at once, counted up to MOST_COUNTED + 1. Nothing is changed."""
    counting = {
        "inbound_months": SQL.old_inbound,
        "event_months": SQL.old_events,
        "idle_months": SQL.count_idle,
        "exchange_days": SQL.old_exchanges,
    }
    found = {
        name: int(await conn.fetchval(statement, workspace_id, before, MOST_COUNTED + 1))
        for name, statement in counting.items()
        if (before := limit(rules, name, now)) is not None
    }
    if (months := rules.message_months) is not None:
        found["message_months"] = await messages.would_go(
            conn, workspace_id, months, now.date(), MOST_COUNTED + 1
        )
    return found


def limit(rules: Rules, name: str, now: datetime) -> datetime | None:
    """What is older than this goes; None: nothing does."""
    kept: int | None = getattr(rules, name)
    if kept is None:
        return None
    if name.endswith("days"):
        return now - timedelta(days=kept)
    day: date = first_kept_day(now.date(), kept)
    return datetime.combine(day, time(), UTC)


async def limited(conn: Connection) -> list[tuple[int, Rules]]:
    """Every workspace with a rule, test data by the choice of their workspace."""
    return [(row[0], Rules(*row[1:])) for row in await conn.fetch(SQL.limited_by_rules)]


async def step(conn: Connection, workspace_id: int, rules: Rules, now: datetime) -> int:
    """Take away a bounded part of what is too old, as the engine role; how much that was."""
    gone = 0
    for name, forget in (
        ("inbound_months", erasing.erase_received),
        ("event_months", events.forget_before),
        ("exchange_days", forget_exchanges),
    ):
        before = limit(rules, name, now)
        if before is not None:
            gone += await forget(conn, workspace_id, before, _BATCH)
    return gone


async def idle(conn: Connection, workspace_id: int, before: datetime, limit: int) -> dict[int, int]:
    """Contacts of whom nothing has come since: key → number."""
    rows = await conn.fetch(SQL.idle_contacts, workspace_id, before, limit)
    return {row["id"]: row["phone"] for row in rows}

"""Goal events and answers become conversions: one settler at a time, each batch one transaction."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Final, NamedTuple

from asyncpg import Record

from chappe.db.pool import Connection
from chappe.kit.folding import fold
from chappe.messages.model import MessageState, first_id_of_day, utc_day
from chappe.tracking.conversions.repo import SQL

MOST: Final = 1_000
_ANSWERED: Final = "Reply"
"""The goal of an answer with a campaign's word."""


class _Counted(NamedTuple):
    """Columns of the statement `add`."""

    workspace_id: int
    run_id: int | None
    message_id: int | None
    contact_id: int | None
    goal: str
    by: str | None
    amount: Decimal
    currency: str
    order_id: str | None
    at: object
    event_id: int | None
    inbound_id: int | None


async def settle(conn: Connection) -> int:
    """How many events and answers were taken. Zero too while another process does it."""
    if not await conn.fetchval(SQL.settling):
        return 0
    events = await conn.fetch(SQL.take_events, MOST)
    orders = [event for event in events if not event["refunds"]]
    if orders:
        await _add(conn, _owed(orders, await _touches(conn, orders)))
    await _take_back(conn, [event for event in events if event["refunds"] and event["order_id"]])
    answers = await conn.fetch(SQL.take_answers, MOST)
    await _add(conn, (_answer(row) for row in answers if _says(row["body"], row["reply_word"])))
    return len(events) + len(answers)


async def _touches(conn: Connection, events: Sequence[Record]) -> dict[int, Record]:
    """By position, the message that each event is owed to."""
    longest = timedelta(hours=max(event["delivery_hours"] for event in events))
    first_id = first_id_of_day(utc_day(min(event["at"] for event in events) - longest - timedelta(days=3)))
    wanted = [
        list(range(len(events))),
        *([event[name] for event in events] for name in ("contact_id", "at", "click_days", "delivery_hours")),
    ]
    found = await conn.fetch(SQL.touches, *wanted, first_id, int(MessageState.DELIVERED))
    return {row["position"]: row for row in found}


def _owed(events: Sequence[Record], touches: dict[int, Record]) -> Iterable[_Counted]:
    for position, event in enumerate(events):
        touch = touches[position]
        yield _Counted(
            event["workspace_id"], touch["run_id"], touch["message_id"], event["contact_id"], event["goal"],
            touch["by"], _amount(event["value"]), event["currency"][:3], event["order_id"], event["at"],
            event["id"], None,
        )  # fmt: skip


def _answer(row: Record) -> _Counted:
    return _Counted(
        row["workspace_id"], row["run_id"], row["message_id"], row["contact_id"], _ANSWERED, "reply",
        Decimal(0), "", None, row["at"], None, row["id"],
    )  # fmt: skip


def _says(body: str, word: str) -> bool:
    """Whether an answer is the word, whatever its capitals, accents and signs."""
    return fold(body) == fold(word)


async def _add(conn: Connection, counted: Iterable[_Counted]) -> None:
    rows = list(counted)
    if rows:
        await conn.fetchval(SQL.add, *map(list, zip(*rows, strict=True)))


async def _take_back(conn: Connection, refunds: Sequence[Record]) -> None:
    if not refunds:
        return
    names = ("id", "workspace_id", "goal", "order_id")
    columns = [[row[name] for row in refunds] for name in names]
    amounts = [None if row["value"] is None else _amount(row["value"]) for row in refunds]
    await conn.execute(SQL.add_refunds, *columns, amounts, [row["at"] for row in refunds])


def _amount(value: float | None) -> Decimal:
    """Of an event's value, to the hundredth of a cent; what is below nothing is nothing."""
    return max(Decimal(0), Decimal(str(value or 0)).quantize(Decimal("0.0001")))

"""Goal events and answers become conversions: one settler at a time, each batch one transaction."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final, NamedTuple

import structlog
from asyncpg import Record

from chappe.db.pool import Connection
from chappe.kit.folding import fold
from chappe.messages.model import MessageState, first_id_of_day, utc_day
from chappe.tracking.conversions.repo import SQL

log = structlog.get_logger()

MOST: Final = 1_000
_MOST_CODES: Final = 10
_LARGEST: Final = 1e12
"""What an order is worth at most, in any currency: more is a mistake, and counts as an order of no value."""
_USED: Final = "Code used"
"""The goal of a code whose use was reported by itself."""
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


class Coded(NamedTuple):
    """An event that names codes, as its shop wrote them."""

    position: int
    workspace_id: int
    codes: Sequence[str]
    at: datetime


class Touched(NamedTuple):
    """The message that brought a code to its event."""

    message_id: int
    run_id: int | None


class Used(NamedTuple):
    """A use of a code that was reported by itself."""

    workspace_id: int
    run_id: int | None
    message_id: int
    contact_id: int | None
    at: datetime
    amount: Decimal
    currency: str
    order_id: str | None


Codes = Callable[[Connection, Sequence[Coded]], Awaitable[Mapping[int, Touched]]]
"""Finds the messages of codes, by the position of the event: the room of offers, above, knows them."""


async def settle(conn: Connection, codes: Codes | None = None) -> int:
    """How many events and answers were taken. Zero too while another process does it."""
    if not await alone(conn):
        return 0
    events = await conn.fetch(SQL.take_events, MOST)
    orders = [event for event in events if not event["refunds"]]
    if orders:
        by_code = await codes(conn, _coded(orders)) if codes is not None else {}
        await _add(conn, _owed(orders, await _touches(conn, orders), by_code))
    await _take_back(conn, [event for event in events if event["refunds"] and event["order_id"]])
    answers = await conn.fetch(SQL.take_answers, MOST)
    await _add(conn, (_answer(row) for row in answers if _says(row["body"], row["reply_word"])))
    return len(events) + len(answers)


async def alone(conn: Connection) -> bool:
    """Whether this transaction alone settles conversions."""
    mine: bool = await conn.fetchval(SQL.settling)
    return mine


async def add_uses(conn: Connection, uses: Sequence[Used]) -> None:
    """Codes that were used are conversions of the messages that brought them. Only who is alone may."""
    await _add(
        conn,
        (
            _Counted(
                use.workspace_id, use.run_id, use.message_id, use.contact_id, _USED, "code", use.amount,
                use.currency, use.order_id, use.at, None, None,
            )
            for use in uses
        ),
    )  # fmt: skip


def _coded(events: Sequence[Record]) -> list[Coded]:
    """Events with codes, in the shapes that shops use: a `coupon`, or `discount_codes` that are texts or have
    a `code`.
    """
    found = []
    for position, event in enumerate(events):
        listed = event["discount_codes"]
        named = listed if isinstance(listed, list) else [listed]
        named = [each.get("code") if isinstance(each, dict) else each for each in named]
        codes = [each for each in (event["coupon"], *named) if isinstance(each, str) and each.strip()]
        if codes:
            found.append(Coded(position, event["workspace_id"], codes[:_MOST_CODES], event["at"]))
    return found


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


def _owed(
    events: Sequence[Record], touches: dict[int, Record], by_code: Mapping[int, Touched]
) -> Iterable[_Counted]:
    """A code says itself which message sold; without one the last touch does."""
    for position, event in enumerate(events):
        touch, coded = touches[position], by_code.get(position)
        run_id, message_id, by = touch["run_id"], touch["message_id"], touch["by"]
        if coded is not None:
            run_id, message_id, by = coded.run_id, coded.message_id, "code"
        value = max(Decimal(0), _amount(event["value"]))
        yield _Counted(
            event["workspace_id"], run_id, message_id, event["contact_id"], event["goal"], by, value,
            event["currency"] or event["usual"], event["order_id"], event["at"], event["id"], None,
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
    names = ("id", "workspace_id", "goal", "order_id", "currency", "at")
    columns = [[row[name] for row in refunds] for name in names]
    # Many shops tell what they give back as less than nothing.
    amounts = [None if row["value"] is None else abs(_amount(row["value"])) for row in refunds]
    other = await conn.fetchval(SQL.add_refunds, *columns, amounts)
    if other:
        log.warning("refunds_in_another_currency", n=other)


def _amount(value: float | None) -> Decimal:
    """Of an event's value, to the hundredth of a cent."""
    told = value if value is not None and abs(value) <= _LARGEST else 0.0
    return Decimal(str(told)).quantize(Decimal("0.0001"))

"""The leaves that are sets of contacts: which statement of queries.sql finds them, with which values."""

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec

from chappe.audience.model import Compare, Did, Events, Measure, Messages, Where
from chappe.db.statements import load_statements
from chappe.kit.ids import parse_public_id
from chappe.messages.model import CAMPAIGN_ID, MessageState, first_id_of_day

SQL = load_statements("chappe.audience")

_FAR: Final = 9000
_LAST_ID: Final = (1 << 63) - 1
_FIRST_DAY: Final = date(2026, 1, 1)
_STATES: Final = {
    Did.SENT: (MessageState.SENT, MessageState.DELIVERED, MessageState.UNDELIVERED, MessageState.UNKNOWN),
    Did.DELIVERED: (MessageState.DELIVERED,),
    Did.FAILED: (
        MessageState.UNDELIVERED, MessageState.FAILED, MessageState.EXPIRED, MessageState.REJECTED,
    ),
}  # fmt: skip
_SIGNS: Final = {
    Compare.EQ: "==", Compare.LT: "<", Compare.LE: "<=", Compare.GT: ">", Compare.GE: ">=",
}  # fmt: skip


class Found(msgspec.Struct, frozen=True):
    """A statement, and its values from $2 on."""

    statement: str
    args: tuple[Any, ...]


def set_of_messages(leaf: Messages, since: datetime, until: datetime) -> Found:
    """Who had at least so many; or, for `at_most`, more than that."""
    least = leaf.at_least if leaf.at_least is not None else (leaf.at_most or 0) + 1
    of = () if leaf.campaign_id is None else (campaign_of(leaf),)
    if leaf.did is Did.REPLIED:
        return Found(SQL.with_replies_of if of else SQL.with_replies, (since, until, least, *of))
    if leaf.did is Did.CLICKED:
        return Found(SQL.with_clicks_of if of else SQL.with_clicks, (since, until, least, *of))
    states = [int(state) for state in _STATES[leaf.did]]
    # A message has its id a little before the row: a day more on either side.
    lo = first_id_of_day(max(since.astimezone(UTC).date() - timedelta(days=1), _FIRST_DAY))
    beyond = until.astimezone(UTC).date() + timedelta(days=2)
    hi = first_id_of_day(max(beyond, _FIRST_DAY)) if beyond.year < _FAR else _LAST_ID
    statement = SQL.with_messages_of if of else SQL.with_messages
    return Found(statement, (states, since, until, lo, hi, least, *of))


def campaign_of(leaf: Messages) -> UUID | None:
    """The key of the campaign that it names; None: it names none."""
    return None if leaf.campaign_id is None else parse_public_id(CAMPAIGN_ID, leaf.campaign_id)


def set_of_events(leaf: Events, since: datetime, until: datetime, *, distinct: bool) -> Found:
    """Who has at least as much; or, for `at_most`, more. Unless `distinct`, one may come several times."""
    more = leaf.at_least is None
    amount = leaf.at_most if leaf.at_least is None else leaf.at_least
    assert amount is not None, "reading asks for one of them"
    of = (leaf.name, since, until)
    if leaf.where or leaf.measure is Measure.SUM:
        path, values = path_of(leaf.where)
        return Found(SQL.with_events_where, (*of, path, values, summed_of(leaf), amount, more))
    if leaf.measure is Measure.WORTH:
        return Found(SQL.with_worth, (*of, amount, more))
    whole = int(amount)
    least = whole + 1 if more or whole < amount else whole
    return Found(SQL.with_events, (*of, least)) if distinct or least > 1 else Found(SQL.with_event, of)


def summed_of(leaf: Events) -> str | None:
    """The property whose numbers are summed; empty: what the events are worth; None: they are counted."""
    return {Measure.COUNT: None, Measure.WORTH: "", Measure.SUM: leaf.property}[leaf.measure]


def path_of(where: Sequence[Where]) -> tuple[str | None, str]:
    """The conditions as a path of SQL/JSON and its variables. Strict: a list is not its items, and what is
    missing is not true.
    """
    if not where:
        return None, "{}"
    parts, values = [], {}
    for at, one in enumerate(where):
        place = f"$.{json.dumps(one.name)}"
        if one.value is None:
            parts.append(f"exists({place})")
        else:
            values[f"v{at}"] = one.value
            parts.append(f"({place} {_SIGNS[one.compare]} $v{at})")
    return "strict " + " && ".join(parts), json.dumps(values)

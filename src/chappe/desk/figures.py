"""Of a period, for the home page: totals beside those of the one before, and each day's outcome. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final, NamedTuple

from chappe.desk.periods import Period
from chappe.messages.model import MessageState

_S = MessageState
_FAILED: Final = frozenset({_S.UNDELIVERED, _S.FAILED, _S.EXPIRED, _S.REJECTED})


class DayState(NamedTuple):
    """Messages of a day in a state. `handed`: those of them that a carrier was given."""

    day: date
    state: MessageState
    n: int
    handed: int
    parts: int


class DaySpend(NamedTuple):
    """Parts of a day that were billed; `currency` is empty where no price was known."""

    day: date
    currency: str
    cost: Decimal
    parts: int


class EventKind(StrEnum):
    JOIN = "join"
    OPT_OUT = "opt_out"
    REPLY = "reply"


class DayEvents(NamedTuple):
    day: date
    kind: EventKind
    n: int


class Outcome(NamedTuple):
    """What became of the messages that were handed to carriers on a day."""

    day: date
    delivered: int = 0
    waiting: int = 0
    failed: int = 0
    unknown: int = 0

    @property
    def sent(self) -> int:
        return self.delivered + self.waiting + self.failed + self.unknown


class Totals(NamedTuple):
    """Of a period. `answered`: sent, and the carrier has said what became of it. `spend` by currency;
    `unpriced` parts are in none.
    """

    sent: int
    delivered: int
    answered: int
    opt_outs: int
    replies: int
    joins: int
    spend: Mapping[str, Decimal]
    unpriced: int

    @property
    def growth(self) -> int:
        """Who joined, less who left."""
        return self.joins - self.opt_outs


class Overview(NamedTuple):
    """`sparks`: a value for each day of the period, by the name of a total."""

    period: Period
    days: Sequence[Outcome]
    now: Totals
    before: Totals
    sparks: Mapping[str, Sequence[float]]
    comparable: bool
    """Something was recorded before the period that it is compared with began, or as it did."""

    @property
    def empty(self) -> bool:
        """Nothing was ever sent, nobody came: there is nothing to compare."""
        return not (self.now.sent or self.before.sent or self.now.joins or self.before.joins)


def overview(
    period: Period, states: Sequence[DayState], spend: Sequence[DaySpend], events: Sequence[DayEvents]
) -> Overview:
    """From the counts of the period and of the one before it."""
    outcomes = _outcomes(states)
    days = [outcomes.get(day, Outcome(day)) for day in period.days()]
    return Overview(
        period,
        days,
        _totals(period, outcomes, spend, events),
        _totals(period.before, outcomes, spend, events),
        _sparks(period, days, spend, events),
        _comparable(period, states, events),
    )


# A shop that began on a Sunday, or was closed, is compared all the same.
_GRACE: Final = timedelta(days=3)


def _comparable(period: Period, states: Sequence[DayState], events: Sequence[DayEvents]) -> bool:
    days = [one.day for one in states] + [one.day for one in events]
    return bool(days) and min(days) <= period.before.first + _GRACE


def _outcomes(states: Iterable[DayState]) -> dict[date, Outcome]:
    by_day: dict[date, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for one in states:
        by_day[one.day][_word(one.state)] += one.handed
    return {
        day: Outcome(day, found["delivered"], found["waiting"], found["failed"], found["unknown"])
        for day, found in by_day.items()
    }


def _word(state: MessageState) -> str:
    if state is _S.DELIVERED:
        return "delivered"
    if state is _S.UNKNOWN:
        return "unknown"
    return "failed" if state in _FAILED else "waiting"


def _totals(
    period: Period,
    outcomes: Mapping[date, Outcome],
    spend: Iterable[DaySpend],
    events: Iterable[DayEvents],
) -> Totals:
    days = [outcome for day, outcome in outcomes.items() if period.holds(day)]
    people = dict.fromkeys(EventKind, 0)
    for event in events:
        if period.holds(event.day):
            people[event.kind] += event.n
    cost: dict[str, Decimal] = defaultdict(Decimal)
    unpriced = 0
    for one in spend:
        if period.holds(one.day) and one.currency:
            cost[one.currency] += one.cost
        elif period.holds(one.day):
            unpriced += one.parts
    delivered = sum(outcome.delivered for outcome in days)
    return Totals(
        sent=sum(outcome.sent for outcome in days),
        delivered=delivered,
        answered=delivered + sum(outcome.failed for outcome in days),
        opt_outs=people[EventKind.OPT_OUT],
        replies=people[EventKind.REPLY],
        joins=people[EventKind.JOIN],
        spend=dict(cost),
        unpriced=unpriced,
    )


def _sparks(
    period: Period, days: Sequence[Outcome], spend: Iterable[DaySpend], events: Iterable[DayEvents]
) -> dict[str, list[float]]:
    by_kind: dict[EventKind, dict[date, int]] = defaultdict(lambda: defaultdict(int))
    for event in events:
        by_kind[event.kind][event.day] += event.n
    cost: dict[date, Decimal] = defaultdict(Decimal)
    for one in spend:
        cost[one.day] += one.cost
    joins, left, replies = (by_kind[kind] for kind in EventKind)
    return {
        "sent": [float(outcome.sent) for outcome in days],
        "opt_outs": [float(left[day]) for day in period.days()],
        "replies": [float(replies[day]) for day in period.days()],
        "growth": [float(joins[day] - left[day]) for day in period.days()],
        "spend": [float(cost[day]) for day in period.days()],
    }


class Change(NamedTuple):
    """Against the period before: up, down or flat by `part` of `whole`; for a share, by `points` of a
    hundred. `judgement`: good, bad or plain.
    """

    direction: str
    judgement: str
    part: int = 0
    whole: int = 0
    points: float = 0.0


# More of these is better (True), worse (False), or neither.
_BETTER: Final = {"sent": None, "opt_outs": False, "replies": None, "growth": True, "spend": None}


def changes(found: Overview) -> dict[str, Change]:
    """By the name of a total; none where the period before is not wholly recorded."""
    made: dict[str, Change] = {}
    if not found.comparable:
        return made
    for name, better in _BETTER.items():
        now, before = _value(found.now, name), _value(found.before, name)
        if before > 0:
            part = round(1000 * (now - before))
            made[name] = Change(*_judged(part, better), part=abs(part), whole=round(1000 * before))
    if found.now.answered and found.before.answered:
        share = found.now.delivered / found.now.answered - found.before.delivered / found.before.answered
        points = round(100 * share, 1)
        made["delivered"] = Change(*_judged(points, True), points=abs(points))
    return made


def _value(totals: Totals, name: str) -> float:
    if name == "spend":
        # Two currencies cannot be compared as one.
        return float(next(iter(totals.spend.values()))) if len(totals.spend) == 1 else 0.0
    value: int = getattr(totals, name)
    return float(value)


def _judged(difference: float, better: bool | None) -> tuple[str, str]:
    if not difference:
        return "flat", "plain"
    up = difference > 0
    judgement = "plain" if better is None else "good" if up is better else "bad"
    return ("up" if up else "down"), judgement

"""Figures of a period, added up. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final, NamedTuple

from chappe.desk.figures import Change
from chappe.desk.periods import Period

SINGLE: Final = ""
"""The key of the line of messages that are of no campaign."""


class By(StrEnum):
    """What the figures of a period are parted by."""

    CAMPAIGN = "campaign"
    TOPIC = "topic"
    SEGMENT = "segment"


@dataclass(slots=True)
class Figures:
    """`sent`: handed to carriers on these days. `answered`: of them, those that the carrier has told the end
    of. `clicked`: messages that a person clicked on these days, each once. `replied` with those who ask to
    stop. `revenue`, less refunds, and `cost` by currency; `unpriced` parts are in no cost.
    """

    sent: int = 0
    delivered: int = 0
    failed: int = 0
    clicked: int = 0
    replied: int = 0
    opted_out: int = 0
    converted: int = 0
    parts: int = 0
    unpriced: int = 0
    revenue: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    cost: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))

    @property
    def answered(self) -> int:
        return self.delivered + self.failed

    @property
    def moved(self) -> bool:
        """Whether anything happened."""
        return bool(self.sent or self.clicked or self.replied or self.opted_out or self.converted)

    def add(self, other: "Figures") -> None:
        for name in _COUNTS:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for mine, theirs in ((self.revenue, other.revenue), (self.cost, other.cost)):
            for currency, amount in theirs.items():
                mine[currency] += amount


_COUNTS: Final = (
    "sent", "delivered", "failed", "clicked", "replied", "opted_out", "converted", "parts", "unpriced",
)  # fmt: skip


class Sent(NamedTuple):
    """What carriers were handed of one run, or on one day. `currency` empty: no price is known."""

    key: object
    now: bool
    currency: str
    handed: int
    delivered: int
    failed: int
    parts: int
    cost: Decimal


class Act(NamedTuple):
    """What people did: click, reply, stop or conversion."""

    key: object
    now: bool
    kind: str
    currency: str
    n: int
    amount: Decimal


class Line(NamedTuple):
    """One campaign, topic or segment, in the period and in the one before."""

    key: str
    name: str
    now: Figures
    before: Figures


class Growth(NamedTuple):
    """The people of a day: who came, and who asked to stop."""

    day: date
    joined: int
    left: int


class People(NamedTuple):
    """Of a period. `at_first`: who was on the list when it began, active and under no suppression."""

    joined: int
    left: int
    at_first: int


@dataclass(frozen=True, slots=True)
class Analytics:
    """`days`: a line's `key` is the day; `lines` are sorted by what was sent, the most first."""

    period: Period
    comparable: bool
    now: Figures
    before: Figures
    days: Sequence[tuple[date, Figures]]
    lines: Sequence[Line]
    growth: Sequence[Growth]
    people: People
    people_before: People


def gathered(sent: Iterable[Sent], acts: Iterable[Act]) -> dict[tuple[object, bool], Figures]:
    """By key, and whether it is of the period (True) or of the one before."""
    found: dict[tuple[object, bool], Figures] = defaultdict(Figures)
    for one in sent:
        sums = found[one.key, one.now]
        sums.sent += one.handed
        sums.delivered += one.delivered
        sums.failed += one.failed
        sums.parts += one.parts
        if one.currency:
            sums.cost[one.currency] += one.cost
        else:
            sums.unpriced += one.parts
    for act in acts:
        sums = found[act.key, act.now]
        sums.clicked += act.n if act.kind == "click" else 0
        sums.replied += act.n if act.kind in ("reply", "stop") else 0
        sums.opted_out += act.n if act.kind == "stop" else 0
        if act.kind == "conversion":
            sums.converted += act.n
            if act.amount:
                sums.revenue[act.currency] += act.amount
    return dict(found)


def together(figures: Iterable[Figures]) -> Figures:
    sums = Figures()
    for one in figures:
        sums.add(one)
    return sums


# More of these is better (True), worse (False), or neither.
_BETTER: Final = {
    "sent": None, "clicked": True, "converted": True, "replied": None, "opted_out": False,
    "revenue": True, "cost": None,
}  # fmt: skip


def changes(now: Figures, before: Figures) -> dict[str, Change]:
    """By the name of a figure; none where there was nothing before, or more than one currency."""
    made: dict[str, Change] = {}
    for name, better in _BETTER.items():
        current, earlier = _value(now, name), _value(before, name)
        if earlier > 0:
            made[name] = _change(current - earlier, better, whole=earlier)
    if now.answered and before.answered:
        points = round(100 * (now.delivered / now.answered - before.delivered / before.answered), 1)
        direction, judgement = _judged(points, True)
        made["delivered"] = Change(direction, judgement, points=abs(points))
    return made


def _change(difference: float, better: bool | None, *, whole: float) -> Change:
    direction, judgement = _judged(difference, better)
    return Change(direction, judgement, part=abs(round(1000 * difference)), whole=round(1000 * whole))


def _judged(difference: float, better: bool | None) -> tuple[str, str]:
    if not difference:
        return "flat", "plain"
    up = difference > 0
    return ("up" if up else "down"), "plain" if better is None else "good" if up is better else "bad"


def _value(figures: Figures, name: str) -> float:
    value: int | Mapping[str, Decimal] = getattr(figures, name)
    if isinstance(value, Mapping):
        return float(next(iter(value.values()))) if len(value) == 1 else 0.0
    return float(value)

"""What a campaign brought that would not have come by itself: those who got it against those who were held
out.
"""

from typing import NamedTuple

from chappe.statistics import intervals
from chappe.statistics.arms import Arm, Kind
from chappe.statistics.evidence import ERROR, Span


class Brought(NamedTuple):
    """`per_person`: by how much a person who got the message does more (a share, or the currency's unit),
    with its interval. `extra`: the same of all who got it: people who acted, or money. `lift`: as a share
    of what those held out did by themselves; None for money, or where nobody of them acted. `sure`: the
    interval leaves out 0.
    """

    per_person: float
    within: Span
    extra: float
    extra_within: Span
    lift: Span | None
    sure: bool


def brought(written: Arm, held: Arm, kind: Kind, error: float = ERROR) -> Brought | None:
    """Both counted over the same days, and of people who could have been written to. None while either is
    empty. The interval is an ordinary one: read it once the time in which actions count is over. Its level
    holds for holdouts of any size, it is only wide for small ones.
    """
    if not (written.people and held.people):
        return None
    count = intervals.difference if kind is Kind.SHARE else intervals.gain
    within = count(written, held, error)
    each = written.value(kind) - held.value(kind)
    n = written.people
    ratio = intervals.lift(written, held, error) if kind is Kind.SHARE and held.acted else None
    known = kind is Kind.SHARE or (written.acted > 0 and held.acted > 0)
    sure = known and (within.low > 0 or within.high < 0)
    return Brought(each, within, each * n, Span(within.low * n, within.high * n), ratio, sure)

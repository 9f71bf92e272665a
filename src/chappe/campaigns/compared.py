"""A campaign's figures against those of the campaign before it. Pure."""

from typing import NamedTuple

from chappe.campaigns.display import Tally
from chappe.campaigns.figures import Row
from chappe.messages.answers import Answered

# Below this many delivered, a share says nothing.
_ENOUGH = 20


class Change(NamedTuple):
    """By how many points (percent of percent) a share moved; `better` when that is good news."""

    points: float
    better: bool | None

    @property
    def direction(self) -> str:
        if abs(self.points) < 0.05:
            return "flat"
        return "up" if self.points > 0 else "down"

    @property
    def judgement(self) -> str:
        if self.better is None or self.direction == "flat":
            return "plain"
        return "good" if self.better else "bad"


class Compared(NamedTuple):
    """None where either campaign is too small to compare."""

    delivery: Change | None
    replies: Change | None
    stops: Change | None


def compared(tally: Tally, answered: Answered, before: Row | None) -> Compared:
    """Shares of those delivered, in points more or less than the time before."""
    if before is None or min(tally.answered, before.tally.answered) < _ENOUGH:
        return Compared(None, None, None)
    then, old = before.tally, before.answered
    return Compared(
        _change(tally.delivered, tally.answered, then.delivered, then.answered, good=True),
        _change(answered.replies, tally.delivered, old.replies, then.delivered, good=None),
        _change(answered.stops, tally.delivered, old.stops, then.delivered, good=False),
    )


def _change(part: int, whole: int, old_part: int, old_whole: int, *, good: bool | None) -> Change | None:
    """`good`: whether more is good news."""
    if not whole or not old_whole:
        return None
    points = round(100 * part / whole - 100 * old_part / old_whole, 1)
    return Change(points, None if good is None else (points > 0) is good)

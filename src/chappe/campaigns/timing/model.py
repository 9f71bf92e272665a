"""When a message is due to a person. Pure."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from chappe.kit.errors import Problem

LONGEST_SPREAD: Final = 7 * 24 * 60
HOURS: Final = range(8, 21)
"""Hours of the day that may be somebody's best one: others would wait for the law in most places."""
_PRIOR: Final = 12.0
"""Acts that the habits of a workspace's people weigh against a person's own."""
_BESIDE: Final = 0.5
"""What an act tells of the hours beside its own."""


class How(StrEnum):
    MOMENT = "moment"
    LOCAL = "local"
    BEST = "best"


class Timing(msgspec.Struct, frozen=True, kw_only=True):
    """`spread_minutes`: messages are due evenly over so long, from their moment on; None: all at it."""

    how: How = How.MOMENT
    spread_minutes: int | None = None


class Timed(NamedTuple):
    """The timing of a run. `moment`: the campaign's; `zone`: the workspace's, where it was chosen, which also
    stands for people whose zone is not known. `habits`: acts of all its people by hour. `hour`: an arm's own,
    in place of the moment's.
    """

    timing: Timing
    moment: datetime
    zone: str
    habits: Sequence[float] = ()
    hour: int | None = None

    @property
    def by_person(self) -> bool:
        """Whether people's own hours are wanted."""
        return self.timing.how is How.BEST

    def due(self, zones: str, now: datetime, best: int | None = None) -> datetime:
        """When somebody in these zones is due, at `now` at the earliest. Of several zones the first counts,
        the likeliest. A time that the clocks leave out is the one after it.
        """
        if self.timing.how is How.MOMENT and self.hour is None:
            return now
        wall = self.moment.astimezone(ZoneInfo(self.zone)).replace(tzinfo=None)
        hour = self.hour if self.hour is not None else best if self.timing.how is How.BEST else None
        if hour is not None:
            wall = wall.replace(hour=hour, minute=0)
        place = zones.split()[0] if zones and self.timing.how is not How.MOMENT else self.zone
        return max(now, wall.replace(tzinfo=ZoneInfo(place)).astimezone(UTC))

    def later(self, part: float) -> timedelta:
        """How much later those are due before whom `part` of the run's people are."""
        return timedelta(minutes=(self.timing.spread_minutes or 0) * part)


class WrongTiming(Problem):
    code = "wrong_timing"
    status = 422
    title = "This timing is not possible"


def check(timing: Timing, moment: datetime | None) -> None:
    """Raises WrongTiming."""
    if timing.how is not How.MOMENT and moment is None:
        raise WrongTiming("Choose the day and the time that it is to be where people are.", field="send_at")
    if timing.spread_minutes is not None and not 1 <= timing.spread_minutes <= LONGEST_SPREAD:
        raise WrongTiming("Spread it over a minute to seven days.", field="spread_minutes")


def best_hour(own: Mapping[int, int], habits: Sequence[float]) -> int:
    """The hour at which a person acts most, by their own acts and, as far as those are few, by everybody's.

    `own`: acts by hour of their day. `habits`: the same of all people of the workspace, 24 numbers, or none.
    The posterior of a person's share of acts in each hour, under a Dirichlet prior that is worth _PRIOR acts
    and has the workspace's shape; an act counts half for the hours beside it. The earliest of equals.
    """
    total = sum(habits[hour] for hour in HOURS) if habits else 0.0
    shape = [each / total for each in habits] if total else [0.0] * 24
    told = [
        own.get(hour, 0) + _BESIDE * (own.get((hour - 1) % 24, 0) + own.get((hour + 1) % 24, 0))
        for hour in range(24)
    ]
    return max(HOURS, key=lambda hour: (told[hour] + _PRIOR * shape[hour], -hour))

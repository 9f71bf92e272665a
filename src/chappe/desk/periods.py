"""The days a page looks at, and those that it compares them with."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final, NamedTuple

CHOICES: Final = (7, 30, 90)
USUAL: Final = 30
LONGEST: Final = 366


class Period(NamedTuple):
    """Days of the workspace's zone, both ends included."""

    first: date
    last: date

    @property
    def length(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def before(self) -> "Period":
        """As many days, just before."""
        return Period(self.first - timedelta(days=self.length), self.first - timedelta(days=1))

    def days(self) -> Iterator[date]:
        return (self.first + timedelta(days=n) for n in range(self.length))

    def holds(self, day: date) -> bool:
        return self.first <= day <= self.last


def last_days(days: int, today: date) -> Period:
    """So many days, today included."""
    return Period(today - timedelta(days=days - 1), today)


def period_asked(days: str, first: str, last: str, today: date) -> tuple[Period, int | None]:
    """What an address asks for: two days (ISO), or one of `CHOICES`, which is then the second value. What
    makes no sense is the usual period: an address is no form, and nobody waits for an error in it.
    """
    begin, end = _day(first), _day(last)
    if begin is not None and end is not None:
        end = min(max(begin, end), today)
        begin = max(min(begin, end), end - timedelta(days=LONGEST - 1))
        return Period(begin, end), None
    chosen = int(days) if days.isdecimal() and len(days) < 4 and int(days) in CHOICES else USUAL
    return last_days(chosen, today), chosen


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None

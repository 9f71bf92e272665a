"""Public holidays, from the `holidays` library, pinned: its dates are data that a release may change."""

from datetime import date
from functools import cache

import holidays


class UnknownCalendar(Exception):
    """The library has no calendar of this country or subdivision for this year."""


def is_holiday(calendar: str, day: date) -> bool:
    """Whether `day` is a public holiday of a country (`FR`) or subdivision (`FR-57`, of ISO 3166-2), observed
    days included.

    UnknownCalendar for a place or a year that the library does not cover.
    """
    return day in holidays_of(calendar, day.year)


@cache
def holidays_of(calendar: str, year: int) -> frozenset[date]:
    """All of one year. UnknownCalendar as above."""
    country, _, subdivision = calendar.partition("-")
    try:
        found = holidays.country_holidays(country, subdiv=subdivision or None, years=year)
    except NotImplementedError as error:
        raise UnknownCalendar(calendar) from error
    if not found:
        raise UnknownCalendar(f"{calendar} {year}")
    return frozenset(found)


@cache
def is_known(calendar: str) -> bool:
    """Whether there is such a calendar at all."""
    country, _, subdivision = calendar.partition("-")
    covered = holidays.list_supported_countries()
    return country in covered and (not subdivision or subdivision in covered[country])

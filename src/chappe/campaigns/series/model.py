"""How often a campaign comes again, and when next. Pure."""

import calendar
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from chappe.kit.errors import Problem


class Every(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


_LONGEST_DAYS: Final = {Every.DAY: 1, Every.WEEK: 7, Every.MONTH: 31}


class SeriesState(StrEnum):
    ACTIVE = "active"
    STOPPED = "stopped"
    ENDED = "ended"


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """Every `step` days, weeks or months, at the hour of the first one. `until`: the last day; None: none."""

    every: Every
    step: int = 1
    until: date | None = None


class Series(NamedTuple):
    """`made`: copies so far. `next_at` None: the first campaign was not sent yet, or none comes any more."""

    rule: Rule
    state: SeriesState
    made: int
    next_at: datetime | None
    error: str | None


class Coming(NamedTuple):
    """A time at which a series will come again, of which there is no copy yet. `id`, `name`: its campaign's;
    `at` is in the workspace's zone.
    """

    id: UUID
    name: str
    at: datetime


class WrongSeries(Problem):
    code = "wrong_series"
    status = 422
    title = "The campaign cannot come again so"


class NoSeries(Problem):
    code = "no_series"
    status = 404
    title = "The campaign does not come again"


def nth(first: datetime, rule: Rule, n: int, zone: str) -> datetime | None:
    """When the campaign comes for the n-th time after the first one; None after the last day. On the wall of
    `zone`: an hour stays that hour when the clocks change. In a month that is too short, its last day.
    """
    there = ZoneInfo(zone)
    wall = first.astimezone(there).replace(tzinfo=None)
    match rule.every:
        case Every.DAY:
            wall += timedelta(days=n * rule.step)
        case Every.WEEK:
            wall += timedelta(weeks=n * rule.step)
        case Every.MONTH:
            months = wall.month - 1 + n * rule.step
            year, month = wall.year + months // 12, months % 12 + 1
            wall = wall.replace(
                year=year, month=month, day=min(wall.day, calendar.monthrange(year, month)[1])
            )
    if rule.until is not None and wall.date() > rule.until:
        return None
    return wall.replace(tzinfo=there)


def between(
    first: datetime, rule: Rule, made: int, zone: str, since: date, until: date
) -> Iterator[datetime]:
    """When it comes on the days from `since` to `until`, both included, after the copies that are made."""
    passed = (since - first.astimezone(ZoneInfo(zone)).date()).days
    # No occurrence before this one is so late; some after it may still be before `since`.
    n = max(made + 1, passed // (_LONGEST_DAYS[rule.every] * rule.step))
    while (at := nth(first, rule, n, zone)) is not None and at.date() <= until:
        if at.date() >= since:
            yield at
        n += 1

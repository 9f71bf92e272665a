"""The figures of a period, for the page, the API and files. Nothing here writes."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from chappe.audience import service as audiences
from chappe.audience.model import SEGMENT_ID
from chappe.campaigns.model import CAMPAIGN_ID
from chappe.consent.topics import service as topics
from chappe.consent.topics.model import TOPIC_ID
from chappe.contacts import service as contacts
from chappe.contacts.model import LIST_ID
from chappe.db.pool import Connection
from chappe.desk.analytics import repo
from chappe.desk.analytics.model import (
    SINGLE,
    Analytics,
    By,
    Figures,
    Growth,
    Line,
    People,
    gathered,
    together,
)
from chappe.desk.analytics.repo import RunOf
from chappe.desk.periods import Period
from chappe.kit.ids import public_id

# A shop that began on a Sunday, or was closed, is compared all the same.
_GRACE: Final = timedelta(days=3)


async def analytics(conn: Connection, workspace_id: int, period: Period, by: By) -> Analytics:
    """The period and the one before, by the worker's counts: seconds old."""
    of_runs = gathered(*await repo.by_run(conn, workspace_id, period))
    of_days = gathered(*await repo.by_day(conn, workspace_id, period))
    both = Period(period.before.first, period.last)
    came = {one.day: one for one in await repo.growth(conn, workspace_id, both)}
    then = await repo.people_before(conn, workspace_id, both.first)
    there = await repo.people_before(conn, workspace_id, period.first)
    first = await repo.first_day(conn, workspace_id)
    return Analytics(
        period=period,
        comparable=first is not None and first <= period.before.first + _GRACE,
        now=together(figures for (_, now), figures in of_runs.items() if now),
        before=together(figures for (_, now), figures in of_runs.items() if not now),
        days=[(day, of_days.get((day, True), Figures())) for day in period.days()],
        lines=await _lines(conn, workspace_id, by, of_runs),
        growth=[came.get(day, Growth(day, 0, 0)) for day in period.days()],
        people=_people(came, period, there),
        people_before=_people(came, period.before, then),
    )


def _people(came: Mapping[date, Growth], period: Period, at_first: int) -> People:
    days = [one for day, one in came.items() if period.holds(day)]
    return People(sum(one.joined for one in days), sum(one.left for one in days), at_first)


async def totals(conn: Connection, workspace_id: int, period: Period) -> tuple[Figures, Figures]:
    """Of the period, and of the one before."""
    of_runs = gathered(*await repo.by_run(conn, workspace_id, period))
    now = together(figures for (_, now), figures in of_runs.items() if now)
    return now, together(figures for (_, now), figures in of_runs.items() if not now)


async def _lines(
    conn: Connection, workspace_id: int, by: By, found: Mapping[tuple[object, bool], Figures]
) -> list[Line]:
    runs = await repo.campaigns(conn, workspace_id, [key for key, _ in found if isinstance(key, int) and key])
    names = await _names(conn, workspace_id, by, runs)
    sums: dict[tuple[str, bool], Figures] = defaultdict(Figures)
    for (run, now), figures in found.items():
        for key in _keys(by, runs.get(run) if isinstance(run, int) else None):
            sums[key, now].add(figures)
    lines = [
        Line(key, names.get(key, ""), sums.get((key, True), Figures()), sums.get((key, False), Figures()))
        for key in {key for key, _ in sums}
    ]
    return sorted(lines, key=lambda line: (-line.now.sent, -line.before.sent, line.name, line.key))


def _keys(by: By, run: RunOf | None) -> list[str]:
    """The lines that a run counts in: one, or each list and segment that it was sent to."""
    if run is None:
        return [SINGLE]
    if by is By.CAMPAIGN:
        return [public_id(CAMPAIGN_ID, run.campaign_id)]
    if by is By.TOPIC:
        return [_topic(run.topic_id)]
    audience = run.audience
    lists = [public_id(LIST_ID, key) for key in audience.include]
    return [*lists, *(public_id(SEGMENT_ID, key) for key in audience.include_segments)]


def _topic(key: UUID | None) -> str:
    return "none" if key is None else public_id(TOPIC_ID, key)


async def _names(conn: Connection, workspace_id: int, by: By, runs: Mapping[int, RunOf]) -> dict[str, str]:
    if by is By.CAMPAIGN:
        return {public_id(CAMPAIGN_ID, run.campaign_id): run.name for run in runs.values()}
    if by is By.TOPIC:
        known = await topics.topics(conn, workspace_id, archived=True)
        return {public_id(TOPIC_ID, one.id): one.name for one in known}
    lists = {key for run in runs.values() for key in run.audience.include}
    segments = {key for run in runs.values() for key in run.audience.include_segments}
    return {
        public_id(LIST_ID, one.id): one.name
        for one in await contacts.lists_by_id(conn, workspace_id, sorted(lists))
    } | {
        public_id(SEGMENT_ID, one.id): one.name
        for one in await audiences.by_ids(conn, workspace_id, sorted(segments))
    }

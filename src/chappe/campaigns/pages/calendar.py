"""The calendar: campaigns on the days on which they leave, a month or a week at a time."""

import calendar
from datetime import date, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from chappe.accounts.permissions import Permission
from chappe.api.given import Db
from chappe.campaigns.calendar import service
from chappe.campaigns.calendar.model import Entry
from chappe.campaigns.model import CAMPAIGN_ID
from chappe.campaigns.pages.common import GivenClocks, campaign_of, note
from chappe.campaigns.series import service as series
from chappe.campaigns.series.model import NoSeries
from chappe.kit.ids import public_id
from chappe.web.page import GivenPage
from chappe.web.viewer import GivenViewer, needs

_FIRST_YEAR, _LAST_YEAR = 2000, 2199


class Day(NamedTuple):
    """`inside`: of the month that is shown; the grid begins on a Monday and ends on a Sunday."""

    day: date
    inside: bool
    today: bool
    entries: list[Entry]


class Span(NamedTuple):
    """The days that are shown, and where the arrows lead: days of the spans before and after."""

    first: date
    last: date
    before: date
    after: date


@get("/campaigns/calendar", opt=needs(Permission.CAMPAIGNS_READ))
async def shown(page: GivenPage, viewer: GivenViewer, db: Db, clocks: GivenClocks) -> Response[Any]:
    """`?month=2026-11`, or `?week=` with a day of it; this month when none is asked for."""
    now = clocks.gate.now()
    today = now.astimezone(ZoneInfo(viewer.zone)).date()
    month = _day(f"{page.asked('month')}-01")
    week = None if month else _day(page.asked("week"))
    span = _month(month or today) if week is None else _week(week)
    begin, end = _week(span.first).first, _week(span.last).last
    async with db.transaction(viewer.workspace_id) as conn:
        found = await service.between(conn, viewer.workspace_id, begin, end, now)
    days = [
        Day(
            day,
            span.first <= day <= span.last,
            day == today,
            [entry for entry in found if entry.day == day],
        )
        for day in (begin + timedelta(days=n) for n in range((end - begin).days + 1))
    ]
    here = span.first <= today <= span.last
    return page.render(
        "campaigns/calendar.html",
        weekly=week is not None,
        days=days,
        span=span,
        here=here,
        today=today,
        # The other view shows today where this one does.
        turn_to=today if here else span.first,
        anything=any(day.entries for day in days if day.inside),
        repeats=any(entry.state is None for entry in found),
        shown_id=lambda entry: public_id(CAMPAIGN_ID, entry.id),
    )


@post("/campaigns/{campaign:str}/series/stop", opt=needs(Permission.CAMPAIGNS_SEND))
async def stop(campaign: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    """No copy is made any more."""
    async with db.transaction(viewer.workspace_id) as conn:
        found = await campaign_of(conn, viewer, campaign)
        try:
            await series.stop(conn, found)
        except NoSeries:
            return page.redirect(f"/campaigns/{campaign}?notice=too_late")
        await note(conn, page, viewer, "series_stopped", found)
    return page.redirect(f"/campaigns/{campaign}")


def _month(day: date) -> Span:
    first = day.replace(day=1)
    last = day.replace(day=calendar.monthrange(day.year, day.month)[1])
    return Span(first, last, first - timedelta(days=1), last + timedelta(days=1))


def _week(day: date) -> Span:
    """From Monday to Sunday."""
    first = day - timedelta(days=day.weekday())
    return Span(first, first + timedelta(days=6), first - timedelta(days=7), first + timedelta(days=7))


def _day(text: str) -> date | None:
    """None for what is none."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if _FIRST_YEAR <= found.year <= _LAST_YEAR else None


routes: list[ControllerRouterHandler] = [shown, stop]

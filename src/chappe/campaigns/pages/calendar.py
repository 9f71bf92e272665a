"""The calendar: campaigns on the days on which they leave, a month at a time."""

import calendar
from datetime import date, timedelta
from typing import Any, Final, NamedTuple
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

_MONDAY: Final = 0
_FIRST_YEAR, _LAST_YEAR = 2000, 2199


class Day(NamedTuple):
    """`inside`: of the month that is shown; the grid begins on a Monday and ends on a Sunday."""

    day: date
    inside: bool
    today: bool
    entries: list[Entry]


@get("/campaigns/calendar", opt=needs(Permission.CAMPAIGNS_READ))
async def month(page: GivenPage, viewer: GivenViewer, db: Db, clocks: GivenClocks) -> Response[Any]:
    """`?month=2026-11`; this one when none is asked for."""
    today = clocks.gate.now().astimezone(ZoneInfo(viewer.zone)).date()
    first = _asked(page.asked("month")) or today.replace(day=1)
    begin = first - timedelta(days=first.weekday() - _MONDAY)
    length = calendar.monthrange(first.year, first.month)[1]
    last = first.replace(day=length)
    end = last + timedelta(days=6 - last.weekday())
    async with db.transaction(viewer.workspace_id) as conn:
        found = await service.between(conn, viewer.workspace_id, begin, end)
    days = [
        Day(
            day,
            day.month == first.month,
            day == today,
            [entry for entry in found if entry.day == day],
        )
        for day in (begin + timedelta(days=n) for n in range((end - begin).days + 1))
    ]
    return page.render(
        "campaigns/calendar.html",
        weeks=[days[at : at + 7] for at in range(0, len(days), 7)],
        first=first,
        before=f"{first - timedelta(days=1):%Y-%m}",
        after=f"{last + timedelta(days=1):%Y-%m}",
        this_month=first == today.replace(day=1),
        anything=any(day.entries for day in days if day.inside),
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


def _asked(text: str) -> date | None:
    """The first of a month written `2026-11`; None for what is none."""
    try:
        found = date.fromisoformat(f"{text}-01")
    except ValueError:
        return None
    return found if _FIRST_YEAR <= found.year <= _LAST_YEAR else None


routes: list[ControllerRouterHandler] = [month, stop]

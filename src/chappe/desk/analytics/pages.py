"""/analytics: any days beside as many before; and the same as files."""

from datetime import date
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from chappe.accounts.permissions import Permission
from chappe.api.given import Db, WallClock
from chappe.desk.analytics import service
from chappe.desk.analytics.model import Analytics, By, Figures, changes
from chappe.desk.periods import CHOICES, Period, period_asked
from chappe.kit.clock import Clock
from chappe.kit.spreadsheets import csv_text
from chappe.web.page import GivenPage, Page
from chappe.web.viewer import GivenViewer, Viewer, needs

PATH: Final = "/analytics"
READ = needs(Permission.CAMPAIGNS_READ)
_SHOWN: Final = 50
_DAYS: Final = "day"


@get(PATH, opt=READ)
async def analytics(page: GivenPage, viewer: GivenViewer, db: Db, clock: WallClock) -> Response[Any]:
    by = _by(page.asked("by"))
    period, chosen, today = _asked(page, viewer, clock)
    async with db.transaction(viewer.workspace_id) as conn:
        found = await service.analytics(conn, viewer.workspace_id, period, by)
    # The same days, in every address of the page.
    days = f"days={chosen}" if chosen else f"from={period.first}&to={period.last}"
    # A campaign of the days before is no line of these.
    lines = [one for one in found.lines if by is not By.CAMPAIGN or one.now.moved]
    return page.render(
        "desk/analytics/page.html",
        found=found,
        lines=lines[:_SHOWN],
        more=max(0, len(lines) - _SHOWN),
        changes=changes(found.now, found.before) if found.comparable else {},
        by=by,
        sorts=list(By),
        days=days,
        period=period,
        chosen=chosen,
        choices=CHOICES,
        today=today,
    )


@get(f"{PATH}/export/{{what:str}}", opt=READ)
async def export(
    what: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db, clock: WallClock
) -> Response[Any]:
    """By day, campaign, topic or segment: as CSV, each currency a line of its own."""
    if what != _DAYS and what not in set(By):
        raise NotFoundException
    period, _, _ = _asked(page, viewer, clock)
    async with db.transaction(viewer.workspace_id) as conn:
        found = await service.analytics(conn, viewer.workspace_id, period, _by(what))
    heads = [line for line in page.fragment("desk/analytics/columns.txt", what=what).split("\n") if line]
    name = f"{what}-{period.first}-{period.last}.csv"
    return Response(
        "\ufeff" + csv_text([heads, *_rows(found, what)]),  # so that spreadsheets read UTF-8
        media_type="text/csv; charset=utf-8",
        headers={"content-disposition": f'attachment; filename="{name}"'},
    )


def _rows(found: Analytics, what: str) -> list[list[str]]:
    if what == _DAYS:
        people = {one.day: one for one in found.growth}
        return [
            [day.isoformat(), *row, str(people[day].joined), str(people[day].left)]
            for day, figures in found.days
            for row in _cells(figures)
        ]
    return [[one.key, one.name, *row] for one in found.lines for row in _cells(one.now)]


def _cells(one: Figures) -> list[list[str]]:
    """Counts stand in the first line alone, so that a column can be added up."""
    counts = (one.sent, one.delivered, one.failed, one.clicked, one.replied, one.opted_out, one.converted)
    rows: list[list[str]] = []
    for currency in sorted(one.revenue.keys() | one.cost.keys()) or [""]:
        figures = [str(n) if not rows else "" for n in counts]
        amounts = [f"{sums.get(currency, Decimal(0)):f}" for sums in (one.revenue, one.cost)]
        rows.append([*figures, currency, *amounts])
    return rows


def _asked(page: Page, viewer: Viewer, clock: Clock) -> tuple[Period, int | None, date]:
    today = clock.now().astimezone(ZoneInfo(viewer.zone)).date()
    return *period_asked(page.asked("days"), page.asked("from"), page.asked("to"), today), today


def _by(text: str) -> By:
    return By(text) if text in set(By) else By.CAMPAIGN


routes: list[ControllerRouterHandler] = [analytics, export]

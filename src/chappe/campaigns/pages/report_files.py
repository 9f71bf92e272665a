"""What a report tells, as files."""

from typing import Any, Final

from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from chappe.accounts.permissions import Permission
from chappe.api.given import Db
from chappe.campaigns import service as campaigns
from chappe.campaigns.display import tally
from chappe.campaigns.model import Campaign
from chappe.campaigns.pages.common import campaign_of
from chappe.campaigns.pages.people import csv_text, inert
from chappe.campaigns.reports import service as reports
from chappe.campaigns.reports.model import By
from chappe.db.pool import Connection
from chappe.messages import counts
from chappe.web.page import GivenPage
from chappe.web.viewer import GivenViewer, needs

_LINKS, _SOON, _TIME, _ACTS, _REASONS, _SALES = "links", "soon", "time", "acts", "reasons", "sales"
_FILES: Final = frozenset({*By, _LINKS, _SOON, _TIME, _ACTS, _REASONS, _SALES})


@get("/campaigns/{campaign:str}/report/{what:str}", opt=needs(Permission.CAMPAIGNS_READ))
async def report_file(
    campaign: FromPath[str], what: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db
) -> Response[Any]:
    """By country, carrier, hour or audience; links, sales, reasons, changes, acts, delays: as CSV."""
    if what not in _FILES:
        raise NotFoundException
    async with db.transaction(viewer.workspace_id) as conn:
        found = await campaign_of(conn, viewer, campaign)
        rows = await _rows(conn, found, what)
    heads = [line for line in page.fragment("campaigns/report/columns.txt", what=what).split("\n") if line]
    return Response(
        "\ufeff" + csv_text([heads, *rows]),  # so that spreadsheets read UTF-8
        media_type="text/csv; charset=utf-8",
        headers={"content-disposition": f'attachment; filename="{campaign}-{what}.csv"'},
    )


async def _rows(conn: Connection, campaign: Campaign, what: str) -> list[list[str]]:
    if what == _LINKS:
        links = await reports.links(conn, campaign)
        return [[inert(one.url), str(one.people), str(one.clicks), str(one.machines)] for one in links]
    if what == _TIME:
        changes = await counts.by_minute(conn, campaign.workspace_id, campaign.runs)
        return [[one.at.isoformat(), one.state.label, str(one.n)] for one in changes]
    if what == _REASONS:
        counted = tally(await campaigns.progress(conn, campaign.workspace_id, campaign.id))
        reasons = [*counted.troubles, *counted.skipped]
        return [[one.state.label, inert(one.code), str(one.n)] for one in reasons]
    if what == _SALES:
        sales = await reports.sales(conn, campaign)
        return [
            [inert(one.goal), str(one.n), str(one.people), one.currency, str(one.amount), str(one.refunded)]
            for one in sales.lines
        ]
    breakdown = await reports.breakdown(conn, campaign)
    if what == _SOON:
        return [[str(n) for n in one] for one in breakdown.delays]
    if what == _ACTS:
        return [[one.at.isoformat(), *(str(n) for n in one[1:])] for one in breakdown.acts]
    return [[inert(one.key), *(str(n) for n in one[1:])] for one in breakdown.groups[By(what)]]


routes: list[ControllerRouterHandler] = [report_file]

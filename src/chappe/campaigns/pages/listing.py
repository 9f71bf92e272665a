"""The list of campaigns."""

from datetime import datetime, time, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Response, get
from litestar.types import ControllerRouterHandler

from chappe.accounts.permissions import Permission
from chappe.api.given import Db
from chappe.campaigns import figures
from chappe.campaigns.figures import Row
from chappe.campaigns.model import CampaignState, Wanted
from chappe.campaigns.pages.common import shown_id
from chappe.web.filters import Filter, FilterKind
from chappe.web.navigation import mark
from chappe.web.page import GivenPage
from chappe.web.tables import Column, Table, View
from chappe.web.viewer import GivenViewer, needs

TABLE: Final = Table(
    "campaigns",
    columns=(
        Column("name", mark("Campaign"), always=True),
        Column("state", mark("State")),
        Column("audience", mark("Audience"), shown=False),
        Column("when", mark("When"), sort="when"),
        Column("recipients", mark("Recipients"), figure=True),
        Column("delivered", mark("Delivered"), figure=True),
        Column("replies", mark("Replies"), figure=True),
        Column("stops", mark("Opt-outs"), figure=True),
        Column("cost", mark("Cost"), figure=True),
    ),
    sorts={"when": (datetime, UUID)},
    default_sort="-when",
    filters=(
        Filter("q", mark("Search"), kind=FilterKind.TEXT),
        Filter(
            "state",
            mark("State"),
            options=(
                ("draft", mark("Draft")),
                ("scheduled", mark("Scheduled")),
                ("preparing", mark("Preparing")),
                ("sending", mark("Sending")),
                ("paused", mark("Paused")),
                ("finished", mark("Finished")),
                ("canceled", mark("Canceled")),
            ),
        ),
        Filter("from", mark("Since"), kind=FilterKind.DATE),
        Filter("to", mark("Until"), kind=FilterKind.DATE),
    ),
)


@get("/campaigns", opt=needs(Permission.CAMPAIGNS_READ))
async def campaigns(page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    view = TABLE.read(page)
    async with db.transaction(viewer.workspace_id) as conn:
        rows = await figures.rows(
            conn,
            viewer.workspace_id,
            _wanted(view, viewer.zone),
            earliest_first=view.sort == "when",
            after=_place(view),
            limit=view.limit,
        )
    shown = view.page(rows, cursor=_cursor, key=lambda row: shown_id(row.campaign))
    return page.render("campaigns/list.html", table=shown, shown_id=shown_id)


def _wanted(view: View, zone: str) -> Wanted:
    """Days are those of the workspace's wall, the last one whole."""
    last = _day(view.one("to"), zone)
    return Wanted(
        states=tuple(CampaignState(state) for state in view.filters.get("state", ())),
        text=view.one("q"),
        since=_day(view.one("from"), zone),
        before=None if last is None else last + timedelta(days=1),
    )


def _day(text: str, zone: str) -> datetime | None:
    if not text:
        return None
    return datetime.combine(datetime.fromisoformat(text).date(), time(), ZoneInfo(zone))


def _place(view: View) -> tuple[datetime, UUID] | None:
    if view.after is None:
        return None
    moment, key = view.after
    assert isinstance(moment, datetime)
    assert isinstance(key, UUID)
    return moment, key


def _cursor(row: Row) -> tuple[datetime, UUID]:
    return row.campaign.moment, row.campaign.id


routes: list[ControllerRouterHandler] = [campaigns]

"""REST: /v1/calendar."""

from datetime import date, datetime
from typing import Annotated

import msgspec
from litestar import get
from litestar.params import QueryParameter
from litestar.types import ControllerRouterHandler

from chappe.accounts.model import Scope
from chappe.api.caller import needs
from chappe.api.given import Asking, Conn, GateClock
from chappe.campaigns.calendar import service
from chappe.campaigns.model import CAMPAIGN_ID, CampaignState
from chappe.kit.ids import public_id


class CalendarEntryView(msgspec.Struct, frozen=True, kw_only=True):
    """`at`: when the campaign began, or is to begin; `day`: that day in the workspace's zone. `comes_again`:
    the series of the campaign will make a copy for this time; there is none yet, so `state` is null.
    """

    campaign_id: str
    name: str
    state: CampaignState | None
    comes_again: bool
    at: datetime
    day: date


class CalendarView(msgspec.Struct, frozen=True, kw_only=True):
    """Drafts are on no day, and neither are campaigns canceled before they began."""

    entries: list[CalendarEntryView]


@get(
    "/calendar",
    guards=[needs(Scope.CAMPAIGNS_READ)],
    summary="Campaigns by the day on which they leave",
    tags=["Campaigns"],
)
async def read_calendar(
    caller: Asking,
    conn: Conn,
    gate_clock: GateClock,
    first: Annotated[
        date, QueryParameter(name="from", description="The first day, in the workspace's zone.")
    ],
    last: Annotated[
        date, QueryParameter(name="to", description="The last day, itself included; at most 62 days in all.")
    ],
) -> CalendarView:
    """In order of time, with what campaigns that come again will do."""
    found = await service.between(conn, caller.workspace_id, first, last, gate_clock.now())
    return CalendarView(
        entries=[
            CalendarEntryView(
                campaign_id=public_id(CAMPAIGN_ID, one.id),
                name=one.name,
                state=one.state,
                comes_again=one.state is None,
                at=one.at,
                day=one.day,
            )
            for one in found
        ]
    )


routes: list[ControllerRouterHandler] = [read_calendar]

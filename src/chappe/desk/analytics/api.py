"""REST: /v1/analytics."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Final
from zoneinfo import ZoneInfo

import msgspec
from litestar import get
from litestar.params import QueryParameter
from litestar.types import ControllerRouterHandler
from msgspec import Meta

from chappe.accounts.model import Scope
from chappe.api.caller import needs
from chappe.api.given import Asking, Conn, WallClock
from chappe.desk.analytics import repo, service
from chappe.desk.analytics.model import By, Figures, Line, People
from chappe.desk.errors import BadPeriod
from chappe.desk.periods import LONGEST, USUAL, Period, last_days

_MOST: Final = 200


class AmountView(msgspec.Struct, frozen=True, kw_only=True):
    currency: str
    amount: Annotated[str, Meta(description="A decimal number as text, so that no cent is lost.")]


class FiguresView(msgspec.Struct, frozen=True, kw_only=True):
    """`sent`: handed to carriers on these days; of them `delivered` and `not_delivered` by the receipts.
    `clicked`, `replied`, `opted_out`, `converted` and `revenue` (less refunds): what people did on these days
    because of a message, whenever it left. `unpriced_parts` are in no `cost`.
    """

    sent: int
    delivered: int
    not_delivered: int
    clicked: int
    replied: int
    opted_out: int
    converted: int
    parts: int
    unpriced_parts: int
    revenue: list[AmountView]
    cost: list[AmountView]


class LineView(msgspec.Struct, frozen=True, kw_only=True):
    """`id`: of the campaign, topic, list or segment; empty: single messages; `none`: no topic."""

    id: str
    name: str
    now: FiguresView
    before: FiguresView


class DayView(msgspec.Struct, frozen=True, kw_only=True):
    """`joined` and `left`: people who came to the list and who asked to stop, whatever brought them."""

    day: date
    figures: FiguresView
    joined: int
    left: int


class PeopleView(msgspec.Struct, frozen=True, kw_only=True):
    """`at_first`: who was on the list when the days began, active and under no suppression."""

    at_first: int
    joined: int
    left: int


class AnalyticsView(msgspec.Struct, frozen=True, kw_only=True):
    """Days of the workspace's zone, both ends included, beside as many just before. `comparable`: something
    was recorded when those began. `lines`: the 200 that sent most; what was sent to two segments counts in
    both.
    """

    first: date
    last: date
    comparable: bool
    now: FiguresView
    before: FiguresView
    people: PeopleView
    people_before: PeopleView
    days: list[DayView]
    by: By
    lines: list[LineView]


@get(
    "/analytics",
    guards=[needs(Scope.CAMPAIGNS_READ)],
    summary="Figures of a period beside the one before",
    tags=["Analytics"],
)
async def read_analytics(
    caller: Asking,
    conn: Conn,
    clock: WallClock,
    first: Annotated[
        date | None, QueryParameter(name="from", description="The first day. Without days: the last 30.")
    ] = None,
    last: Annotated[
        date | None, QueryParameter(name="to", description="The last day, itself included.")
    ] = None,
    by: Annotated[By, QueryParameter(description="What `lines` are.")] = By.CAMPAIGN,
) -> AnalyticsView:
    """Counted by the worker, seconds ago."""
    today = clock.now().astimezone(ZoneInfo(await repo.zone(conn, caller.workspace_id))).date()
    period = _period(first, last, today)
    found = await service.analytics(conn, caller.workspace_id, period, by)
    return AnalyticsView(
        first=period.first,
        last=period.last,
        comparable=found.comparable,
        now=_figures(found.now),
        before=_figures(found.before),
        people=_people(found.people),
        people_before=_people(found.people_before),
        days=[
            DayView(day=day, figures=_figures(figures), joined=people.joined, left=people.left)
            for (day, figures), people in zip(found.days, found.growth, strict=True)
        ],
        by=by,
        lines=[_line(one) for one in found.lines[:_MOST]],
    )


def _period(first: date | None, last: date | None, today: date) -> Period:
    """Raises BadPeriod."""
    if first is None and last is None:
        return last_days(USUAL, today)
    if first is None or last is None:
        field = "from" if first is None else "to"
        raise BadPeriod("Give both days, from and to, such as 2026-09-01 and 2026-09-30.", field=field)
    if not first <= last or (last - first).days >= LONGEST:
        raise BadPeriod(f"Let to come after from, with at most {LONGEST} days.", field="to")
    return Period(first, last)


def _line(one: Line) -> LineView:
    return LineView(id=one.key, name=one.name, now=_figures(one.now), before=_figures(one.before))


def _people(people: People) -> PeopleView:
    return PeopleView(at_first=people.at_first, joined=people.joined, left=people.left)


def _figures(one: Figures) -> FiguresView:
    return FiguresView(
        sent=one.sent,
        delivered=one.delivered,
        not_delivered=one.failed,
        clicked=one.clicked,
        replied=one.replied,
        opted_out=one.opted_out,
        converted=one.converted,
        parts=one.parts,
        unpriced_parts=one.unpriced,
        revenue=_amounts(one.revenue),
        cost=_amounts(one.cost),
    )


def _amounts(by_currency: dict[str, Decimal]) -> list[AmountView]:
    return [
        AmountView(currency=currency, amount=f"{amount.normalize():f}")
        for currency, amount in sorted(by_currency.items())
    ]


routes: list[ControllerRouterHandler] = [read_analytics]

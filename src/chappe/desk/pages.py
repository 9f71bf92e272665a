"""The home page: what was sent, what became of it, what needs a look; and the month's budget."""

from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from litestar import Response, get, post
from litestar.params import URLEncodedBody
from litestar.types import ControllerRouterHandler

from chappe.accounts import acts
from chappe.accounts.permissions import Permission
from chappe.api.given import Db, GateClock, WallClock
from chappe.campaigns.budgets import service as budgets
from chappe.campaigns.budgets.model import Budget as Hard
from chappe.campaigns.display import tally
from chappe.campaigns.model import CAMPAIGN_ID
from chappe.carriers.model import CARRIER_ID
from chappe.desk import service
from chappe.desk.analytics.model import changes as acts_changed
from chappe.desk.errors import BadBudget
from chappe.desk.figures import changes
from chappe.desk.periods import CHOICES, period_asked
from chappe.desk.start import service as first_run
from chappe.kit.ids import public_id
from chappe.offers.model import OFFER_ID
from chappe.web.page import GivenPage
from chappe.web.viewer import GivenViewer, Viewer, needs

_CURRENCIES = ("EUR", "USD", "GBP", "CHF", "CAD")


class BudgetForm(msgspec.Struct):
    amount: str = ""
    currency: str = "EUR"
    stops: str = ""


@get("/", opt=needs(Permission.HOME_READ))
async def home(
    page: GivenPage, viewer: GivenViewer, db: Db, clock: WallClock, gate_clock: GateClock
) -> Response[Any]:
    now = clock.now()
    today = now.astimezone(ZoneInfo(viewer.zone)).date()
    period, chosen = period_asked(page.asked("days"), page.asked("from"), page.asked("to"), today)
    async with db.transaction(viewer.workspace_id) as conn:
        found = await service.home(conn, viewer.workspace_id, period, today, now, db.number_keys)
        steps = None
        if viewer.may(Permission.SETTINGS_WRITE):
            steps = await first_run.progress(conn, viewer.workspace_id, gate_clock)
    return page.render(
        "home/home.html",
        home=found,
        steps=steps,
        changes=changes(found.overview),
        acts_changed=acts_changed(found.acts, found.acts_before) if found.overview.comparable else {},
        period=period,
        chosen=chosen,
        choices=CHOICES,
        today=today,
        recent=[(public_id(CAMPAIGN_ID, one.campaign.id), one.campaign, tally(one)) for one in found.recent],
        scheduled=[(public_id(CAMPAIGN_ID, one.campaign.id), one.campaign) for one in found.scheduled],
        low_offers=[(public_id(OFFER_ID, one.id), one) for one in found.alerts.offers],
        down=[(public_id(CARRIER_ID, one.id), one) for one in found.alerts.down],
    )


@get("/budget", opt=needs(Permission.SETTINGS_WRITE))
async def ask_budget(page: GivenPage, viewer: GivenViewer, db: Db, clock: WallClock) -> Response[Any]:
    """As a dialog over the page where scripts run."""
    today = clock.now().astimezone(ZoneInfo(viewer.zone)).date()
    async with db.transaction(viewer.workspace_id) as conn:
        budget = await service.month_budget(conn, viewer.workspace_id, today)
        limit = await budgets.of_month(conn, viewer.workspace_id, clock.now(), viewer.zone)
    amount = "" if budget is None else f"{budget.amount.normalize():f}"
    currency = viewer.currency if budget is None else budget.currency
    return _budget_page(page, viewer, amount, currency, stops=limit is not None)


@post("/budget", opt=needs(Permission.SETTINGS_WRITE))
async def set_budget(
    data: URLEncodedBody[BudgetForm],
    page: GivenPage,
    viewer: GivenViewer,
    db: Db,
    clock: WallClock,
) -> Response[Any]:
    today = clock.now().astimezone(ZoneInfo(viewer.zone)).date()
    currency = data.currency if data.currency in _CURRENCIES else viewer.currency
    try:
        async with db.transaction(viewer.workspace_id) as conn:
            before = await service.month_budget(conn, viewer.workspace_id, today)
            amount = await service.set_budget(conn, viewer.workspace_id, data.amount, currency)
            hard = None if amount is None or not data.stops else Hard(amount=amount, currency=currency)
            await budgets.save_month(conn, viewer.workspace_id, hard)
            await acts.record_here(
                conn,
                page,
                viewer,
                "budget.changed",
                before=None
                if before is None
                else {"amount": str(before.amount), "currency": before.currency},
                after=None
                if amount is None
                else {"amount": str(amount), "currency": currency, "stops": hard is not None},
            )
    except BadBudget:
        stops = bool(data.stops)
        return _budget_page(page, viewer, data.amount, currency, wrong=True, stops=stops)
    return page.leave("/?notice=budget")


def _kept(amount: Decimal, currency: str) -> dict[str, str]:
    return {"amount": str(amount), "currency": currency}


def _budget_page(
    page: GivenPage, viewer: Viewer, amount: str, currency: str, *, wrong: bool = False, stops: bool
) -> Response[Any]:
    return page.render(
        "home/budget.html",
        status=BadBudget.status if wrong else 200,
        amount=amount,
        currency=currency,
        currencies=[(each, each) for each in dict.fromkeys((viewer.currency, *_CURRENCIES))],
        wrong=wrong,
        stops=stops,
    )


routes: list[ControllerRouterHandler] = [home, ask_budget, set_budget]

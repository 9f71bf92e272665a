"""What a campaign may cost: asked in a dialog, before it leaves and while it waits for money."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from chappe.accounts.permissions import Permission
from chappe.api.given import Db
from chappe.campaigns.budgets import service as budgets
from chappe.campaigns.budgets.model import BadBudget, Budget, read_amount
from chappe.campaigns.model import Campaign, CampaignState
from chappe.campaigns.pages.common import campaign_of, note
from chappe.db.pool import Connection
from chappe.web.forms import Reading
from chappe.web.page import GivenPage
from chappe.web.viewer import GivenViewer, Viewer, needs

_SEND = needs(Permission.CAMPAIGNS_SEND)
_CURRENCIES = ("EUR", "USD", "GBP", "CHF", "CAD")


async def money_of(conn: Connection, campaign: Campaign) -> dict[str, Any]:
    """What pages say of a campaign's budget, and of who waits for money."""
    waiting = 0 if campaign.state is CampaignState.DRAFT else await budgets.waiting(conn, campaign)
    drawn = await budgets.of_campaign(conn, campaign.workspace_id, campaign.id)
    return {"budget": drawn, "short": waiting}


@get("/campaigns/{campaign:str}/budget", opt=_SEND)
async def ask(campaign: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    async with db.transaction(viewer.workspace_id) as conn:
        found = await campaign_of(conn, viewer, campaign)
        drawn = await budgets.of_campaign(conn, viewer.workspace_id, found.id)
    amount = "" if drawn is None else f"{drawn.budget.amount.normalize():f}"
    currency = viewer.currency if drawn is None else drawn.budget.currency
    return _shown(page, viewer, campaign, amount, currency)


@post("/campaigns/{campaign:str}/budget", opt=_SEND)
async def change(campaign: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    """Raised, what waited goes on."""
    reading = Reading(await page.form())
    text = reading.form.one("amount").strip()
    currency = reading.choice("currency", _currencies(viewer), otherwise=viewer.currency)
    try:
        budget = Budget(amount=read_amount(text), currency=currency) if text else None
    except BadBudget:
        return _shown(page, viewer, campaign, text, currency, wrong=True)
    async with db.transaction(viewer.workspace_id) as conn:
        found = await campaign_of(conn, viewer, campaign)
        before = await budgets.of_campaign(conn, viewer.workspace_id, found.id)
        await budgets.save(conn, found, budget)
        told = [
            {"amount": str(each.amount), "currency": each.currency} if each else None
            for each in (before and before.budget, budget)
        ]
        await note(conn, page, viewer, "budget_changed", found, before=told[0], after=told[1])
    to = "/edit/review" if found.state is CampaignState.DRAFT else ""
    return page.leave(f"/campaigns/{campaign}{to}")


def _currencies(viewer: Viewer) -> list[str]:
    return list(dict.fromkeys((viewer.currency, *_CURRENCIES)))


def _shown(
    page: GivenPage, viewer: Viewer, campaign: str, amount: str, currency: str, *, wrong: bool = False
) -> Response[Any]:
    return page.render(
        "campaigns/budget.html",
        status=BadBudget.status if wrong else 200,
        campaign_id=campaign,
        amount=amount,
        currency=currency,
        currencies=[(each, each) for each in _currencies(viewer)],
        wrong=wrong,
    )


routes: list[ControllerRouterHandler] = [ask, change]

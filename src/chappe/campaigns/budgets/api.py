"""REST: /v1/campaigns/{id}/budget."""

from typing import Annotated

import msgspec
from litestar import delete, get, put
from litestar.params import FromPath, JSONBody
from litestar.types import ControllerRouterHandler
from msgspec import Meta

from chappe.accounts.model import Scope
from chappe.api.bodies import Input
from chappe.api.caller import Caller, needs
from chappe.api.given import Asking, Conn
from chappe.campaigns import service as campaigns
from chappe.campaigns.budgets import service
from chappe.campaigns.budgets.model import Budget, read_amount
from chappe.campaigns.model import CAMPAIGN_ID, Campaign, UnknownCampaign
from chappe.db.pool import Connection
from chappe.kit.errors import Problem
from chappe.kit.ids import parse_public_id

_TAGS = ["Campaigns"]
_PATH = "/campaigns/{campaign_id:str}/budget"


class BudgetInput(Input, frozen=True, kw_only=True):
    """`amount` as a decimal, `currency` of ISO 4217: prices in others do not draw on it."""

    amount: Annotated[str, Meta(min_length=1, max_length=20)]
    currency: Annotated[str, Meta(pattern="^[A-Z]{3}$")]


class BudgetView(msgspec.Struct, frozen=True, kw_only=True):
    """`used`: reserved for messages that are written, or spent. `waiting`: people who get nothing before the
    budget is raised.
    """

    amount: str
    currency: str
    used: str
    waiting: int


class NoBudget(Problem):
    """It may cost what it does."""

    code = "no_budget"
    status = 404
    title = "The campaign has no budget"


@get(_PATH, guards=[needs(Scope.CAMPAIGNS_READ)], summary="What it may cost", tags=_TAGS)
async def read_budget(campaign_id: FromPath[str], caller: Asking, conn: Conn) -> BudgetView:
    return await _view(conn, await _campaign(conn, caller, campaign_id))


@put(_PATH, guards=[needs(Scope.CAMPAIGNS_SEND)], summary="Limit what it may cost", tags=_TAGS)
async def save_budget(
    campaign_id: FromPath[str], data: JSONBody[BudgetInput], caller: Asking, conn: Conn
) -> BudgetView:
    """Hard: messages are written only while their price is left of it. Raised, what waited goes on."""
    campaign = await _campaign(conn, caller, campaign_id)
    await service.save(conn, campaign, Budget(amount=read_amount(data.amount), currency=data.currency))
    return await _view(conn, campaign)


@delete(_PATH, guards=[needs(Scope.CAMPAIGNS_SEND)], summary="Let it cost what it does", tags=_TAGS)
async def remove_budget(campaign_id: FromPath[str], caller: Asking, conn: Conn) -> None:
    """The month's limit of the workspace still holds."""
    await service.save(conn, await _campaign(conn, caller, campaign_id), None)


async def _view(conn: Connection, campaign: Campaign) -> BudgetView:
    found = await service.of_campaign(conn, campaign.workspace_id, campaign.id)
    if found is None:
        raise NoBudget("The campaign has no budget of its own. PUT one to limit what it may cost.")
    return BudgetView(
        amount=f"{found.budget.amount.normalize():f}",
        currency=found.budget.currency,
        used=f"{found.used.normalize():f}",
        waiting=await service.waiting(conn, campaign),
    )


async def _campaign(conn: Connection, caller: Caller, text: str) -> Campaign:
    key = parse_public_id(CAMPAIGN_ID, text)
    if key is None:
        raise UnknownCampaign("There is no campaign with this id. List them with GET /v1/campaigns.")
    return await campaigns.get(conn, caller.workspace_id, key)


routes: list[ControllerRouterHandler] = [read_budget, save_budget, remove_budget]

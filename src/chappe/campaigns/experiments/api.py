"""REST: /v1/campaigns/{id}/variants and /experiment."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import delete, get, post, put
from litestar.params import FromPath, JSONBody
from litestar.types import ControllerRouterHandler
from msgspec import Meta

from chappe.accounts.model import Scope
from chappe.api.bodies import Input
from chappe.api.caller import Caller, needs
from chappe.api.given import Asking, Conn, WallClock
from chappe.campaigns import service as campaigns
from chappe.campaigns.experiments import service
from chappe.campaigns.experiments.model import (
    Decider,
    Decision,
    Experiment,
    ExperimentState,
    Metric,
    NoTest,
    Settings,
)
from chappe.campaigns.model import CAMPAIGN_ID, Campaign, UnknownCampaign
from chappe.campaigns.variants import service as variants
from chappe.campaigns.variants.model import Difference, Variant
from chappe.carriers.errors import UnknownSender
from chappe.carriers.model import SENDER_ID
from chappe.db.pool import Connection
from chappe.kit.ids import parse_public_id, public_id
from chappe.offers.model import OFFER_ID, UnknownOffer

_TAGS = ["Campaigns"]
_READ, _WRITE = [needs(Scope.CAMPAIGNS_READ)], [needs(Scope.CAMPAIGNS_WRITE)]
_SEND = [needs(Scope.CAMPAIGNS_SEND)]


class VariantInput(Input, frozen=True, kw_only=True):
    """What it says of its own; null: as the campaign does, which is variant A. `send_hour`: it leaves at that
    hour of the campaign's day, in the workspace's zone or, where the campaign's timing is `local` or `best`,
    in each person's; one that is over when the campaign begins is at once.
    `offer_id`: it gives codes of that offer.
    """

    name: Annotated[str, Meta(max_length=60)] = ""
    body: Annotated[str, Meta(max_length=10_000)] | None = None
    sender_id: Annotated[str, Meta(max_length=60)] | None = None
    send_hour: Annotated[int, Meta(ge=0, le=23)] | None = None
    offer_id: Annotated[str, Meta(max_length=60)] | None = None


class VariantView(msgspec.Struct, frozen=True, kw_only=True):
    """What people of the variant get."""

    variant: str
    name: str
    body: str
    sender_id: str | None
    send_hour: int | None
    offer_id: str | None


class ExperimentInput(Input, frozen=True, kw_only=True):
    """Of those who are not held out, `test_percent` try the variants and the others wait for the winner (100:
    nobody waits). `holdout_percent` of the audience get nothing. `decision` `rule`: the winner goes out by
    itself when it is sure, or `decide_within` minutes after the test began. `most_optouts`: the share of a
    variant's people who may leave before it is stopped; null: it never is.
    """

    test_percent: Annotated[int, Meta(ge=1, le=100)] = 100
    holdout_percent: Annotated[int, Meta(ge=0, le=90)] = 0
    metric: Metric = Metric.CLICKS
    decision: Decision = Decision.HAND
    decide_within: Annotated[int, Meta(ge=1, le=43_200)] | None = None
    most_optouts: Annotated[float, Meta(gt=0, le=1)] | None = None


class ExperimentView(msgspec.Struct, frozen=True, kw_only=True):
    """`state`: `draft`, `testing` since `started_at`, `decided`. `stopped`: variants that send no more."""

    test_percent: int
    holdout_percent: int
    metric: Metric
    decision: Decision
    decide_within: int | None
    most_optouts: float | None
    state: ExperimentState
    started_at: datetime | None
    winner: str | None
    decided_at: datetime | None
    decided_by: Decider | None
    stopped: list[str]


class WinnerInput(Input, frozen=True, kw_only=True):
    """A variant's letter."""

    variant: Annotated[str, Meta(pattern="^[A-F]$")]


@get("/campaigns/{campaign_id:str}/variants", guards=_READ, summary="The texts it tries", tags=_TAGS)
async def list_variants(campaign_id: FromPath[str], caller: Asking, conn: Conn) -> list[VariantView]:
    """A first: the campaign itself."""
    campaign = await _campaign(conn, caller, campaign_id)
    return [_variant(each) for each in await variants.variants_of(conn, campaign)]


@post("/campaigns/{campaign_id:str}/variants", guards=_WRITE, summary="Try one more text", tags=_TAGS)
async def add_variant(
    campaign_id: FromPath[str], data: JSONBody[VariantInput], caller: Asking, conn: Conn
) -> VariantView:
    """To a draft, which tries six at most."""
    campaign = await _campaign(conn, caller, campaign_id)
    return _variant(await variants.add(conn, campaign, _difference(data)))


@put(
    "/campaigns/{campaign_id:str}/variants/{letter:str}",
    guards=_WRITE,
    summary="Change a text that it tries",
    tags=_TAGS,
)
async def change_variant(
    campaign_id: FromPath[str],
    letter: FromPath[str],
    data: JSONBody[VariantInput],
    caller: Asking,
    conn: Conn,
) -> VariantView:
    """B to F; A is changed with the campaign."""
    campaign = await _campaign(conn, caller, campaign_id)
    return _variant(await variants.change(conn, campaign, letter, _difference(data)))


@delete(
    "/campaigns/{campaign_id:str}/variants/{letter:str}",
    guards=_WRITE,
    summary="Leave a text out",
    tags=_TAGS,
)
async def remove_variant(
    campaign_id: FromPath[str], letter: FromPath[str], caller: Asking, conn: Conn
) -> None:
    """Of a draft."""
    await variants.remove(conn, await _campaign(conn, caller, campaign_id), letter)


@get("/campaigns/{campaign_id:str}/experiment", guards=_READ, summary="How it is tested", tags=_TAGS)
async def read_experiment(campaign_id: FromPath[str], caller: Asking, conn: Conn) -> ExperimentView:
    """409 when it tests nothing and holds nobody out."""
    found = await service.experiment_of(conn, await _campaign(conn, caller, campaign_id))
    if found is None:
        raise NoTest("The campaign tests nothing. PUT /v1/campaigns/{id}/experiment says how it shall.")
    return _experiment(found)


@put("/campaigns/{campaign_id:str}/experiment", guards=_WRITE, summary="Test a draft", tags=_TAGS)
async def save_experiment(
    campaign_id: FromPath[str], data: JSONBody[ExperimentInput], caller: Asking, conn: Conn
) -> ExperimentView:
    """Who gets what is told by a keyed hash of each contact when the audience is taken."""
    campaign = await _campaign(conn, caller, campaign_id)
    chosen = Settings(**{name: getattr(data, name) for name in Settings.__struct_fields__})
    return _experiment(await service.save(conn, campaign, chosen))


@delete("/campaigns/{campaign_id:str}/experiment", guards=_WRITE, summary="Test nothing", tags=_TAGS)
async def remove_experiment(campaign_id: FromPath[str], caller: Asking, conn: Conn) -> None:
    """Everybody gets the campaign's own text; the others stay written."""
    await service.remove(conn, await _campaign(conn, caller, campaign_id))


@post(
    "/campaigns/{campaign_id:str}/experiment/winner",
    guards=_SEND,
    status_code=200,
    summary="Send a variant to the rest",
    tags=_TAGS,
)
async def choose_winner(
    campaign_id: FromPath[str], data: JSONBody[WinnerInput], caller: Asking, conn: Conn, clock: WallClock
) -> ExperimentView:
    """Once: asked again, the same; another variant is refused."""
    campaign = await _campaign(conn, caller, campaign_id)
    return _experiment(await service.choose(conn, campaign, data.variant, by=Decider.PERSON, now=clock.now()))


@post(
    "/campaigns/{campaign_id:str}/experiment/stop-variant",
    guards=_SEND,
    status_code=200,
    summary="Stop a variant",
    tags=_TAGS,
)
async def stop_variant(
    campaign_id: FromPath[str], data: JSONBody[WinnerInput], caller: Asking, conn: Conn, clock: WallClock
) -> ExperimentView:
    """What of it has not left is canceled, and it cannot win."""
    campaign = await _campaign(conn, caller, campaign_id)
    return _experiment(await service.stop(conn, campaign, data.variant, clock.now()))


async def _campaign(conn: Connection, caller: Caller, text: str) -> Campaign:
    key = parse_public_id(CAMPAIGN_ID, text)
    if key is None:
        raise UnknownCampaign("There is no campaign with this id. List them with GET /v1/campaigns.")
    return await campaigns.get(conn, caller.workspace_id, key)


def _difference(data: VariantInput) -> Difference:
    return Difference(
        name=data.name,
        body=data.body,
        sender_id=_sender(data.sender_id),
        send_hour=data.send_hour,
        offer_id=_offer(data.offer_id),
    )


def _sender(text: str | None) -> UUID | None:
    key = None if text is None else parse_public_id(SENDER_ID, text)
    if text is not None and key is None:
        raise UnknownSender("A sender's id looks like snd_… (32 hex digits).", field="sender_id")
    return key


def _offer(text: str | None) -> UUID | None:
    key = None if text is None else parse_public_id(OFFER_ID, text)
    if text is not None and key is None:
        raise UnknownOffer("There is no offer with this id. List them with GET /v1/offers.", field="offer_id")
    return key


def _variant(variant: Variant) -> VariantView:
    sender = None if variant.sender_id is None else public_id(SENDER_ID, variant.sender_id)
    return VariantView(
        variant=variant.letter,
        name=variant.name,
        body=variant.body,
        sender_id=sender,
        send_hour=variant.send_hour,
        offer_id=None if variant.offer_id is None else public_id(OFFER_ID, variant.offer_id),
    )


def _experiment(found: Experiment) -> ExperimentView:
    told = {name: getattr(found.settings, name) for name in Settings.__struct_fields__}
    return ExperimentView(
        **told,
        state=found.state,
        started_at=found.started_at,
        winner=found.winner,
        decided_at=found.decided_at,
        decided_by=found.decided_by,
        stopped=list(found.stopped),
    )


routes: list[ControllerRouterHandler] = [
    list_variants,
    add_variant,
    change_variant,
    remove_variant,
    read_experiment,
    save_experiment,
    remove_experiment,
    choose_winner,
    stop_variant,
]

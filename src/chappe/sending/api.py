"""REST: /v1/messages."""

from datetime import date
from typing import Annotated, Any, TypeAlias

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter, SkipValidation
from litestar.types import ControllerRouterHandler

from chappe.accounts.model import Scope
from chappe.api.caller import CALLER, needs
from chappe.api.given import Asking, Conn, GateClock, Ids
from chappe.api.idempotency import Keyed
from chappe.api.paging import Cursor, Limit, Page, decode_cursor, encode_cursor
from chappe.api.shell import GATHERED, KEYED, REPLAYED
from chappe.gate.rulings import rulings_of
from chappe.kit.ids import parse_public_id
from chappe.kit.phone import parse_international
from chappe.messages import service as messages
from chappe.messages.service import Filters, UnknownCampaignFilter, UnknownMessage
from chappe.sending import shapes
from chappe.sending.acceptance import Sending
from chappe.sending.gathering import ACCEPTED_STATUS
from chappe.sending.shapes import (
    CAMPAIGN_ID,
    LARGEST_BODY,
    MESSAGE_ID,
    AcceptedList,
    AcceptedView,
    Asked,
    OneMessage,
    StateName,
)

GivenSending: TypeAlias = NamedDependency[SkipValidation[Sending]]


@post(
    "/messages",
    guards=[needs(Scope.MESSAGES_SEND)],
    status_code=ACCEPTED_STATUS,
    summary="Send a message, or a list of up to 1,000",
    tags=["Messages"],
    opt={GATHERED: True},
    request_max_body_size=LARGEST_BODY,
)
async def send_messages(
    data: JSONBody[Asked],
    request: Request[Any, Any, Any],
    sending: GivenSending,
) -> Response[AcceptedView | AcceptedList]:
    """One object for one message, a JSON array for a list; a list is accepted whole or not at all.

    202 means: written down for good. What must not be sent (no consent, STOP…) is written down too, as
    `skipped` with its reason.
    """
    state = request.scope["state"]
    workspace_id = state[CALLER].workspace_id
    keyed: Keyed | None = state.get(KEYED)
    answer, replayed = await sending.accept(workspace_id, data, keyed)
    return Response(
        answer.body,  # type: ignore[arg-type]  # encoded already: these very bytes are kept under the key
        status_code=answer.status,
        media_type="application/json",
        headers=REPLAYED if replayed else {},
    )


@get(
    "/messages/{message_id:str}",
    guards=[needs(Scope.MESSAGES_READ)],
    summary="A message as it stands",
    tags=["Messages"],
)
async def read_message(
    message_id: FromPath[str], caller: Asking, conn: Conn, ids: Ids, gate_clock: GateClock
) -> OneMessage:
    key = ids.decode(MESSAGE_ID, message_id)
    if key is None:
        raise UnknownMessage(
            "A message's id looks like msg_… (32 hex digits). List them with GET /v1/messages."
        )
    found = await messages.read_one(conn, caller.workspace_id, key, gate_clock.now())
    rulings = await rulings_of(conn, [found.decision])
    return shapes.message_views([found], rulings, ids, test=not caller.live)[0]


@get("/messages", guards=[needs(Scope.MESSAGES_READ)], summary="Messages, newest first", tags=["Messages"])
async def list_messages(
    caller: Asking,
    conn: Conn,
    ids: Ids,
    gate_clock: GateClock,
    campaign_id: Annotated[str | None, QueryParameter(description="Of this campaign alone.")] = None,
    to: Annotated[str | None, QueryParameter(description="To this number, +33612345678.")] = None,
    message_state: Annotated[
        StateName | None, QueryParameter(name="state", description="In this state.")
    ] = None,
    day: Annotated[date | None, QueryParameter(description="Accepted on this day (UTC).")] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Page[OneMessage]:
    """Most states are listed within a campaign or a day; failed, expired, rejected and unknown always."""
    filters = _filters(campaign_id, to, message_state, day)
    after = decode_cursor(cursor, int)
    found = await messages.list_page(
        conn, caller.workspace_id, filters, after=after, limit=limit + 1, gate_now=gate_clock.now()
    )
    shown = found[:limit]
    rulings = await rulings_of(conn, {message.decision for message in shown})
    return Page(
        data=shapes.message_views(shown, rulings, ids, test=not caller.live),
        next_cursor=encode_cursor(shown[-1].id) if len(found) > limit else None,
    )


def _filters(campaign_id: str | None, to: str | None, state: StateName | None, day: date | None) -> Filters:
    campaign = None if campaign_id is None else parse_public_id(CAMPAIGN_ID, campaign_id)
    if campaign is None and campaign_id is not None:
        raise UnknownCampaignFilter(
            "A campaign's id looks like cmp_… (32 hex digits). List them with GET /v1/campaigns.",
            field="campaign_id",
        )
    number = None if to is None else parse_international(to, field="to")
    return Filters(campaign_id=campaign, to=number, state=shapes.state_named(state), day=day)


routes: list[ControllerRouterHandler] = [send_messages, read_message, list_messages]

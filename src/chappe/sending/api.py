"""REST: /v1/messages."""

from datetime import date
from typing import Annotated, Any, NamedTuple, TypeAlias

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter, SkipValidation
from litestar.types import ControllerRouterHandler

from chappe.accounts.model import Scope
from chappe.api import idempotency
from chappe.api.caller import CALLER, needs
from chappe.api.given import Asking, Conn, GateClock, Ids
from chappe.api.idempotency import Answer, Keyed, Standing
from chappe.api.paging import Cursor, Limit, Page, decode_cursor, encode_cursor
from chappe.api.shell import GATHERED, KEYED, REPLAYED
from chappe.db.pool import Database
from chappe.kit.errors import Problem
from chappe.kit.ids import IdCipher, parse_public_id
from chappe.kit.phone import parse_international
from chappe.messages import service as messages
from chappe.messages.service import Filters, UnknownCampaignFilter, UnknownMessage
from chappe.sending import shapes
from chappe.sending.gathering import ACCEPTED_STATUS, Gatherer
from chappe.sending.model import Intent
from chappe.sending.service import Door
from chappe.sending.shapes import (
    CAMPAIGN_ID,
    MESSAGE_ID,
    AcceptedList,
    AcceptedView,
    BadMessages,
    NewMessage,
    NewMessages,
    OneMessage,
    StateName,
)


class Sending(NamedTuple):
    """What sending takes, handed in as one: Litestar starts a task for each of several, and this is the
    address that is asked thousands of times a second.
    """

    db: Database
    ids: IdCipher
    door: Door
    gatherer: Gatherer


GivenSending: TypeAlias = NamedDependency[SkipValidation[Sending]]


@post(
    "/messages",
    guards=[needs(Scope.MESSAGES_SEND)],
    status_code=ACCEPTED_STATUS,
    summary="Send a message, or a list of up to 1,000",
    tags=["Messages"],
    opt={GATHERED: True},
    # 1,000 messages with long texts and references.
    request_max_body_size=8_000_000,
)
async def send_messages(
    data: JSONBody[NewMessage | NewMessages],
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
    if isinstance(data, NewMessage):
        intent = shapes.intent_of(data)
        answer, replayed = await sending.gatherer.accept(workspace_id, intent, keyed)
    else:
        intents = shapes.intents_of(data)
        answer, replayed = await _accept_list(sending, workspace_id, intents, keyed)
    return Response(
        answer.body,  # type: ignore[arg-type]  # encoded already: these very bytes are kept under the key
        status_code=answer.status,
        media_type="application/json",
        headers=REPLAYED if replayed else {},
    )


async def _accept_list(
    sending: Sending,
    workspace_id: int,
    intents: list[Intent],
    keyed: Keyed | None,
) -> tuple[Answer, bool]:
    async with sending.db.transaction(workspace_id) as conn:
        if keyed is not None:
            found = (await idempotency.claim(conn, workspace_id, [keyed]))[keyed.key]
            if isinstance(found, Answer):
                return found, True
            if found is not Standing.FRESH:
                raise idempotency.refusal(found, keyed.key)
        try:
            accepted = await sending.door.accept(conn, workspace_id, intents)
        except Problem as problem:
            raise _placed(problem) from problem
        views = [
            shapes.accepted_view(one, intent, sending.ids)
            for one, intent in zip(accepted, intents, strict=True)
        ]
        answer = Answer(ACCEPTED_STATUS, msgspec.json.encode(AcceptedList(data=views)))
        if keyed is not None:
            await idempotency.keep(conn, workspace_id, [(keyed, answer)])
    return answer, False


def _placed(problem: Problem) -> Problem:
    """The same problem, its place counted within the list that was sent."""
    field = problem.field or ""
    place = field.removeprefix("messages") if field.startswith("messages[") else f"[0].{field}"
    return BadMessages(problem.detail, field=place)


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
    return shapes.message_views([found], ids)[0]


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
    return Page(
        data=shapes.message_views(shown, ids),
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

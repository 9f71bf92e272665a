"""The message log, and one message told whole."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from litestar import Response, get
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from chappe.accounts.permissions import Permission
from chappe.api.given import Db, GateClock, Ids, WallClock
from chappe.contacts.model import CONTACT_ID
from chappe.db.pool import Connection
from chappe.desk import message_log, message_story
from chappe.desk.message_log import Choice, LogRow, Wish
from chappe.kit.ids import IdCipher, parse_public_id, public_id
from chappe.messages.model import MessageState, MessageView, day_of
from chappe.messages.service import UnknownMessage
from chappe.web.filters import Filter, FilterKind
from chappe.web.navigation import mark
from chappe.web.page import GivenPage
from chappe.web.tables import Column, Table, View
from chappe.web.viewer import GivenViewer, needs

_MESSAGE, _CAMPAIGN, _CARRIER = "msg", "cmp", "car"
_ON_ITS_WAY: Final = frozenset({MessageState.QUEUED, MessageState.SENDING, MessageState.SENT})
# Receipts mostly come within seconds; a page left open must not ask for days.
_WATCHED: Final = timedelta(minutes=10)
STATES: Final = (
    ("accepted", mark("Accepted")),
    ("queued", mark("Queued")),
    ("sending", mark("Sending")),
    ("sent", mark("Sent")),
    ("delivered", mark("Delivered")),
    ("undelivered", mark("Undelivered")),
    ("failed", mark("Failed")),
    ("expired", mark("Expired")),
    ("rejected", mark("Rejected")),
    ("canceled", mark("Canceled")),
    ("skipped", mark("Skipped")),
    ("unknown", mark("In doubt")),
)
TABLE = Table(
    "messages",
    columns=(
        Column("at", mark("Time"), always=True),
        Column("to", mark("To"), always=True),
        Column("text", mark("Text")),
        Column("state", mark("State"), always=True),
        Column("sender", mark("Sender")),
        Column("campaign", mark("Campaign or purpose")),
        Column("purpose", mark("Purpose"), shown=False),
        Column("parts", mark("Parts"), figure=True),
    ),
    filters=(
        Filter("to", mark("Number"), kind=FilterKind.TEXT),
        Filter("state", mark("State"), options=STATES, kind=FilterKind.ONE),
        Filter("campaign", mark("Campaign"), kind=FilterKind.ONE),
        Filter("day", mark("Day"), kind=FilterKind.DATE),
    ),
    # Ids are in the order of time. The ledger is read backwards alone, which its indexes and filters serve.
    sorts={"id": (int,)},
    default_sort="-id",
)


@get("/messages", opt=needs(Permission.MESSAGES_READ))
async def log(
    page: GivenPage, viewer: GivenViewer, db: Db, ids: Ids, gate_clock: GateClock, clock: WallClock
) -> Response[Any]:
    async with db.transaction(viewer.workspace_id) as conn:
        choices = await _campaigns(conn, viewer.workspace_id, page.asked("campaign"))
        view = TABLE.read(page, options={"campaign": choices})
        wish = message_log.wish_of(
            number=view.one("to"),
            country=await message_log.country_of(conn, viewer.workspace_id),
            state=MessageState.named(view.one("state")),
            campaign_id=parse_public_id(_CAMPAIGN, view.one("campaign")),
            day=view.one("day"),
            now=clock.now(),
        )
        rows = await _rows(conn, viewer.workspace_id, wish, view, gate_clock.now())
    shown = view.page(rows, cursor=lambda row: (row.message.id,), key=lambda row: str(row.message.id))
    return page.render(
        "desk/messages.html",
        table=replace(shown, previous=None),
        newest=view.address() if view.after else None,
        narrowed_to=wish.filters.day if wish.narrowed else None,
        unreadable=wish.unreadable,
        names=_names(rows, ids),
    )


async def _rows(
    conn: Connection, workspace_id: int, wish: Wish, view: View, gate_now: datetime
) -> list[LogRow]:
    if wish.unreadable:
        return []
    after = view.after[0] if view.after and not view.backward else None
    return await message_log.page(
        conn, workspace_id, wish.filters, after=after, limit=view.limit, gate_now=gate_now
    )


async def _campaigns(conn: Connection, workspace_id: int, asked: str) -> list[Choice]:
    """The latest campaigns, and the one that is asked for."""
    found = await message_log.campaigns_to_choose(conn, workspace_id, parse_public_id(_CAMPAIGN, asked))
    return [(public_id(_CAMPAIGN, key), name) for key, name in found]


def _names(rows: Sequence[LogRow], ids: IdCipher) -> Mapping[str, Mapping[Any, str]]:
    """Ids as addresses have them, enciphered in one call each."""
    messages = [row.message.id for row in rows]
    contacts = [row.message.contact_id for row in rows if row.message.contact_id is not None]
    campaigns = {row.message.campaign_id for row in rows if row.message.campaign_id is not None}
    return {
        "messages": dict(zip(messages, ids.encode_many(_MESSAGE, messages), strict=True)),
        "contacts": dict(zip(contacts, ids.encode_many(CONTACT_ID, contacts), strict=True)),
        "campaigns": {key: public_id(_CAMPAIGN, key) for key in campaigns},
    }


@get("/messages/{message:str}", opt=needs(Permission.MESSAGES_READ))
async def one(
    message: FromPath[str],
    page: GivenPage,
    viewer: GivenViewer,
    db: Db,
    ids: Ids,
    gate_clock: GateClock,
    clock: WallClock,
) -> Response[Any]:
    key = ids.decode(_MESSAGE, message)
    if key is None:
        raise UnknownMessage("There is no message at this address.")
    async with db.transaction(viewer.workspace_id) as conn:
        story = await message_story.story_of(conn, viewer.workspace_id, key, gate_clock)
    contact_id = story.message.contact_id
    return page.render(
        "desk/message.html",
        story=story,
        message=story.message,
        message_id=message,
        contact=None if contact_id is None else ids.encode(CONTACT_ID, contact_id),
        campaign=None if story.campaign is None else public_id(_CAMPAIGN, story.campaign.id),
        carrier=None if story.carrier is None else public_id(_CARRIER, story.carrier.id),
        day=day_of(key),
        moving=_moving(story.message, clock.now()),
    )


def _moving(message: MessageView, now: datetime) -> bool:
    """Whether its next state may come while somebody looks: then the page asks again by itself."""
    return message.state in _ON_ITS_WAY and now - message.created_at < _WATCHED


routes: list[ControllerRouterHandler] = [log, one]

"""What the command palette finds besides people: campaigns, segments, messages, carriers and the like."""

from collections.abc import Sequence

from chappe.accounts.permissions import Permission
from chappe.audience import service as audiences
from chappe.audience.model import SEGMENT_ID
from chappe.campaigns import service as campaigns
from chappe.campaigns.model import CampaignState, Wanted
from chappe.carriers import service as carriers
from chappe.carriers.model import CARRIER_ID, SENDER_ID
from chappe.db.pool import Connection, Database
from chappe.desk import message_log
from chappe.inbox import service as inbox
from chappe.inbox.model import CONVERSATION_ID, UnknownConversation
from chappe.kit.clock import Clock
from chappe.kit.folding import fold
from chappe.kit.ids import IdCipher, public_id
from chappe.kit.phone import PhoneFault, try_parse
from chappe.messages import service as messages
from chappe.messages.service import Filters, UnknownMessage
from chappe.sending.shapes import MESSAGE_ID
from chappe.web.formats import phone
from chappe.web.navigation import mark
from chappe.web.palette import MOST_FOUND, Finder, Found
from chappe.web.viewer import Viewer

_CAMPAIGN = "cmp"
_MOST_SEGMENTS = 1_000


def finders(db: Database, ids: IdCipher, gate_clock: Clock) -> list[Finder]:
    """For the application to hand to the palette."""

    async def of_campaigns(viewer: Viewer, text: str) -> Sequence[Found]:
        async with db.transaction(viewer.workspace_id) as conn:
            found = await campaigns.listed(conn, viewer.workspace_id, Wanted(text=text), limit=MOST_FOUND)
        drafts = "/edit/review" if viewer.may(Permission.CAMPAIGNS_WRITE) else ""
        shown = []
        for each in (one.campaign for one in found):
            step = drafts if each.state is CampaignState.DRAFT else ""
            shown.append(
                Found(each.name, "", f"/campaigns/{public_id(_CAMPAIGN, each.id)}{step}", "megaphone")
            )
        return shown

    async def of_messages(viewer: Viewer, text: str) -> Sequence[Found]:
        here, key = viewer.workspace_id, ids.decode(MESSAGE_ID, text)
        async with db.transaction(here) as conn:
            if key is not None:
                try:
                    found = [await messages.read_one(conn, here, key, gate_clock.now())]
                except UnknownMessage:
                    return []
            elif (number := await _number(conn, here, text)) is not None:
                found = await messages.list_page(
                    conn, here, Filters(to=number), after=None, limit=MOST_FOUND, gate_now=gate_clock.now()
                )
            else:
                return []
        addresses = ids.encode_many(MESSAGE_ID, [each.id for each in found])
        return [
            Found(phone(each.phone), each.body or "", f"/messages/{address}", "message-square")
            for each, address in zip(found, addresses, strict=True)
        ]

    async def of_conversations(viewer: Viewer, text: str) -> Sequence[Found]:
        async with db.transaction(viewer.workspace_id) as conn:
            number = await _number(conn, viewer.workspace_id, text)
            try:
                who = await inbox.with_number(conn, viewer.workspace_id, number)
            except UnknownConversation:
                return []
        if who.conversation is None:
            return []
        href = f"/inbox/{ids.encode(CONVERSATION_ID, who.phone)}"
        return [Found(phone(who.phone), who.conversation.last_text, href, "inbox")]

    async def of_segments(viewer: Viewer, text: str) -> Sequence[Found]:
        async with db.transaction(viewer.workspace_id) as conn:
            every = await audiences.page(conn, viewer.workspace_id, after=None, limit=_MOST_SEGMENTS)
        wanted = fold(text)
        named = [each for each in every if wanted and wanted in fold(each.name)][:MOST_FOUND]
        return [
            Found(each.name, "", f"/segments/{public_id(SEGMENT_ID, each.id)}", "filter") for each in named
        ]

    return [
        Finder(mark("Campaigns"), Permission.CAMPAIGNS_READ, of_campaigns),
        Finder(mark("Segments"), Permission.CONTACTS_READ, of_segments),
        Finder(mark("Inbox"), Permission.CONVERSATIONS_READ, of_conversations),
        Finder(mark("Messages"), Permission.MESSAGES_READ, of_messages),
        *_delivery(db),
    ]


def _delivery(db: Database) -> list[Finder]:
    async def of_carriers(viewer: Viewer, text: str) -> Sequence[Found]:
        async with db.transaction(viewer.workspace_id) as conn:
            every = await carriers.carriers(conn, viewer.workspace_id)
        return [
            Found(each.name, "", f"/carriers/{public_id(CARRIER_ID, each.id)}", "radio-tower")
            for each in every
            if fold(text) and fold(text) in fold(each.name)
        ][:MOST_FOUND]

    async def of_senders(viewer: Viewer, text: str) -> Sequence[Found]:
        async with db.transaction(viewer.workspace_id) as conn:
            found = await carriers.senders_sorted(
                conn, viewer.workspace_id, sort="address", after=None, holding=text, limit=MOST_FOUND
            )
        return [
            Found(each.address, "", f"/senders/{public_id(SENDER_ID, each.id)}", "signature")
            for each in found
        ]

    return [
        Finder(mark("Carriers"), Permission.CARRIERS_READ, of_carriers),
        Finder(mark("Senders"), Permission.CARRIERS_READ, of_senders),
    ]


async def _number(conn: Connection, workspace_id: int, text: str) -> int | None:
    """The number that is typed, in the workspace's way or internationally; None when it is none."""
    number = try_parse(text, await message_log.country_of(conn, workspace_id))
    return None if isinstance(number, PhoneFault) else number

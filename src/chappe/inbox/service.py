"""Conversations: what comes in, lists and threads, who has them. Nothing here commits.

`heard` is called by the engine in the transaction that records a text: one statement a batch, so that what a
person wrote is in the inbox when the carrier hears that it was taken.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from chappe.contacts import service as contacts
from chappe.db.pool import Connection
from chappe.inbox import repo
from chappe.inbox.model import (
    Conversation,
    ConversationState,
    Correspondent,
    Cursor,
    Heard,
    Place,
    Said,
    Thread,
    UnknownConversation,
    View,
)
from chappe.messages import service as messages
from chappe.messages.inbound import inbound_of
from chappe.messages.service import Filters

MOST_UNREAD: Final = 100
"""What is shown as 99+: counted no further."""
NEWEST: Final = Place(datetime(9999, 1, 1, tzinfo=UTC), 2**63 - 1)
_NOW: Final = Cursor(2**63 - 1, 2**63 - 1)
_SHOWN: Final = 300


async def heard(conn: Connection, workspace_id: int, texts: Sequence[Heard], at: datetime) -> None:
    """Note texts in the order they came; senders of several are one change of their conversation."""
    if not texts:
        return
    last: dict[int, Heard] = {}
    opening: dict[int, int] = {}
    senders: dict[int, UUID | None] = {}
    for one in texts:
        last[one.phone] = one
        opening[one.phone] = opening.get(one.phone, 0) + one.opens
        senders[one.phone] = one.sender_id or senders.get(one.phone)
    phones = list(last)
    await repo.hear(
        conn,
        workspace_id,
        phones,
        [senders[phone] for phone in phones],
        [last[phone].text[:_SHOWN] for phone in phones],
        [opening[phone] for phone in phones],
        at,
    )
    await repo.tell(conn, workspace_id)


async def page(
    conn: Connection, workspace_id: int, view: View, user_id: UUID, *, behind: Place = NEWEST, limit: int
) -> list[Conversation]:
    """Conversations of a view, the newest first; `user_id`: whose they are in MINE."""
    match view:
        case View.OPEN:
            return await repo.page_in_state(conn, workspace_id, ConversationState.OPEN, behind, limit)
        case View.CLOSED:
            return await repo.page_in_state(conn, workspace_id, ConversationState.CLOSED, behind, limit)
        case View.UNASSIGNED:
            return await repo.page_unassigned(conn, workspace_id, behind, limit)
        case View.MINE:
            return await repo.page_assigned(conn, workspace_id, user_id, behind, limit)


async def unread(conn: Connection, workspace_id: int, user_id: UUID) -> int:
    """How many open conversations wait for this person: theirs or nobody's, counted up to MOST_UNREAD."""
    return await repo.unread(conn, workspace_id, user_id, MOST_UNREAD)


async def with_number(conn: Connection, workspace_id: int, phone: int | None) -> Correspondent:
    """Whom one writes with. Raises UnknownConversation for a number that neither wrote nor is a contact."""
    conversation = contact = None
    if phone is not None:
        conversation = await repo.one(conn, workspace_id, phone)
        contact = (await contacts.by_phone(conn, workspace_id, [phone])).get(phone)
    if phone is None or (conversation is None and contact is None):
        raise UnknownConversation("There is no conversation at this address. Choose one in the inbox.")
    return Correspondent(phone, conversation, contact)


async def thread(
    conn: Connection,
    workspace_id: int,
    phone: int,
    *,
    gate_now: datetime,
    below: Cursor | None = None,
    limit: int = 40,
) -> Thread:
    """The latest of what was said with a number, campaigns included, or what is older than `below`."""
    start = below or _NOW
    theirs = await inbound_of(conn, workspace_id, phone, below=start.inbound, limit=limit + 1)
    ours = await messages.list_page(
        conn, workspace_id, Filters(to=phone), after=start.outbound, limit=limit + 1, gate_now=gate_now
    )
    authors = await repo.authors(conn, workspace_id, phone, [message.id for message in ours])
    said = [Said(text.received_at, text, None, None) for text in theirs]
    said += [Said(message.created_at, None, message, authors.get(message.id)) for message in ours]
    said.sort(key=lambda one: one.at, reverse=True)
    shown = said[:limit]
    return Thread(shown[::-1], _older(shown, start) if len(said) > limit else None)


def _older(shown: Sequence[Said], start: Cursor) -> Cursor:
    return Cursor(
        min((one.inbound.id for one in shown if one.inbound), default=start.inbound),
        min((one.outbound.id for one in shown if one.outbound), default=start.outbound),
    )


async def look(conn: Connection, workspace_id: int, phone: int) -> None:
    """Somebody reads it: nothing is unread now."""
    if await repo.seen(conn, workspace_id, phone):
        await repo.tell(conn, workspace_id)


async def close(conn: Connection, workspace_id: int, phone: int) -> bool:
    """Put it away until they write again. False when it is closed already."""
    return await _set_state(conn, workspace_id, phone, ConversationState.CLOSED)


async def reopen(conn: Connection, workspace_id: int, phone: int) -> bool:
    """False when it is open already."""
    return await _set_state(conn, workspace_id, phone, ConversationState.OPEN)


async def close_quiet(conn: Connection, workspace_id: int, before: datetime) -> int:
    """Put away every conversation in which nothing was said since then; how many those were."""
    closed = await repo.close_quiet(conn, workspace_id, before)
    if closed:
        await repo.tell(conn, workspace_id)
    return closed


async def forget_answers(conn: Connection, workspace_id: int, before: datetime) -> None:
    """Erase the list's copies of answers from before a moment; what people wrote stays."""
    await repo.forget_answers(conn, workspace_id, before)


async def assign(conn: Connection, workspace_id: int, phone: int, user_id: UUID | None) -> bool:
    """To a person of the workspace (the caller has checked), or to nobody. False when it is so already."""
    changed = await repo.assign(conn, workspace_id, phone, user_id)
    if changed:
        await repo.tell(conn, workspace_id)
    return changed


async def _set_state(conn: Connection, workspace_id: int, phone: int, state: ConversationState) -> bool:
    changed = await repo.set_state(conn, workspace_id, phone, state)
    if changed:
        await repo.tell(conn, workspace_id)
    return changed

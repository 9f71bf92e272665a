"""What the inbox shows: rows of the list, the open conversation, the person beside it."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

from chappe.accounts.colleagues import colleagues
from chappe.accounts.model import Colleague
from chappe.accounts.permissions import Permission
from chappe.consent import questions
from chappe.consent import service as consent
from chappe.consent.model import ConsentState, SuppressionScope
from chappe.consent.questions import Question
from chappe.contacts import service as contacts
from chappe.contacts.model import CONTACT_ID, Contact
from chappe.contacts.names import called
from chappe.db.pool import Connection, Database
from chappe.inbox import replies, service
from chappe.inbox.answers import Answers
from chappe.inbox.model import (
    CONVERSATION_ID,
    Answering,
    CannedReply,
    Conversation,
    Correspondent,
    Cursor,
    Place,
    Thread,
    View,
)
from chappe.kit.clock import Clock
from chappe.kit.ids import IdCipher
from chappe.sending.shapes import MESSAGE_ID
from chappe.web.viewer import Viewer

LISTED: Final = 40
_INBOUND_ID: Final = "mo"
# Times in addresses are microseconds, as the database keeps them; 16 digits last until 2286.
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_TICK: Final = timedelta(microseconds=1)
_LONGEST_TIME: Final = 16
# Of a contact's attributes: those that say who it is come in the name.
_MOST_FACTS: Final = 8
_IN_THE_NAME: Final = frozenset({"first_name", "last_name", "name"})


class Row(NamedTuple):
    """A conversation in the list. `name` is None for a stranger, `assignee` for nobody."""

    id: str
    conversation: Conversation
    name: str | None
    assignee: str | None


class Person(NamedTuple):
    """Who is at the other end."""

    contact: Contact | None
    contact_id: str | None
    facts: Sequence[tuple[str, str]]
    consent: ConsentState
    suppressed: SuppressionScope | None
    question: Question | None = None


class Opened(NamedTuple):
    """The conversation that is read."""

    id: str
    phone: int
    name: str | None
    conversation: Conversation | None
    thread: Thread
    older: str | None
    assignee: str | None
    authors: Mapping[UUID, str]


class Desk(NamedTuple):
    """What the pages of the inbox are made with."""

    db: Database
    ids: IdCipher
    answers: Answers
    gate_clock: Clock


async def listed(
    desk: Desk, conn: Connection, viewer: Viewer, view: View, behind: str, people: Sequence[Colleague]
) -> dict[str, Any]:
    """The list of a view; `behind` is where a page before it ended."""
    place = _place(desk.ids, behind)
    found = await service.page(
        conn, viewer.workspace_id, view, viewer.user_id, behind=place, limit=LISTED + 1
    )
    shown = found[:LISTED]
    known = await contacts.by_phone(conn, viewer.workspace_id, [one.phone for one in shown])
    names = {each.id: each.name for each in people}
    rows = [
        Row(
            desk.ids.encode(CONVERSATION_ID, one.phone),
            one,
            name_of(known.get(one.phone)),
            names.get(one.assignee_id) if one.assignee_id else None,
        )
        for one in shown
    ]
    more = _cursor(desk.ids, shown[-1]) if len(found) > LISTED else None
    return {
        "view": view.value,
        "rows": rows,
        "behind": behind if place != service.NEWEST else "",
        "more": more,
        "unread": await service.unread(conn, viewer.workspace_id, viewer.user_id),
    }


async def opened(
    desk: Desk, conn: Connection, viewer: Viewer, who: Correspondent, people: Sequence[Colleague], before: str
) -> Opened:
    """The conversation with `who`, or the part of it that is older than `before`."""
    thread = await service.thread(
        conn,
        viewer.workspace_id,
        who.phone,
        gate_now=desk.gate_clock.now(),
        below=_below(desk.ids, before),
    )
    names = {each.id: each.name for each in people}
    assignee = who.conversation.assignee_id if who.conversation else None
    return Opened(
        desk.ids.encode(CONVERSATION_ID, who.phone),
        who.phone,
        name_of(who.contact),
        who.conversation,
        thread,
        None if thread.older is None else _before(desk.ids, thread.older),
        names.get(assignee) if assignee else None,
        names,
    )


async def person(desk: Desk, conn: Connection, viewer: Viewer, who: Correspondent) -> Person:
    """The pane beside the thread."""
    here, known = viewer.workspace_id, who.contact
    suppressed = (await consent.suppressed(conn, here, [who.phone])).get(who.phone)
    state = ConsentState.NONE
    if known is not None:
        state = (await consent.marketing_states(conn, here, [known.id])).get(known.id, ConsentState.NONE)
    facts = [] if known is None else sorted(known.attributes.items())
    return Person(
        known,
        None if known is None else desk.ids.encode(CONTACT_ID, known.id),
        [fact for fact in facts if fact[0] not in _IN_THE_NAME][:_MOST_FACTS],
        state,
        suppressed,
        await questions.of_number(conn, here, who.phone, desk.gate_clock.now()),
    )


async def composer(
    desk: Desk, conn: Connection, viewer: Viewer, who: Correspondent
) -> tuple[Answering, list[CannedReply]]:
    """Who can answer, and the canned replies."""
    preferred = who.conversation.sender_id if who.conversation else None
    answering = await desk.answers.answering(conn, viewer.workspace_id, who.phone, preferred)
    return answering, await replies.replies(conn, viewer.workspace_id)


async def whole(
    desk: Desk,
    conn: Connection,
    viewer: Viewer,
    other: Correspondent,
    people: Sequence[Colleague],
    view: View,
    behind: str,
    before: str,
) -> dict[str, Any]:
    """The list, the thread and the person, as one page shows them."""
    values = await listed(desk, conn, viewer, view, behind, people)
    values["opened"] = await opened(desk, conn, viewer, other, people, before)
    values["person"] = await person(desk, conn, viewer, other)
    values["people"] = who_answer(people)
    return values


async def everybody(db: Database, viewer: Viewer) -> Sequence[Colleague]:
    """The people of the workspace."""
    async with db.engine_transaction() as conn:
        return await colleagues(conn, viewer.account_id)


def who_answer(people: Sequence[Colleague]) -> list[Colleague]:
    """Those whom a conversation can be given to."""
    return [each for each in people if each.may(Permission.CONVERSATIONS_WRITE)]


def name_of(contact: Contact | None) -> str | None:
    found = None if contact is None else called(contact.attributes)
    return None if found is None else found.whole


async def correspondent(desk: Desk, conn: Connection, viewer: Viewer, who: str) -> Correspondent:
    """Whom an address names: a conversation's id, or a contact's. Raises UnknownConversation."""
    phone = desk.ids.decode(CONVERSATION_ID, who)
    contact_id = desk.ids.decode(CONTACT_ID, who)
    if contact_id is not None:
        phone = (await contacts.get_contact(conn, viewer.workspace_id, contact_id)).phone
    return await service.with_number(conn, viewer.workspace_id, phone)


def _cursor(ids: IdCipher, last: Conversation) -> str:
    # A number does not stand in an address: those are logged.
    return f"{(last.last_at - _EPOCH) // _TICK}-{ids.encode(CONVERSATION_ID, last.phone)}"


def _place(ids: IdCipher, text: str) -> Place:
    """Where the list goes on; its beginning for what is no cursor."""
    at, _, conversation = text.partition("-")
    phone = ids.decode(CONVERSATION_ID, conversation)
    if phone is None or not (at.isdecimal() and len(at) <= _LONGEST_TIME):
        return service.NEWEST
    return Place(_EPOCH + int(at) * _TICK, phone)


def _before(ids: IdCipher, cursor: Cursor) -> str:
    return f"{ids.encode(_INBOUND_ID, cursor.inbound)}-{ids.encode(MESSAGE_ID, cursor.outbound)}"


def _below(ids: IdCipher, text: str) -> Cursor | None:
    first, _, second = text.partition("-")
    inbound, outbound = ids.decode(_INBOUND_ID, first), ids.decode(MESSAGE_ID, second)
    return None if inbound is None or outbound is None else Cursor(inbound, outbound)

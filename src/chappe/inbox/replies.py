"""Canned replies: answers kept for use again, with the values of the person they go to."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from chappe.contacts import service as contacts
from chappe.contacts.model import Contact
from chappe.content.model import PREFERENCES_URL, MissingVariable, Unrenderable
from chappe.content.service import Template, check_variables
from chappe.db.pool import Connection
from chappe.inbox import repo
from chappe.inbox.model import (
    LONGEST_REPLY_NAME,
    BadReplyName,
    CannedReply,
    ReplyNameTaken,
    UnknownReply,
)
from chappe.kit.ids import uuid7
from chappe.kit.phone import to_e164

MOST_REPLIES: Final = 200


async def replies(conn: Connection, workspace_id: int) -> list[CannedReply]:
    """By name; the first `MOST_REPLIES`."""
    return await repo.replies(conn, workspace_id, MOST_REPLIES)


async def reply(conn: Connection, workspace_id: int, reply_id: UUID | None) -> CannedReply:
    """Raises UnknownReply, also for None (an id that is not one of ours)."""
    found = None if reply_id is None else await repo.reply(conn, workspace_id, reply_id)
    if found is None:
        raise UnknownReply("There is no such canned reply. See them in the settings.")
    return found


async def check_field(conn: Connection, workspace_id: int, field: str, value: str) -> str:
    """`name` or `body` as it would be kept. Raises BadReplyName, EmptyBody, BodyTooLong, BadTemplate,
    UnknownVariable.
    """
    if field == "body":
        template = Template(value.strip())
        check_variables(template, await contacts.attribute_names(conn, workspace_id))
        return template.source
    name = " ".join(value.split())
    if not 0 < len(name) <= LONGEST_REPLY_NAME:
        raise BadReplyName(f"Give the reply a name of 1 to {LONGEST_REPLY_NAME} characters.", field="name")
    return name


async def save(
    conn: Connection, workspace_id: int, reply_id: UUID | None, name: str, body: str
) -> CannedReply:
    """A new reply for None, else a change. Raises what `check_field` does, UnknownReply, ReplyNameTaken."""
    name = await check_field(conn, workspace_id, "name", name)
    body = await check_field(conn, workspace_id, "body", body)
    if reply_id is None:
        saved = await repo.add_reply(conn, workspace_id, uuid7(), name, body)
    else:
        await reply(conn, workspace_id, reply_id)
        saved = await repo.change_reply(conn, workspace_id, reply_id, name, body)
    if saved is None:
        raise ReplyNameTaken(f"A canned reply is called “{name}” already.", field="name")
    return saved


async def drop(conn: Connection, workspace_id: int, reply_id: UUID | None) -> CannedReply:
    """Raises UnknownReply."""
    found = await reply(conn, workspace_id, reply_id)
    await repo.drop_reply(conn, workspace_id, found.id)
    return found


def filled_in(canned: CannedReply, phone: int, contact: Contact | None) -> tuple[str, Sequence[str]]:
    """The text for this person, and the variables they have no value for: those stay as they are written, for
    the agent to fill in.
    """
    template = Template(canned.body)
    values = _values(phone, contact)
    missing = [name for name in template.variables if not values.get(name)]
    try:
        return template.render({name: values.get(name) for name in template.variables}), missing
    except (MissingVariable, Unrenderable):
        return canned.body, missing


def _values(phone: int, contact: Contact | None) -> dict[str, object]:
    values: dict[str, object] = {} if contact is None else dict(contact.attributes)
    country, language = (None, None) if contact is None else (contact.country, contact.language)
    # The door writes the link when the answer leaves.
    link = None if contact is None else f"{{{{ {PREFERENCES_URL} }}}}"
    known = {"phone": to_e164(phone), "country": country, "language": language, PREFERENCES_URL: link}
    return values | known

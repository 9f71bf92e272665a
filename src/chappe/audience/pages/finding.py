"""Who a rule finds, for the eye: how many, of how many, ten of them, and the rule in a sentence."""

from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from chappe.audience import service
from chappe.audience.reading import read
from chappe.audience.sentence import told
from chappe.contacts import service as contacts
from chappe.contacts.model import CONTACT_ID, Contact
from chappe.contacts.names import called
from chappe.db.pool import Connection
from chappe.kit.ids import IdCipher
from chappe.web.page import Page

_SAMPLE: Final = 10


class Person(NamedTuple):
    """`name` is empty when none is known."""

    id: str
    name: str
    contact: Contact


class Found(NamedTuple):
    """`everybody`: the contacts that any segment is drawn from."""

    size: int
    everybody: int
    people: list[Person]
    sentence: str


async def found(
    conn: Connection,
    page: Page,
    workspace_id: int,
    ids: IdCipher,
    now: datetime,
    rule: dict[str, Any],
    *,
    of: UUID | None = None,
) -> Found:
    """Raises BadRule, UnknownSegment, SegmentCircle."""
    compiled = await service.compiled(conn, workspace_id, rule, now, of=of)
    keys = await service.members(conn, compiled, after=None, limit=_SAMPLE)
    people = [_person(await contacts.get_contact(conn, workspace_id, key), ids) for key in keys]
    return Found(
        await service.count(conn, compiled),
        await service.everybody(conn, workspace_id),
        people,
        told(read(rule), page.language, await service.named(conn, workspace_id)),
    )


def _person(contact: Contact, ids: IdCipher) -> Person:
    known = called(contact.attributes)
    return Person(ids.encode(CONTACT_ID, contact.id), known.whole if known else "", contact)

"""Facts for the gate, read in sets."""

from collections.abc import Sequence
from uuid import UUID

from asyncpg import Record

from chappe.content.model import STANDARD_VARIABLES
from chappe.db.pool import Connection
from chappe.db.statements import load_statements
from chappe.gate.model import OFFERS, Group, Recipient, SenderFacts, Subject
from chappe.rules.values import SenderForm

SQL = load_statements("chappe.gate")

_SLOTS = 4
"""Variables that `groups_of_contacts` takes one by one; with more of them it takes whole attributes."""


async def groups_of_contacts(
    conn: Connection,
    workspace_id: int,
    contact_ids: str,
    phones: str,
    variables: Sequence[str],
    subject: Subject = OFFERS,
) -> list[Group]:
    """One recipient per contact, in no order. Both arrays in PostgreSQL's text form, of one length."""
    names = [name for name in variables if name not in STANDARD_VARIABLES]
    by_itself = names if len(names) <= _SLOTS else []
    rows = await conn.fetch(
        SQL.groups_of_contacts,
        workspace_id,
        contact_ids,
        phones,
        *by_itself,
        *[None] * (_SLOTS - len(by_itself)),
        len(names) > _SLOTS,
        "country" in variables or "language" in variables,
        subject.word,
        subject.until_left,
    )
    return [_group(row, names) for row in rows]


def _group(row: Record, names: Sequence[str]) -> Group:
    facts, columns = tuple(row)[:6], tuple(row)[6:]
    state, granted, suppressed, zones, country, basis = facts
    contact_ids, phones, *slots, attributes, languages = columns
    if attributes is not None:
        values = {name: [None if each is None else each.get(name) for each in attributes] for name in names}
    else:
        values = dict(zip(names, slots, strict=False))
    if languages is not None:
        values |= {"country": [country] * len(phones), "language": languages}
    known = None if state is None else contact_ids
    return Group(state, granted, suppressed, zones, known, phones, values, country, basis)


async def recipients_of_phones(
    conn: Connection, workspace_id: int, phones: Sequence[int], subjects: Sequence[Subject]
) -> tuple[list[Recipient], bool]:
    """One recipient per number, in order; and whether hashes are to be looked at besides."""
    words, until_left = [each.word for each in subjects], [each.until_left for each in subjects]
    rows = await conn.fetch(SQL.recipients_of_phones, workspace_id, phones, words, until_left)
    return [Recipient._make(tuple(row)[:-1]) for row in rows], bool(rows) and rows[0]["hashed"]


async def sender_facts(
    conn: Connection, workspace_id: int, sender_ids: Sequence[UUID]
) -> dict[UUID, SenderFacts]:
    """The senders that exist, by id."""
    rows = await conn.fetch(SQL.sender_facts, workspace_id, sender_ids)
    return {row["id"]: SenderFacts._make((*tuple(row)[:-1], SenderForm(row["kind"]))) for row in rows}

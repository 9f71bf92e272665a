"""How a consent came or went: what is kept beside the words, so that it can be proved years later.

One JSON per change, or one for a whole import. The ledger commits to its octets; an erasure deletes it.
"""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

import msgspec

from chappe.db.pool import Connection
from chappe.db.statements import load_statements
from chappe.kit.crypto import sha256
from chappe.kit.ids import uuid7

BY_SMS = "sms"
"""The channel of what was written by text."""

SQL = load_statements("chappe.consent")


class Evidence(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`channel`: sms, web, paper, api, import, staff… `raw`: the person's own text; `to`: the sender it was
    written to. `address` and `agent`: of the browser, with the `page` it was on. `actor`: who wrote it down
    (person or key), `file`: that it was read from. `collected_on`: the day they agreed, where that was
    before. `question`: what they were asked by text before they said yes, and the version of the workspace's
    texts it was.
    """

    channel: str = ""
    raw: str = ""
    to: str = ""
    page: str = ""
    form: str = ""
    form_version: str = ""
    checkbox: str = ""
    language: str = ""
    zone: str = ""
    address: str = ""
    agent: str = ""
    campaign: str = ""
    actor: str = ""
    file: str = ""
    question: str = ""
    question_version: str = ""
    collected_on: date | None = None


class Kept(NamedTuple):
    """Evidence on its way into a statement: its new key, its digest, its text."""

    id: UUID
    sha256: bytes
    data: str


def encode(evidence: Evidence) -> str:
    """The canonical text: keys in order, no blanks, what is empty left out."""
    return msgspec.json.encode(evidence, order="sorted").decode()


def kept(evidence: Evidence) -> Kept:
    text = encode(evidence)
    return Kept(uuid7(), sha256(text), text)


async def keep(
    conn: Connection, workspace_id: int, evidence: Evidence | None, *, shared: bool = False
) -> UUID | None:
    """Store it and return its key, for `evidence_id`; None of None. `shared`: told of many people at once, so
    that the erasure of one leaves it.
    """
    if evidence is None:
        return None
    new = kept(evidence)
    await conn.execute(SQL.evidence_add, workspace_id, *new, shared)
    return new.id


async def of(conn: Connection, workspace_id: int, keys: Sequence[UUID]) -> dict[UUID, Evidence]:
    """Evidence by its key."""
    rows = await conn.fetch(SQL.evidence_of, workspace_id, list(set(keys)))
    return {row["id"]: msgspec.json.decode(row["data"], type=Evidence) for row in rows}

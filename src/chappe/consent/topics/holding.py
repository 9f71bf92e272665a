"""What one person holds of each topic, and how it changes. Every change writes its event."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import msgspec

from chappe.consent import evidence as evidences
from chappe.consent.evidence import Evidence
from chappe.consent.model import ConsentState
from chappe.consent.topics import repo, service
from chappe.consent.topics.model import Holding
from chappe.db.pool import Connection
from chappe.db.statements import load_statements

SQL = load_statements("chappe.consent.topics")

_OPEN: Final = ("none", "pending", "withdrawn")
_FROM: Final = {
    # Who agrees again has agreed again: the newest words are the proof.
    ConsentState.GRANTED: (*_OPEN, "granted"),
    ConsentState.PENDING: ("none", "withdrawn"),
    ConsentState.WITHDRAWN: ("none", "pending", "granted"),
    ConsentState.NONE: ("pending",),
}


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """How a consent comes or goes: on which basis, from where, with which words and proof: a new one, or one
    that is kept already.
    """

    basis: str
    source: str
    wording_id: UUID | None = None
    evidence: Evidence | None = None
    evidence_id: UUID | None = None
    inbound_id: int | None = None


async def turn(
    conn: Connection,
    workspace_id: int,
    contact_id: int,
    phone: int,
    words: Sequence[str],
    state: ConsentState,
    how: Change,
) -> list[str]:
    """Bring a person's consent to the topics of these words to `state`; the words of those that changed.

    A topic that is left is left by what is planned too, within a second, as after a STOP. A question
    (PENDING) takes nothing from who holds a topic; NONE only ends a question.
    """
    if not words:
        return []
    kept = how.evidence_id or await evidences.keep(conn, workspace_id, how.evidence)
    rows = await conn.fetch(
        SQL.turn, workspace_id, contact_id, phone, list(words), state.value, _FROM[state],
        how.basis, how.source, how.wording_id, kept, how.inbound_id,
    )  # fmt: skip
    changed = [row["purpose"] for row in rows]
    if changed and state is ConsentState.WITHDRAWN:
        await conn.execute(SQL.note_leaving, workspace_id, phone, changed)
    elif changed and state is ConsentState.GRANTED:
        await conn.execute(SQL.note_return, workspace_id, phone, changed)
    return changed


async def held(conn: Connection, workspace_id: int, contact_id: int) -> set[str]:
    """The words of the topics that a person holds."""
    rows = await repo.holdings(conn, workspace_id, contact_id)
    return {row["purpose"] for row in rows if row["state"] == ConsentState.GRANTED}


async def holdings(conn: Connection, workspace_id: int, contact_id: int) -> list[Holding]:
    """What a person holds of every topic there is, the default one first; of an archived one when something
    was ever said.
    """
    rows = {row["purpose"]: row for row in await repo.holdings(conn, workspace_id, contact_id)}
    found = []
    for topic in await service.topics(conn, workspace_id, archived=True):
        row = rows.get(topic.word)
        if row is not None:
            found.append(
                Holding(
                    topic=topic, state=ConsentState(row["state"]), since=row["since"], basis=row["basis"],
                    source=row["source"], wording=row["words"],
                )
            )  # fmt: skip
        elif topic.archived_at is None:
            found.append(Holding(topic=topic, state=ConsentState.NONE))
    return found

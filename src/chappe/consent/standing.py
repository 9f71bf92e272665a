"""What stood at a moment: the consent and the suppression that a decision of that time rested on."""

from datetime import datetime

import msgspec

from chappe.consent import repo
from chappe.consent.model import MARKETING, ConsentState, Suppression
from chappe.db.pool import Connection


class ConsentMoment(msgspec.Struct, frozen=True, kw_only=True):
    """The last thing that had happened to a consent. `wording`: the very words agreed to, if kept."""

    state: ConsentState
    basis: str
    source: str
    at: datetime
    wording: str | None


async def consent_at(
    conn: Connection, workspace_id: int, contact_id: int, at: datetime, word: str = MARKETING
) -> ConsentMoment | None:
    """A contact's consent to the topic of this word at `at`; None when nothing had been said by then."""
    row = await repo.consent_at(conn, workspace_id, contact_id, at, word)
    if row is None:
        return None
    return ConsentMoment(
        state=ConsentState(row["state"]),
        basis=row["basis"],
        source=row["source"],
        at=row["at"],
        wording=row["wording"],
    )


async def suppression_at(conn: Connection, workspace_id: int, phone: int, at: datetime) -> Suppression | None:
    """The widest suppression of a number that held at `at`."""
    return await repo.suppression_at(conn, workspace_id, phone, at)

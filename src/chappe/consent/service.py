"""Use cases on consent and suppression. Nothing here commits.

What an inbound text does is in `chappe.consent.inbound`, what people subscribe to in
`chappe.consent.topics`; both are offered here with the rest.
"""

from collections.abc import Mapping, Sequence
from uuid import UUID

from chappe.consent import repo
from chappe.consent.errors import UnknownSuppression
from chappe.consent.hashed.forgetting import forget_numbers
from chappe.consent.hashed.matching import (
    hashed_scopes,
    recognise,
    recognise_all,
    recognise_contacts,
)
from chappe.consent.hashed.schemes import missing_keys
from chappe.consent.inbound import handle_inbound, handle_inbound_text
from chappe.consent.ledger.erasing import erase as ledger_erase
from chappe.consent.model import (
    MARKETING,
    Brand,
    ConsentState,
    Entry,
    NewSuppression,
    StatedConsent,
    Suppression,
    SuppressionScope,
)
from chappe.consent.topics.service import default_topic, topics
from chappe.db.pool import Connection

__all__ = [
    "brand",
    "default_topic",
    "ensure_suppressed",
    "forget_numbers",
    "grant_marketing",
    "handle_inbound",
    "handle_inbound_text",
    "hashed_scopes",
    "keep_wording",
    "ledger_erase",
    "lift",
    "lift_of_phone",
    "lift_own",
    "marketing_states",
    "missing_keys",
    "page_suppressions",
    "recognise",
    "recognise_all",
    "recognise_contacts",
    "suppress",
    "suppressed",
    "topics",
]


async def brand(conn: Connection, workspace_id: int) -> Brand:
    """Who speaks to people: the name and the language of the workspace."""
    return await repo.brand(conn, workspace_id)


async def suppress(conn: Connection, workspace_id: int, wanted: Sequence[NewSuppression]) -> list[int]:
    """Suppress numbers; those that were not suppressed in that scope are returned. Senders hear of it at
    commit, by a trigger.
    """
    return [new.phone for new in await repo.suppress(conn, workspace_id, wanted)] if wanted else []


async def ensure_suppressed(
    conn: Connection, workspace_id: int, wanted: NewSuppression
) -> tuple[Suppression, bool]:
    """The suppression that holds for this number and scope, and whether it is new."""
    created = await repo.suppress(conn, workspace_id, [wanted])
    if created:
        return created[0], True
    held = await repo.active(conn, workspace_id, wanted.phone, wanted.scope)
    if held is None:
        # It was lifted between the two statements: the wish still stands.
        return await ensure_suppressed(conn, workspace_id, wanted)
    return held, False


async def lift(conn: Connection, workspace_id: int, suppression_id: int | None, by: str) -> None:
    """End a suppression; the row stays as history with `by`. Raises UnknownSuppression."""
    lifted = None
    if suppression_id is not None:
        lifted = await repo.lift(conn, workspace_id, suppression_id, by)
    if lifted is None:
        raise UnknownSuppression(
            "There is no such suppression, or it was lifted already. "
            "See those that hold with GET /v1/suppressions."
        )


async def lift_of_phone(
    conn: Connection, workspace_id: int, phone: int, scope: SuppressionScope, by: str
) -> None:
    """As `lift`, by number and scope."""
    held = await repo.active(conn, workspace_id, phone, scope)
    await lift(conn, workspace_id, None if held is None else held.id, by)


async def lift_own(conn: Connection, workspace_id: int, phones: Sequence[int]) -> set[int]:
    """End the STOP that these people texted themselves; the numbers for which there was one. A block, a
    carrier's refusal and what staff entered stay.
    """
    return await repo.lift_own(conn, workspace_id, phones)


async def suppressed(
    conn: Connection, workspace_id: int, phones: Sequence[int]
) -> dict[int, SuppressionScope]:
    """Those of the numbers that are suppressed, with the wider scope where both hold."""
    found: dict[int, SuppressionScope] = {}
    for phone, scope in await repo.suppressed(conn, workspace_id, phones):
        if found.get(phone) is not SuppressionScope.ALL:
            found[phone] = scope
    return found


async def page_suppressions(
    conn: Connection, workspace_id: int, *, phone: int | None, after: int | None, limit: int
) -> list[Entry]:
    """Suppressions that hold, oldest first."""
    return await repo.page(conn, workspace_id, phone, after or 0, limit)


async def keep_wording(conn: Connection, workspace_id: int, text: str) -> UUID:
    """Store the words that people agreed to, once, and return their key."""
    return await repo.keep_wording(conn, workspace_id, text)


async def grant_marketing(
    conn: Connection,
    workspace_id: int,
    contact_ids: Sequence[int],
    proof: StatedConsent,
    wording_id: UUID,
    *,
    import_id: UUID | None = None,
    evidence_id: UUID | None = None,
    new: Mapping[int, int] | None = None,
    rows: Mapping[int, int] | None = None,
    words: Sequence[str] = (MARKETING,),
) -> int:
    """Record consent to marketing topics (their `words`) of contacts that never said yes or no to them; how
    many consents those were. `new`: more contacts, which this very transaction has made, with their numbers.
    `evidence_id`: of `evidence.keep`. `rows`: contact → row of the imported file.

    The caller leaves out contacts whose number is suppressed: no file brings back who said STOP.
    """
    new, rows = new or {}, rows or {}
    granted = 0
    for word in words:
        given = (word, proof, wording_id, import_id, evidence_id, rows)
        if new:
            await repo.grant_new(conn, workspace_id, new, *given)
            granted += len(new)
        if contact_ids:
            granted += await repo.grant(conn, workspace_id, contact_ids, *given)
    return granted


async def marketing_states(
    conn: Connection, workspace_id: int, contact_ids: Sequence[int]
) -> dict[int, ConsentState]:
    """Marketing consent by contact; a contact that is absent never said yes or no."""
    return await repo.marketing_states(conn, workspace_id, contact_ids)

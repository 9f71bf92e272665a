"""What a person chooses for themselves. Nothing here commits; every change writes its event."""

from collections.abc import Collection, Sequence
from typing import Final

import msgspec

from chappe.consent import service as consent
from chappe.consent.evidence import Evidence
from chappe.consent.model import ConsentState, NewSuppression, SuppressionScope
from chappe.consent.topics import holding
from chappe.consent.topics.holding import Change
from chappe.consent.topics.model import Holding, TopicPurpose
from chappe.contacts import service as contacts
from chappe.contacts.model import Contact
from chappe.db.pool import Connection

SOURCE: Final = "preferences"
"""Where such a consent, withdrawal or suppression came from: the person's own page."""


class Choosing(msgspec.Struct, frozen=True, kw_only=True):
    """A person before the page. `stopped`: their number is suppressed, so only START brings them back."""

    contact: Contact
    brand: str
    holdings: Sequence[Holding]
    stopped: bool

    def holds(self, held: Holding) -> bool:
        """Whether the topic comes to them: what needs no consent does until they leave it."""
        if held.topic.purpose is TopicPurpose.TRANSACTIONAL:
            return held.state is not ConsentState.WITHDRAWN
        return held.state is ConsentState.GRANTED and not self.stopped


async def choosing(conn: Connection, workspace_id: int, contact_id: int) -> Choosing:
    """Raises UnknownContact."""
    known = await contacts.get_contact(conn, workspace_id, contact_id)
    brand = await consent.brand(conn, workspace_id)
    held = await holding.holdings(conn, workspace_id, contact_id)
    stopped = known.phone in await consent.suppressed(conn, workspace_id, [known.phone])
    return Choosing(
        contact=known,
        brand=brand.name,
        holdings=[each for each in held if each.topic.archived_at is None],
        stopped=stopped,
    )


async def choose(
    conn: Connection,
    workspace_id: int,
    person: Choosing,
    wanted: Collection[str],
    wording: str,
    evidence: Evidence,
) -> tuple[list[str], list[str]]:
    """Bring every topic to what the person wants: `wanted` are words of topics, `wording` is what stood on
    the page. The words that were taken, and those that were left. Who is suppressed takes nothing.
    """
    taken, left = [], []
    for each in person.holdings:
        holds = person.holds(each)
        if each.topic.word in wanted and not holds and not person.stopped:
            taken.append(each.topic.word)
        elif each.topic.word not in wanted and (holds or each.state is ConsentState.PENDING):
            left.append(each.topic.word)
    wording_id = await consent.keep_wording(conn, workspace_id, wording) if taken else None
    how = Change(basis="express", source=SOURCE, wording_id=wording_id, evidence=evidence)
    key, phone = person.contact.id, person.contact.phone
    await holding.turn(conn, workspace_id, key, phone, taken, ConsentState.GRANTED, how)
    gone = Change(basis="express", source=SOURCE, evidence=evidence)
    await holding.turn(conn, workspace_id, key, phone, left, ConsentState.WITHDRAWN, gone)
    return taken, left


async def leave(conn: Connection, workspace_id: int, person: Choosing, evidence: Evidence) -> None:
    """Everything at once: no marketing from this brand any more, as after a STOP."""
    wanted = NewSuppression(
        phone=person.contact.phone, scope=SuppressionScope.MARKETING, reason="stop", source=SOURCE
    )
    await consent.suppress(conn, workspace_id, [wanted])
    marketing = [each.topic.word for each in person.holdings if each.topic.purpose is TopicPurpose.MARKETING]
    how = Change(basis="express", source=SOURCE, evidence=evidence)
    await holding.turn(
        conn, workspace_id, person.contact.id, person.contact.phone, marketing, ConsentState.WITHDRAWN, how
    )

"""What a person chooses for themselves. Nothing here commits; every change writes its event."""

from collections.abc import Collection, Sequence
from typing import Final

import msgspec

from chappe.consent import service as consent
from chappe.consent.evidence import Evidence
from chappe.consent.model import ConsentState, NewSuppression, SuppressionScope
from chappe.consent.topics import frequency, holding
from chappe.consent.topics.frequency import SetBy
from chappe.consent.topics.holding import Change
from chappe.consent.topics.model import Holding, TopicPurpose
from chappe.contacts import entry, events
from chappe.contacts import service as contacts
from chappe.contacts.entry import Entry
from chappe.contacts.events import By, Deed
from chappe.contacts.model import Contact, ZoneOrigin
from chappe.db.pool import Connection
from chappe.signup import look as looks
from chappe.signup.look import Look
from chappe.signup.whereabouts import POSTCODE, whereabouts

SOURCE: Final = "preferences"
"""Where such a consent, withdrawal or suppression came from: the person's own page."""
BY: Final = By(None, "")
"""Nobody of the workspace."""


class Choosing(msgspec.Struct, frozen=True, kw_only=True):
    """A person before the page. `stopped`: their number is suppressed, so only START brings them back.
    `per_week`: how many marketing messages they want in 7 days, None for no limit.
    """

    contact: Contact
    brand: str
    look: Look
    holdings: Sequence[Holding]
    stopped: bool
    per_week: int | None

    def holds(self, held: Holding) -> bool:
        """Whether the topic comes to them: what needs no consent does until they leave it."""
        if held.topic.purpose is TopicPurpose.TRANSACTIONAL:
            return held.state is not ConsentState.WITHDRAWN
        return held.state is ConsentState.GRANTED and not self.stopped

    @property
    def zone(self) -> str | None:
        """That they declared."""
        return self.contact.zones if self.contact.zone_origin is ZoneOrigin.DECLARED else None


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What a person chose on the page: words of topics, how often, their language and zone (None: as the
    number says). `wording`: what stood beside the button.
    """

    topics: Collection[str]
    per_week: int | None
    language: str | None
    zone: str | None
    wording: str


async def choosing(conn: Connection, workspace_id: int, contact_id: int) -> Choosing:
    """Of who was merged, the one who stands for them. Raises UnknownContact."""
    known = await contacts.get_contact(conn, workspace_id, contact_id)
    if known.merged_into is not None:
        known = await contacts.get_contact(conn, workspace_id, known.merged_into)
    brand = await consent.brand(conn, workspace_id)
    held = await holding.holdings(conn, workspace_id, known.id)
    stopped = known.phone in await consent.suppressed(conn, workspace_id, [known.phone])
    return Choosing(
        contact=known,
        brand=brand.name,
        look=await looks.of(conn, workspace_id),
        holdings=[each for each in held if each.topic.archived_at is None],
        stopped=stopped,
        per_week=await frequency.wanted(conn, workspace_id, known.id),
    )


async def choose(
    conn: Connection, workspace_id: int, person: Choosing, wish: Wish, evidence: Evidence
) -> None:
    """Bring everything to what the person wants. Who is suppressed takes no topic and says no frequency."""
    await _choose_topics(conn, workspace_id, person, wish, evidence)
    if not person.stopped:
        await want(conn, workspace_id, person.contact, wish.per_week, SetBy.PERSON, BY)
    await _say(conn, workspace_id, person, wish)


async def want(
    conn: Connection, workspace_id: int, contact: Contact, per_week: int | None, by: SetBy, who: By
) -> bool:
    """How often the person wants to hear, with its line in their history; whether it changed. Raises
    WrongFrequency.
    """
    before = await frequency.wanted(conn, workspace_id, contact.id)
    if not await frequency.want(conn, workspace_id, contact.id, per_week, by):
        return False
    changed = {"per_week": [None if n is None else str(n) for n in (before, per_week)]}
    await events.note(conn, workspace_id, [contact.id], Deed.CHANGED, changed, who)
    return True


async def _choose_topics(
    conn: Connection, workspace_id: int, person: Choosing, wish: Wish, evidence: Evidence
) -> None:
    taken, left = [], []
    for each in person.holdings:
        holds = person.holds(each)
        if each.topic.word in wish.topics and not holds and not person.stopped:
            taken.append(each.topic.word)
        elif each.topic.word not in wish.topics and (holds or each.state is ConsentState.PENDING):
            left.append(each.topic.word)
    wording_id = await consent.keep_wording(conn, workspace_id, wish.wording) if taken else None
    how = Change(basis="express", source=SOURCE, wording_id=wording_id, evidence=evidence)
    key, phone = person.contact.id, person.contact.phone
    await holding.turn(conn, workspace_id, key, phone, taken, ConsentState.GRANTED, how)
    gone = Change(basis="express", source=SOURCE, evidence=evidence)
    await holding.turn(conn, workspace_id, key, phone, left, ConsentState.WITHDRAWN, gone)


async def _say(conn: Connection, workspace_id: int, person: Choosing, wish: Wish) -> None:
    """Their language and zone, where they are not what is known."""
    known = person.contact
    if (wish.language, wish.zone) == (known.language, person.zone):
        return
    zones, origin = known.zones, known.zone_origin
    if wish.zone != person.zone:
        postcode = known.attributes.get(POSTCODE, "")
        zones, origin = whereabouts(known.phone, wish.zone, known.country, postcode, known)
    stated = Entry(
        country=known.country,
        language=wish.language,
        attributes=known.attributes,
        external_id=known.external_id,
        zones=zones,
        zone_origin=origin,
    )
    await entry.save(conn, workspace_id, known, known.updated_at, stated, BY)


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

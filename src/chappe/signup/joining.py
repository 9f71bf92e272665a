"""The one door by which a person subscribes: forms, keywords, links and the API all come through here."""

from collections.abc import Mapping
from enum import StrEnum
from uuid import UUID

import msgspec

from chappe.consent import service as consent
from chappe.consent.evidence import BY_SMS, Evidence
from chappe.consent.model import ConsentState
from chappe.consent.topics import holding
from chappe.consent.topics import service as topics
from chappe.consent.topics.holding import Change
from chappe.contacts import service as contacts
from chappe.contacts.model import IncomingContact
from chappe.db.pool import Connection
from chappe.kit.clock import Clock
from chappe.rules.service import zones_of
from chappe.sending.service import Door


class JoinState(StrEnum):
    """GRANTED: they hold the topics now. PENDING: they are asked to confirm by text, and hold nothing until
    they do. SUPPRESSED: they said STOP before, so nothing is sent and nothing granted: their START ends that.
    """

    GRANTED = "granted"
    PENDING = "pending"
    SUPPRESSED = "suppressed"


class Join(msgspec.Struct, frozen=True, kw_only=True):
    """Who wants what, and the proof of it. `phone`: E.164 digits, as `kit.phone` reads them. `topics`: none
    means the default one. `wording_id`: the very words they agreed to (`consent.service.keep_wording`).
    `evidence.channel` BY_SMS says that they wrote it themselves from this number. `form_id`: the form they
    came by, if any.
    """

    phone: int
    topics: tuple[UUID, ...] = ()
    basis: str
    source: str
    wording_id: UUID
    evidence: Evidence | None = None
    language: str | None = None
    country: str | None = None
    attributes: Mapping[str, str] = {}
    form_id: UUID | None = None


class Joined(msgspec.Struct, frozen=True, kw_only=True):
    """`created`: the contact is new. Tell a stranger nothing of either: whether a number is known is no
    business of who types it.
    """

    contact_id: int
    state: JoinState
    created: bool


class Joining:
    """Built once per process."""

    def __init__(self, door: Door, clock: Clock) -> None:
        self._door = door
        self._clock = clock

    async def join(self, conn: Connection, workspace_id: int, wanted: Join) -> Joined:
        """Make or complete the contact, and subscribe them. Raises NotATopic; nothing here commits."""
        chosen = await topics.require(conn, workspace_id, wanted.topics, field="topics")
        [merged] = await contacts.merge(conn, workspace_id, [_incoming(wanted)])
        if merged.created:
            # Who was erased may be known by a hash alone.
            await consent.recognise_contacts(conn, workspace_id, [wanted.phone], self._door.number_keys)
        if wanted.evidence is not None and wanted.evidence.channel == BY_SMS:
            # A text from the number itself is as good as START: it lifts the person's own STOP and no more.
            await consent.lift_own(conn, workspace_id, [wanted.phone])
        if wanted.phone in await consent.suppressed(conn, workspace_id, [wanted.phone]):
            return Joined(contact_id=merged.id, state=JoinState.SUPPRESSED, created=merged.created)
        how = Change(
            basis=wanted.basis, source=wanted.source, wording_id=wanted.wording_id, evidence=wanted.evidence
        )
        words = [each.word for each in chosen]
        await holding.turn(conn, workspace_id, merged.id, wanted.phone, words, ConsentState.GRANTED, how)
        return Joined(contact_id=merged.id, state=JoinState.GRANTED, created=merged.created)


def _incoming(wanted: Join) -> IncomingContact:
    return IncomingContact(
        phone=wanted.phone,
        zones=zones_of(wanted.phone),
        country=wanted.country,
        language=wanted.language,
        attributes=dict(wanted.attributes),
    )

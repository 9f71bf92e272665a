"""The one door by which a person subscribes: forms, keywords, links and the API all come through here."""

from collections.abc import Container, Mapping, Sequence
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

import msgspec

from chappe.carriers import service as carriers
from chappe.carriers.model import SenderKind
from chappe.consent import service as consent
from chappe.consent.answers import spoken
from chappe.consent.evidence import BY_SMS, Evidence, keep
from chappe.consent.model import ConsentState
from chappe.consent.opt_in import service as opt_in
from chappe.consent.opt_in.model import WAITS, Waiting
from chappe.consent.opt_in.texts import Kind
from chappe.consent.topics import holding
from chappe.consent.topics import service as topics
from chappe.consent.topics.holding import Change
from chappe.consent.topics.model import Topic, TopicPurpose
from chappe.contacts import service as contacts
from chappe.contacts.model import ContactState, IncomingContact
from chappe.db.pool import Connection
from chappe.kit.clock import Clock
from chappe.kit.errors import Problem
from chappe.kit.phone import country_of
from chappe.messages.model import Purpose
from chappe.rules.service import zones_of
from chappe.sending.model import Intent
from chappe.sending.service import Door
from chappe.signup.forms import offers


class JoinState(StrEnum):
    """GRANTED: they hold the topics now. PENDING: they are asked to confirm by text, and hold nothing until
    they do. SUPPRESSED: they said STOP before, so nothing is sent and nothing granted: their START ends that.
    Or they are blocked, which the workspace alone ends.
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


class NobodyCanAnswer(Problem):
    code: ClassVar[str] = "nobody_can_answer"
    status: ClassVar[int] = 422
    title: ClassVar[str] = "No sender can be answered"


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
        if await refused(conn, workspace_id, wanted.phone):
            return Joined(contact_id=merged.id, state=JoinState.SUPPRESSED, created=merged.created)
        held = await holding.held(conn, workspace_id, merged.id)
        state = JoinState.GRANTED
        asked = await self._to_confirm(conn, workspace_id, wanted, chosen, held)
        if asked:
            await self._ask(conn, workspace_id, wanted, merged.id, asked)
            state = JoinState.PENDING
        granted = [each for each in chosen if each not in asked]
        await self._grant(conn, workspace_id, wanted, merged.id, granted, held)
        return Joined(contact_id=merged.id, state=state, created=merged.created)

    async def _to_confirm(
        self, conn: Connection, workspace_id: int, wanted: Join, chosen: Sequence[Topic], held: Container[str]
    ) -> list[Topic]:
        """The topics that the person must say yes to by text: where the topic or the country asks for it, and
        they do not hold it already. Their own text is that yes.
        """
        if wanted.evidence is not None and wanted.evidence.channel == BY_SMS:
            return []
        everywhere = country_of(wanted.phone) in (await opt_in.settings(conn, workspace_id)).countries
        return [
            each
            for each in chosen
            if each.purpose is TopicPurpose.MARKETING
            and (each.double_opt_in or everywhere)
            and each.word not in held
        ]

    async def _ask(
        self, conn: Connection, workspace_id: int, wanted: Join, contact_id: int, asked: Sequence[Topic]
    ) -> None:
        sender_id = await answered_sender(conn, workspace_id)
        if sender_id is None:
            raise NobodyCanAnswer(
                "A confirmation is asked by text, and no sender of this workspace can be answered. "
                "Add a number as a sender, or turn the confirmation off."
            )
        now = self._clock.now()
        question = Waiting(
            phone=wanted.phone,
            contact_id=contact_id,
            words=tuple(each.word for each in asked),
            language=await self._language(conn, workspace_id, wanted),
            sender_id=sender_id,
            basis=wanted.basis,
            source=wanted.source,
            wording_id=wanted.wording_id,
            evidence_id=await keep(conn, workspace_id, wanted.evidence),
            form_id=wanted.form_id,
            asked_at=now,
            expires_at=now + WAITS,
        )
        text = await opt_in.ask(conn, workspace_id, question)
        if text is not None:
            await self._send(conn, workspace_id, wanted.phone, sender_id, text)

    async def _grant(
        self,
        conn: Connection,
        workspace_id: int,
        wanted: Join,
        contact_id: int,
        granted: Sequence[Topic],
        held: Container[str],
    ) -> None:
        """Theirs at once, with a welcome for what is new to them."""
        how = Change(
            basis=wanted.basis, source=wanted.source, wording_id=wanted.wording_id, evidence=wanted.evidence
        )
        words = [each.word for each in granted]
        await holding.turn(conn, workspace_id, contact_id, wanted.phone, words, ConsentState.GRANTED, how)
        new = [each for each in granted if each.word not in held]
        sender_id = await answered_sender(conn, workspace_id) if new else None
        if sender_id is not None:
            language = await self._language(conn, workspace_id, wanted)
            text = await opt_in.text(conn, workspace_id, Kind.WELCOME, new, language)
            text = await offers.welcome(conn, workspace_id, text, wanted.form_id, contact_id, language)
            await self._send(conn, workspace_id, wanted.phone, sender_id, text)

    async def _language(self, conn: Connection, workspace_id: int, wanted: Join) -> str:
        brand = await consent.brand(conn, workspace_id)
        return spoken(wanted.language, country_of(wanted.phone), brand.language)

    async def _send(
        self, conn: Connection, workspace_id: int, phone: int, sender_id: UUID, text: str
    ) -> None:
        intent = Intent(phone=phone, sender_id=sender_id, body=text, purpose=Purpose.SERVICE)
        await self._door.accept(conn, workspace_id, [intent])


async def refused(conn: Connection, workspace_id: int, phone: int) -> bool:
    """Whether this number said STOP, or the workspace blocked it. Questions and welcomes are service
    messages, which the gate lets pass both: whoever sends one asks here.
    """
    if phone in await consent.suppressed(conn, workspace_id, [phone]):
        return True
    known = (await contacts.by_phone(conn, workspace_id, [phone])).get(phone)
    return known is not None and known.state is ContactState.BLOCKED


async def answered_sender(conn: Connection, workspace_id: int) -> UUID | None:
    """The sender that subscribers hear from: the one chosen, else the first that people can answer."""
    chosen = (await opt_in.settings(conn, workspace_id)).sender_id
    able = [
        each.id
        for each in await carriers.senders(conn, workspace_id)
        if each.kind is not SenderKind.ALPHANUMERIC
    ]
    return chosen if chosen in able else next(iter(able), None)


def _incoming(wanted: Join) -> IncomingContact:
    return IncomingContact(
        phone=wanted.phone,
        zones=zones_of(wanted.phone),
        country=wanted.country,
        language=wanted.language,
        attributes=dict(wanted.attributes),
    )

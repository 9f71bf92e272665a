"""Inbound texts in the ledger: what is new, what is complete, what it asks for, what is answered."""

from collections.abc import Sequence
from typing import NamedTuple

from chappe.carriers import service as carriers
from chappe.carriers.model import Sender
from chappe.consent import service as consent
from chappe.consent.model import InboundText, Outcome, OutcomeKind
from chappe.consent.optout.detector import detect
from chappe.consent.optout.reading import Wish
from chappe.consent.told.hearing import shows_life
from chappe.contacts import service as contacts
from chappe.db.pool import Connection
from chappe.engine.inbound_texts import Text
from chappe.engine.statements import SQL
from chappe.inbox import service as inbox
from chappe.inbox.model import Heard
from chappe.kit.clock import Clock
from chappe.messages.model import Purpose
from chappe.sending.model import Intent
from chappe.sending.service import Door
from chappe.signup.forms import keywords, offers
from chappe.signup.forms.signing import Signing
from chappe.signup.joining import Joining


class _Recorded(NamedTuple):
    id: int | None
    text: Text
    sender: Sender | None


class Recorder:
    """Of one link. `silent`: record and suppress, answer nothing."""

    def __init__(self, carrier: int, workspace_id: int, door: Door, clock: Clock) -> None:
        self.silent = False
        self._carrier = carrier
        self._workspace = workspace_id
        self._door = door
        self._clock = clock
        self._signing = Signing(Joining(door, clock), clock)

    async def record(self, conn: Connection, texts: Sequence[Text], *, session: int, again: bool) -> None:
        """Inside the caller's transaction. `again`: an earlier try may have been committed."""
        fresh = await self._new(conn, texts, session=-1 if again else session)
        whole: list[Text] = []
        urgent: list[Text] = []
        for text in fresh:
            if text.part is None:
                whole.append(text)
                continue
            complete = await self._join(conn, text)
            if complete is not None:
                whole.append(complete)
            elif text.part.number == 1 and _stops(text.body):
                urgent.append(text)
        recorded = await self._insert(conn, whole, session)
        # STOP in part 1 of a longer text acts at once: the other parts may never come.
        recorded += [_Recorded(None, text, await self._sender(conn, text)) for text in urgent]
        if recorded:
            await self._honour(conn, recorded)

    async def _new(self, conn: Connection, texts: Sequence[Text], *, session: int) -> list[Text]:
        """Those that were not recorded in another session; a carrier delivers again what was not answered.

        STOP, START and STOP once more, with a new session in between, looks like a STOP that is delivered
        again. It is honoured: to stop twice does no harm, to write after a STOP does.
        """
        prints = [text.fingerprint for text in texts]
        rows = await conn.fetch(SQL.seen_inbound, prints, session)
        followed = {row["fingerprint"]: row["followed"] for row in rows}
        return [
            text
            for text in texts
            if text.fingerprint not in followed or (followed[text.fingerprint] and _stops(text.body))
        ]

    async def _join(self, conn: Connection, text: Text) -> Text | None:
        """The whole text, when this was its last missing part."""
        assert text.part is not None
        key = (self._carrier, text.source, text.destination, text.part.reference, text.part.total)
        await conn.execute(SQL.keep_part, *key, text.part.number, self._workspace, text.body)
        parts = await conn.fetch(SQL.parts_of, *key)
        if len(parts) < text.part.total:
            return None
        await conn.execute(SQL.forget_parts, *key)
        return text._replace(body="".join(row["body"] for row in parts), part=None)

    async def _insert(self, conn: Connection, texts: Sequence[Text], session: int) -> list[_Recorded]:
        if not texts:
            return []
        senders = {text.destination: await self._sender(conn, text) for text in texts}
        phones = [text.phone for text in texts if text.phone is not None]
        people = await contacts.by_phone(conn, self._workspace, phones) if phones else {}
        rows = await conn.fetch(
            SQL.add_inbound,
            self._workspace,
            self._carrier,
            session,
            [text.phone for text in texts],
            [text.source for text in texts],
            [text.destination for text in texts],
            [found.id if (found := senders[text.destination]) else None for text in texts],
            [people[text.phone].id if text.phone in people else None for text in texts],
            [text.body for text in texts],
            [text.fingerprint for text in texts],
        )
        ids = sorted(row["id"] for row in rows)
        return [_Recorded(one, text, senders[text.destination]) for one, text in zip(ids, texts, strict=True)]

    async def _sender(self, conn: Connection, text: Text) -> Sender | None:
        return await carriers.sender_by_address(conn, self._workspace, text.destination)

    async def _honour(self, conn: Connection, recorded: Sequence[_Recorded]) -> None:
        now = self._clock.now()
        # Before a STOP is honoured: it must not find the number suppressed for want of a person behind it.
        phones = [one.text.phone for one in recorded if one.text.phone is not None]
        await shows_life(conn, self._workspace, phones)
        heard = [
            InboundText(
                phone=one.text.phone,
                destination=one.text.destination,
                text=one.text.body,
                inbound_id=one.id,
                at=now,
            )
            for one in recorded
        ]
        outcomes = await self._outcomes(conn, heard)
        known = [
            (one.id, outcome)
            for one, outcome in zip(recorded, outcomes, strict=True)
            if outcome.kind is not OutcomeKind.NONE and one.id is not None
        ]
        if known:
            await conn.execute(
                SQL.mark_inbound,
                [one for one, _ in known],
                [outcome.keyword for _, outcome in known],
                [outcome.kind.value for _, outcome in known],
            )
        await inbox.heard(conn, self._workspace, _for_people(recorded, outcomes), now)
        if self.silent:
            return
        # A code is given with the text that brings it, so only where there is one.
        intents = _answers(
            recorded,
            [
                outcome if one.sender is None else await offers.rewarded(conn, self._workspace, outcome)
                for one, outcome in zip(recorded, outcomes, strict=True)
            ],
        )
        if intents:
            await self._door.accept(conn, self._workspace, intents)

    async def _outcomes(self, conn: Connection, heard: Sequence[InboundText]) -> list[Outcome]:
        """What each text was taken for. A word that people text to join is known, whatever an unknown word
        might mean: it is looked for first. Where answers cannot be sent nobody joins, who would have to be
        asked: then the text is read as any other.
        """
        joined = {} if self.silent else await keywords.heard(conn, self._workspace, self._signing, heard)
        rest = [item for position, item in enumerate(heard) if position not in joined]
        others = iter(await consent.handle_inbound(conn, self._workspace, rest))
        return [
            Outcome(kind=OutcomeKind.JOIN, keyword=joined[position], settled=True)
            if position in joined
            else next(others)
            for position in range(len(heard))
        ]


def _answers(recorded: Sequence[_Recorded], outcomes: Sequence[Outcome]) -> list[Intent]:
    """From the sender that was written to; a number that is none of ours cannot answer."""
    return [
        Intent(phone=one.text.phone, sender_id=one.sender.id, body=outcome.answer, purpose=Purpose.SERVICE)
        for one, outcome in zip(recorded, outcomes, strict=True)
        if outcome.answer is not None and one.sender is not None and one.text.phone is not None
    ]


def _for_people(recorded: Sequence[_Recorded], outcomes: Sequence[Outcome]) -> list[Heard]:
    """What the inbox hears of: a keyword has had its answer; anything else, an opt-out in a sentence too,
    is for a person to read.
    """
    return [
        Heard(
            phone=one.text.phone,
            sender_id=None if one.sender is None else one.sender.id,
            text=one.text.body,
            opens=not outcome.settled,
        )
        for one, outcome in zip(recorded, outcomes, strict=True)
        if one.text.phone is not None and one.id is not None
    ]


def _stops(text: str) -> bool:
    return detect(text).wish is Wish.WITHDRAW

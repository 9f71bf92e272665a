"""Answering a person: what an answer would be and cost, and sending it through the one door."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from chappe.carriers import routing
from chappe.carriers import service as carriers
from chappe.carriers.model import Price, Sender, SenderKind
from chappe.content.model import MOST_PARTS
from chappe.content.service import checked_body
from chappe.db.pool import Connection
from chappe.gate import service as gates
from chappe.gate.model import Code
from chappe.gate.service import Asked, Gate
from chappe.inbox import repo
from chappe.inbox.model import AlreadyAnswered, Answering, Draft, NoConversationSender, NotSent
from chappe.kit.clock import Clock
from chappe.messages.model import MessageState, Purpose
from chappe.sending.composing import gate_to
from chappe.sending.model import Accepted, Intent
from chappe.sending.service import Door
from chappe.sms.encoding import ucs2_causes
from chappe.sms.parts import measure

_SHOWN: Final = 300
_MOST_CULPRITS: Final = 8


class Answers:
    """Built once per process. The lane is CONVERSATION: a STOP does not silence the answer to a question, a
    block does; the gate decides, and says why.
    """

    def __init__(self, door: Door, clock: Clock, gate_clock: Clock) -> None:
        self._door = door
        self._clock = clock
        self._gate_clock = gate_clock

    async def answering(
        self, conn: Connection, workspace_id: int, phone: int, preferred: UUID | None
    ) -> Answering:
        """The senders that can answer this number, the preferred one chosen if it is among them."""
        senders = _conversing(await carriers.senders(conn, workspace_id))
        chosen = next((each for each in senders if each.id == preferred), senders[0] if senders else None)
        if chosen is None:
            return Answering(senders, None, Code.CANNOT_CONVERSE.reason)
        refusal, _ = await self._judge(conn, workspace_id, phone, chosen.id)
        return Answering(senders, chosen, refusal)

    async def draft(
        self, conn: Connection, workspace_id: int, phone: int, sender_id: UUID | None, text: str
    ) -> Draft:
        """The figures under the text, by the count that sending bills."""
        found = measure(text)
        refusal: str | None = Code.CANNOT_CONVERSE.reason
        price = None
        if sender_id is not None:
            refusal, price = await self._judge(conn, workspace_id, phone, sender_id)
        if found.parts > MOST_PARTS:
            refusal = refusal or Code.TOO_LONG.reason
        causes = dict.fromkeys(cause.character for cause in ucs2_causes(text))
        return Draft(found.parts, found.encoding, found.left, price, refusal, list(causes)[:_MOST_CULPRITS])

    async def send(
        self,
        conn: Connection,
        workspace_id: int,
        phone: int,
        *,
        sender_id: UUID | None,
        text: str,
        by: UUID,
        once: UUID,
    ) -> Accepted:
        """Send an answer; `once` is the form's own number. Raises EmptyBody, BodyTooLong, NotSent,
        NoConversationSender, AlreadyAnswered: then nothing is written, when the caller's transaction ends
        with it.
        """
        if await repo.sent_before(conn, workspace_id, once):
            raise AlreadyAnswered("This answer was sent already.")
        senders = {each.id for each in _conversing(await carriers.senders(conn, workspace_id))}
        if sender_id is None or sender_id not in senders:
            raise NoConversationSender(
                "Nobody can write back to this sender. Choose a short code or a long code.", field="sender"
            )
        body = checked_body(text.strip())
        intent = Intent(phone=phone, sender_id=sender_id, body=body, purpose=Purpose.CONVERSATION)
        accepted = (await self._door.accept(conn, workspace_id, [intent]))[0]
        if accepted.state is MessageState.SKIPPED:
            reason = accepted.reason or ""
            raise NotSent(f"The answer was not sent: {reason}.", field="text", reason=reason)
        if not await repo.keep_author(conn, workspace_id, once, accepted.id, phone, by):
            raise AlreadyAnswered("This answer was sent already.")
        await repo.answered(
            conn,
            workspace_id,
            phone,
            sender_id=sender_id,
            by=by,
            at=self._clock.now(),
            text=body[:_SHOWN],
        )
        await repo.tell(conn, workspace_id)
        return accepted

    async def _judge(
        self, conn: Connection, workspace_id: int, phone: int, sender_id: UUID
    ) -> tuple[str | None, Price | None]:
        """Why the gate would not let an answer out, and the price of a part."""
        sender = (await gates.sender_facts(conn, workspace_id, [sender_id])).get(sender_id)
        if sender is None:
            return Code.NO_ROUTE.reason, None
        keys = self._door.number_keys
        recipient = (await gates.recipients_of_phones(conn, workspace_id, [phone], keys))[0]
        prices = await routing.load_prices(conn, workspace_id)
        asked = Asked(
            Purpose.CONVERSATION, sender, gate_now=self._gate_clock.now(), real_now=self._clock.now()
        )
        gate = gate_to(Gate(asked), prices, phone)
        price = None if gate.route_id is None else prices.of_route(gate.route_id, [phone])[0]
        decision = gate.decide(recipient, priced=price is not None)
        return (decision.code.reason if decision.skipped else None), price


def _conversing(senders: Sequence[Sender]) -> list[Sender]:
    """Those that a person can write back to: a name takes no answer."""
    return [each for each in senders if each.kind is not SenderKind.ALPHANUMERIC]

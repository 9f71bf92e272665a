"""Use cases of the first run: each step is done by the service of its room. Nothing here commits."""

from typing import Final

from chappe.carriers import service as carriers
from chappe.carriers.model import Sender, SenderKind
from chappe.consent import evidence
from chappe.consent import service as consent
from chappe.consent.evidence import Evidence
from chappe.consent.model import StatedConsent
from chappe.contacts import service as contacts
from chappe.contacts.model import IncomingContact
from chappe.db.pool import Connection
from chappe.desk import repo
from chappe.desk.errors import NothingToSend
from chappe.desk.start.steps import Progress, Step
from chappe.kit import phone as phones
from chappe.kit.clock import Clock
from chappe.messages.model import MessageState, MessageView, Purpose
from chappe.messages.service import read_one
from chappe.rules.zones import zones_of
from chappe.sending.model import Intent
from chappe.sending.service import Door

# Who types in their own number wants the message: these are the words of the page.
_WORDING: Final = "This is my own number. Send me a first message on it."


async def progress(conn: Connection, workspace_id: int, gate_clock: Clock) -> Progress:
    row = await repo.first_steps(conn, workspace_id)
    found = {
        Step.ACCOUNT: True,
        Step.BRAND: row["brand"] or row["delivered"],
        Step.SENDER: row["sender"],
        Step.CARRIER: row["carrier"],
        Step.CONTACT: row["phone"] is not None or row["contact"],
        Step.MESSAGE: row["delivered"],
    }
    if not found[Step.MESSAGE] and row["message_id"] is not None:
        message = await read_one(conn, workspace_id, row["message_id"], gate_clock.now())
        found[Step.MESSAGE] = message.state is MessageState.DELIVERED
    done = frozenset(step for step, is_done in found.items() if is_done)
    return Progress(done, row["phone"], row["message_id"], row["left"])


async def message_of(
    conn: Connection, workspace_id: int, found: Progress, gate_clock: Clock
) -> MessageView | None:
    """The first message as it is now."""
    if found.message_id is None:
        return None
    return await read_one(conn, workspace_id, found.message_id, gate_clock.now())


async def add_sender(conn: Connection, workspace_id: int, address: str) -> Sender:
    """A sender of the kind that its address shows. What `create_sender` raises."""
    return await carriers.create_sender(conn, workspace_id, address=address, kind=kind_of(address))


def kind_of(address: str) -> SenderKind:
    """Few digits are a short code, more a number, letters a name."""
    digits = "".join(address.split()).removeprefix("+")
    if not digits.isdigit():
        return SenderKind.ALPHANUMERIC
    return SenderKind.SHORT_CODE if len(digits) <= 6 and "+" not in address else SenderKind.LONG_CODE


async def add_contact(conn: Connection, workspace_id: int, text: str, country: str) -> int:
    """The person's own number as a contact with consent; the number. What `phone.parse` raises."""
    number = phones.parse(text, country, field="phone")
    [merged] = await contacts.merge(
        conn, workspace_id, [IncomingContact(phone=number, zones=zones_of(number))]
    )
    proof = StatedConsent(basis="express", source="first run", text=_WORDING)
    wording = await consent.keep_wording(conn, workspace_id, _WORDING)
    kept = await evidence.keep(conn, workspace_id, Evidence(channel="staff"))
    await consent.grant_marketing(conn, workspace_id, [merged.id], proof, wording, evidence_id=kept)
    await repo.note_phone(conn, workspace_id, number)
    return number


async def send_first(conn: Connection, door: Door, workspace_id: int, phone: int, text: str) -> int:
    """The first message, to one's own number; its id. NothingToSend, and what the door raises."""
    senders = await carriers.senders(conn, workspace_id, limit=1)
    if not text.strip() or not senders:
        raise NothingToSend("Write a few words, then send them.", field="text")
    intent = Intent(phone=phone, sender_id=senders[0].id, body=text.strip(), purpose=Purpose.TRANSACTIONAL)
    [accepted] = await door.accept(conn, workspace_id, [intent])
    await repo.note_message(conn, workspace_id, accepted.id)
    return accepted.id

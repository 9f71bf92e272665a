"""What people wrote, from the deliver_sm that carried it."""

from hashlib import blake2b
from typing import NamedTuple

from chappe.kit.phone import from_wire
from chappe.smpp.constants import EsmClass, Tag
from chappe.smpp.pdu import Message
from chappe.sms.inbound import decode
from chappe.sms.options import Charset


class Part(NamedTuple):
    """Where a part stands in a longer text. `number` counts from 1."""

    reference: int
    total: int
    number: int


class Text(NamedTuple):
    """A text or a part of one, as the carrier delivered it."""

    source: str
    destination: str
    phone: int | None
    body: str
    part: Part | None
    fingerprint: bytes


def read_text(message: Message, *, charset: Charset, country: str | None, carrier: int) -> Text:
    """Never raises, whatever the octets. A binary message is read as an empty text."""
    decoded = decode(
        message.text,
        message.data_coding,
        udhi=bool(message.esm_class & EsmClass.UDHI),
        charset=charset,
    )
    part = None
    if decoded.part is not None:
        found = decoded.part
        part = _part(found.reference, found.total, found.number)
    elif message.tlvs:
        part = _sar(message)
    source = _address(message.source)
    return Text(
        source,
        _address(message.destination),
        from_wire(source, message.source_ton, country),
        # PostgreSQL's text holds no NUL, and nobody writes one on purpose.
        decoded.text.replace("\0", ""),
        part,
        _fingerprint(message, carrier),
    )


def _address(octets: bytes) -> str:
    return octets.decode("latin-1").replace("\0", "")


def _sar(message: Message) -> Part | None:
    """SMPP 3.4 sections 5.3.2.22 to 24."""
    reference = message.tlv(Tag.SAR_MSG_REF_NUM)
    total = message.tlv(Tag.SAR_TOTAL_SEGMENTS)
    number = message.tlv(Tag.SAR_SEGMENT_SEQNUM)
    if not reference or not total or not number:
        return None
    return _part(int.from_bytes(reference, "big"), total[0], number[0])


def _part(reference: int, total: int, number: int) -> Part | None:
    """None for what is no part, or a nonsensical one: its text is then taken alone."""
    return Part(reference, total, number) if 1 <= number <= total and total > 1 else None


def _fingerprint(message: Message, carrier: int) -> bytes:
    """Of what the carrier sent, but for its sequence number: equal when it is delivered again."""
    digest = blake2b(digest_size=16)
    for field in (
        b"%d" % carrier,
        message.source,
        message.destination,
        bytes((message.esm_class, message.data_coding)),
        message.text,
        repr(message.tlvs).encode(),
    ):
        digest.update(b"%d:" % len(field) + field)
    return digest.digest()

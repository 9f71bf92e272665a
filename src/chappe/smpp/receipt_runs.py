"""Delivery receipts that follow one another and say the same of different messages, read as columns."""

import struct
from collections.abc import Sequence

import msgspec

from chappe.smpp.constants import HEADER_OCTETS, CommandId
from chappe.smpp.decoding import decode_message
from chappe.smpp.pdu import Message
from chappe.smpp.runs import SHORTEST
from chappe.sms.receipt import ReceiptState
from chappe.sms.receipt_batch import ID_OCTETS, common_form, state_of

_DELIVER_SM = int(CommandId.DELIVER_SM)
# §5.2.12: bits 5 to 2 of esm_class, 1 for an SMSC delivery receipt.
_TYPE, _RECEIPT = 0b00111100, 0b00000100


class ReceiptRun(msgspec.Struct, frozen=True):
    """Of each receipt its sequence, which is owed an answer, and the id of its message; all say `state`.

    `octets` are the PDUs, each of `length`.
    """

    sequences: list[int]
    ids: list[bytes]
    state: ReceiptState
    octets: bytes
    length: int

    def messages(self) -> list[Message]:
        """The same, one by one."""
        starts = range(0, len(self.octets), self.length)
        found = [
            _decode(self.octets, start, self.length, sequence)
            for start, sequence in zip(starts, self.sequences, strict=True)
        ]
        return [one for one in found if one is not None]


def read_receipts(data: bytes, position: int, length: int, count: int) -> ReceiptRun | None:
    """Of `count` PDUs with the same length, command and status, those at the beginning that differ only in
    sequence, source address, id, dates and what follows "text:". None: they are few, or no receipts of the
    common form.
    """
    octets = data[position : position + count * length]
    first = _decode(octets, 0, length, int.from_bytes(octets[12:16], "big"))
    if first is None or first.esm_class & _TYPE != _RECEIPT:
        return None
    form = common_form(first.short_message)
    if form is None:
        return None
    tail = sum([4 + len(value) for _, value in first.tlvs])
    if octets[length - tail - len(first.short_message) : length - tail] != first.short_message:
        return None  # octets after the TLVs, which the decoder forgave
    layout, named_twice = _layout(first, octets[:length], tail, form)
    sequences, *columns = zip(*struct.iter_unpack(layout, octets), strict=True)
    sources, ids, said = columns.pop(1), columns.pop(2), columns.pop(2)
    if named_twice and columns.pop(3) != ids:
        return None
    tlvs = _with_zeros(first, ids[0])
    states = {words: state_of(words, len(ids[0]), tlvs) for words in set(said)}
    state = states[said[0]]
    alike = min(_alike(column) for column in (*columns, [states[words] for words in said]))
    if state is None or alike < SHORTEST or b"".join(ids[:alike]).strip(ID_OCTETS):
        return None
    if 0 in b"".join(sources[:alike]):
        return None  # a shorter address: nothing after it is where it is in the first
    return ReceiptRun(list(sequences[:alike]), list(ids[:alike]), state, octets[: alike * length], length)


def _alike(column: Sequence[object]) -> int:
    """How many at its beginning are the same."""
    first = column[0]
    if column.count(first) == len(column):
        return len(column)
    return next(n for n, value in enumerate(column) if value != first)


def _layout(first: Message, pdu: bytes, tail: int, form: tuple[int, int, int]) -> tuple[str, bool]:
    """Columns: sequence, what is before the source address, the address, what is from there to the id, the
    id, what is said of it, the TLVs; and whether the id stands among those again, which makes them three
    columns.
    """
    id_start, id_end, said_end = form
    before = len(first.service_type) + 3
    text = len(pdu) - tail - len(first.short_message)
    source_end = HEADER_OCTETS + before + len(first.source)
    layout = (
        f">12xI{before}s{len(first.source)}s{text + id_start - source_end}s{id_end - id_start}s"
        f"{said_end - id_end}s{len(first.short_message) - said_end}x"
    )
    name, octets = first.short_message[id_start:id_end], pdu[len(pdu) - tail :]
    place = octets.find(name)
    if place < 0:
        return f"{layout}{tail}s", False
    return f"{layout}{place}s{len(name)}s{tail - place - len(name)}s", True


def _with_zeros(message: Message, name: bytes) -> tuple[tuple[int, bytes], ...]:
    return tuple([(tag, value.replace(name, b"0" * len(name))) for tag, value in message.tlvs])


def _decode(octets: bytes, start: int, length: int, sequence: int) -> Message | None:
    found = decode_message(_DELIVER_SM, sequence, octets, start + HEADER_OCTETS, start + length)
    return found if isinstance(found, Message) else None

"""PDUs of one kind and one length that follow one another, read as columns.

A busy carrier answers hundreds of submits in one read, with ids of one length, and sends its receipts
likewise. One by one such a PDU costs 1 to 4 µs, as a row of a table a fraction (measured). Whatever is
unusual in a run makes it no run: the general decoder takes it.
"""

import struct
from typing import NamedTuple

from chappe.smpp.constants import HEADER_OCTETS, CommandId
from chappe.smpp.decoding import decode_message
from chappe.smpp.events import ReceiptRun
from chappe.smpp.pdu import Message

_SHORTEST = 4
"""PDUs below which a run is not worth its preparation."""

_LONGEST = 512
"""Of one run: the columns stay in the processor's caches."""

_SAME_OCTETS = (3, 7, 2, 4, 11, 0, 1, 5, 6, 8, 9, 10)
"""Length, command and status of the header, those that differ most first."""

_LONGEST_ANSWER = HEADER_OCTETS + 66
# §5.2.12: bits 5 to 2 of esm_class, 1 for an SMSC delivery receipt.
_TYPE, _RECEIPT = 0b00111100, 0b00000100
_DELIVER_SM = int(CommandId.DELIVER_SM)


class AnswerRun(NamedTuple):
    """Answers of ESME_ROK: the sequence and message id of each."""

    sequences: list[int]
    ids: list[bytes]


def run_length(data: bytes, position: int, length: int, most: int = _LONGEST) -> int:
    """How many whole PDUs from `position` on have the first one's length, command and status; 0 for few."""
    count = min((len(data) - position) // length, most, _LONGEST)
    for octet in _SAME_OCTETS:
        if count < _SHORTEST:
            return 0
        column = data[position + octet : position + count * length : length]
        count -= len(column.lstrip(column[:1]))
    return count


def read_answers(data: bytes, position: int, length: int, count: int) -> AnswerRun | None:
    """§4.4.2: header, message_id, NUL. None: some id ends early, or is missing."""
    octets = length - HEADER_OCTETS - 1
    if octets < 1 or length > _LONGEST_ANSWER:
        return None
    rows = struct.iter_unpack(f">12xI{octets}sB", data[position : position + count * length])
    sequences, ids, ends = zip(*rows, strict=True)
    if any(ends) or 0 in b"".join(ids):
        return None
    return AnswerRun(list(sequences), list(ids))


def read_receipts(data: bytes, position: int, length: int, count: int) -> ReceiptRun | None:
    """Receipts that are as the first but for sequence, source address, text and the values of TLVs."""
    sequence = int.from_bytes(data[position + 12 : position + 16], "big")
    body, end = position + HEADER_OCTETS, position + length
    first = decode_message(_DELIVER_SM, sequence, data, body, end)
    if not isinstance(first, Message) or first.esm_class & _TYPE != _RECEIPT:
        return None
    before = len(first.service_type) + 3
    source, text = len(first.source), len(first.short_message)
    tail = length - HEADER_OCTETS - before - source - text - _between(first)
    layout = f">12xI{before}s{source}s{_between(first)}s{text}s{tail}s"
    columns = list(zip(*struct.iter_unpack(layout, data[position : position + count * length]), strict=True))
    sequences, befores, sources, betweens, texts, tails = (list(column) for column in columns)
    if befores.count(befores[0]) != count or betweens.count(betweens[0]) != count or 0 in b"".join(sources):
        return None
    return ReceiptRun(first, sequences, sources, texts, tails)


def _between(message: Message) -> int:
    """Octets from the NUL of the source address to sm_length, both included (§4.6.1)."""
    times = len(message.schedule) + 1 + len(message.validity) + 1
    return 1 + 2 + len(message.destination) + 1 + 3 + times + 5

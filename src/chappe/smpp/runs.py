"""PDUs of one kind and one length that follow one another, read as columns.

A busy carrier answers hundreds of submits in one read, with ids of one length, and sends its receipts
likewise. One by one such a PDU costs 1 to 4 µs, as a row of a table a fraction (measured). Whatever is
unusual in a run makes it no run: the general decoder takes it.
"""

import struct
from typing import NamedTuple

from chappe.smpp.constants import HEADER_OCTETS

SHORTEST = 4
"""PDUs below which a run is not worth its preparation."""

LONGEST = 512
"""Of one run: the columns stay in the processor's caches."""

_SAME_OCTETS = (3, 7, 2, 4, 11, 0, 1, 5, 6, 8, 9, 10)
"""Length, command and status of the header, those that differ most first."""

_LONGEST_ANSWER = HEADER_OCTETS + 66


class AnswerRun(NamedTuple):
    """Answers of ESME_ROK: the sequence and message id of each."""

    sequences: list[int]
    ids: list[bytes]


def run_length(data: bytes, position: int, length: int, most: int = LONGEST) -> int:
    """How many whole PDUs from `position` on have the first one's length, command and status; 0 for few."""
    count = min((len(data) - position) // length, most, LONGEST)
    for octet in _SAME_OCTETS:
        if count < SHORTEST:
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

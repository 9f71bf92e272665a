"""One integer per part on the wire: message id, number of PDUs of the message, index of this one.

The SMPP room hands it back with the answer, so a submit needs no object of its own. It fits 63 bits until
2048 (a message id is days since 2026 << 40), and so the journal's eight octets.
"""

from typing import Final

SHIFT: Final = 10
"""`token >> SHIFT` is the message's id; where there are many, spelt out: a call costs more than it does."""

_COUNT_SHIFT: Final = 5
_FIVE_BITS: Final = 0b11111

MOST_PARTS: Final = 31
"""Parts of one message that can be followed: `done_mask` is a signed 32-bit column."""

SEVERAL: Final = _FIVE_BITS << _COUNT_SHIFT
"""`token & SEVERAL` is zero for a message of one PDU."""


def single(message_id: int) -> int:
    """The token of a message that goes out in one PDU."""
    return message_id << SHIFT


def tokens_of(message_id: int, count: int) -> list[int]:
    """The tokens of a message of `count` PDUs (1 to MOST_PARTS), in order."""
    first = message_id << SHIFT | (count - 1) << _COUNT_SHIFT
    return list(range(first, first + count))


def message_of(token: int) -> int:
    return token >> SHIFT


def count_of(token: int) -> int:
    return (token >> _COUNT_SHIFT & _FIVE_BITS) + 1


def index_of(token: int) -> int:
    return token & _FIVE_BITS

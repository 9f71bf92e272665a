"""Message ids in the disguises that carriers give them: one number, written one way in the answer to the
submit and maybe another way in the receipt.
"""

import os
from collections.abc import Callable

from chappe.lab.scenario import Ids, IdStyle

_SCATTER = 2_654_435_761
"""Odd, so that its multiples pass through every 32-bit number; near 2**32 divided by the golden ratio."""


def write_id(number: int, style: IdStyle) -> bytes:
    """`number` as `style` writes it."""
    if style is IdStyle.UUID:
        return _uuid(f"{number:032x}")
    if style is IdStyle.UUID_UPPER:
        return _uuid(f"{number:032X}")
    return _FORMATS[style] % number


class IdMint:
    """Makes ids that no other mint makes: from the operating system's randomness, not from the seed, since a
    restarted carrier that repeats its ids would make any client confuse its messages.
    """

    def __init__(self, ids: Ids, random_octets: Callable[[int], bytes] = os.urandom) -> None:
        self._ids = ids
        self._random = random_octets
        start = int.from_bytes(random_octets(16)) >> (128 - ids.bits)
        # The top bit is set, so that ids are as wide as asked, and the next one clear, so that counting
        # up from here stays within the width.
        self._next = (start | 1 << (ids.bits - 1)) & ~(1 << (ids.bits - 2))

    def mint(self, count: int) -> tuple[list[bytes], list[bytes]]:
        """`count` new ids, as written in answers and as written in receipts."""
        answer, receipt = self._ids.answer, self._ids.receipt or self._ids.answer
        if answer is receipt is IdStyle.UUID:
            ids = self._uuids(count)
            return ids, ids
        first = self._next
        self._next += count
        numbers = range(first, first + count)
        answers = [write_id(number, answer) for number in numbers]
        if answer is receipt:
            return answers, answers
        return answers, [write_id(number, receipt) for number in numbers]

    def _uuids(self, count: int) -> list[bytes]:
        """Random ones that share their tail: the heads walk all 32-bit numbers in scattered order, so that
        they are as hard on an index as independent ones, at a fifth of the cost.
        """
        tail = _uuid(self._random(16).hex())[8:]
        head = int.from_bytes(self._random(4))
        return [
            b"%08x%b" % (number & 0xFFFFFFFF, tail)
            for number in range(head, head + count * _SCATTER, _SCATTER)
        ]


_FORMATS = {
    IdStyle.DECIMAL: b"%d",
    IdStyle.DECIMAL10: b"%010d",
    IdStyle.HEX: b"%x",
    IdStyle.HEX_UPPER: b"%X",
    IdStyle.HEX16: b"%016x",
}


def _uuid(digits: str) -> bytes:
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}".encode()

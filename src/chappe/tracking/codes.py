"""Codes of short links: seven characters of base 62 for a number, by a keyed permutation.

A balanced Feistel network on 42 bits with AES as its round function, ten rounds as in FF1 (NIST SP 800-38G),
walked until it is below 62^7 (Black and Rogaway, "Ciphers with Arbitrary Finite Domains", 2002: the cycle
walks 1.25 times on average). So codes need no table, two numbers never share one, and who knows
ten million codes knows nothing of the next: there are 3.5 × 10^12, and nothing personal is in any of them.

Numbers are enciphered by the thousand: a half is kept as three planes of octets, one per place, so that each
step of a round is one call for all of them.
"""

from array import array
from collections.abc import Sequence
from typing import Final, final

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from chappe.db.keys import InstanceKeys

LENGTH: Final = 7
ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
SPACE: Final = 62**LENGTH
"""Numbers are below this."""

_ROUNDS: Final = 10
_HALF: Final = 21
_MASK: Final = (1 << _HALF) - 1
_TOP: Final = bytes(octet & 0x1F for octet in range(256))  # the third octet of a half has five bits
_BLOCK: Final = 16
_DIGITS: Final = {character: value for value, character in enumerate(ALPHABET)}
_PAIRS: Final = [first + second for first in ALPHABET for second in ALPHABET]
_PAIR: Final = 62**2

_Planes = tuple[bytes, bytes, bytes]


@final
class Codes:
    """The permutation of one installation."""

    def __init__(self, key: bytes) -> None:
        """`key`: 16, 24 or 32 bytes."""
        # Each block is enciphered once and its result folded into the other half: there is nothing to chain.
        self._aes = Cipher(algorithms.AES(key), modes.ECB())  # noqa: S305

    @classmethod
    def of(cls, keys: InstanceKeys) -> "Codes":
        return cls(keys.sub("link codes"))

    def code(self, number: int) -> str:
        """The code of one number."""
        return self.codes([number])[0]

    def codes(self, numbers: Sequence[int]) -> list[str]:
        """The codes of numbers below SPACE, in their order."""
        found = self._forward(numbers)
        outside = [at for at, number in enumerate(found) if number >= SPACE]
        while outside:
            walked = self._forward([found[at] for at in outside])
            for at, number in zip(outside, walked, strict=True):
                found[at] = number
            outside = [at for at in outside if found[at] >= SPACE]
        return _texts(found)

    def number(self, code: str) -> int | None:
        """The number of a code; None for what no number has as its code."""
        if len(code) != LENGTH:
            return None
        found = 0
        for character in code:
            digit = _DIGITS.get(character)
            if digit is None:
                return None
            found = found * 62 + digit
        found = self._back(found)
        while found >= SPACE:
            found = self._back(found)
        return found

    def _forward(self, numbers: Sequence[int]) -> list[int]:
        if not numbers:
            return []
        left = _planes([number >> _HALF for number in numbers])
        right = _planes([number & _MASK for number in numbers])
        for step in range(_ROUNDS):
            left, right = right, self._round(step, right, left)
        return [high << _HALF | low for high, low in zip(_whole(left), _whole(right), strict=True)]

    def _back(self, number: int) -> int:
        left, right = _planes([number >> _HALF]), _planes([number & _MASK])
        for step in reversed(range(_ROUNDS)):
            left, right = self._round(step, left, right), left
        return _whole(left)[0] << _HALF | _whole(right)[0]

    def _round(self, step: int, half: _Planes, other: _Planes) -> _Planes:
        """`other` with what the round makes of `half`."""
        n = len(half[0])
        blocks = bytearray(_BLOCK * n)
        for at, plane in enumerate(half):
            blocks[at::_BLOCK] = plane
        blocks[3::_BLOCK] = bytes((step,)) * n
        made = self._aes.encryptor().update(blocks)
        low, middle, top = (made[at::_BLOCK] for at in range(3))
        return (
            _exclusive(other[0], low),
            _exclusive(other[1], middle),
            _exclusive(other[2], top.translate(_TOP)),
        )


def _planes(halves: list[int]) -> _Planes:
    octets = array("I", halves).tobytes()
    return octets[0::4], octets[1::4], octets[2::4]


def _whole(planes: _Planes) -> "array[int]":
    octets = bytearray(4 * len(planes[0]))
    for at, plane in enumerate(planes):
        octets[at::4] = plane
    return array("I", bytes(octets))


def _exclusive(one: bytes, other: bytes) -> bytes:
    return (int.from_bytes(one) ^ int.from_bytes(other)).to_bytes(len(one))


def _texts(numbers: Sequence[int]) -> list[str]:
    pairs = _PAIRS
    return [
        f"{ALPHABET[number // _PAIR**3]}{pairs[number // _PAIR**2 % _PAIR]}"
        f"{pairs[number // _PAIR % _PAIR]}{pairs[number % _PAIR]}"
        for number in numbers
    ]

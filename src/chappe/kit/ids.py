"""Identifiers: uuidv7 keys, the prefixed form that users see, and the cipher that hides bigint keys.

Ordinary tables have uuidv7 keys, shown as `cmp_<32 hex>`. The hot tables have bigint keys (uuid keys cost
11% there); a bigint would tell a stranger how many messages were sent, so it is shown through one AES block.
"""

import hashlib
import os
import re
import threading
import time
from collections.abc import Sequence
from uuid import UUID

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

_HEX_LENGTH = 32
_HEX32 = re.compile(f"[0-9a-f]{{{_HEX_LENGTH}}}")
_BLOCK = 16
_TAG = 8
_RANDOM_BITS = 74  # rand_a (12) and rand_b (62) of RFC 9562 section 5.7


class _Uuid7Source:
    """RFC 9562 section 6.2, method 2: within a millisecond the random field is counted up by a random
    step.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._millisecond = 0
        self._field = 0

    def next(self) -> UUID:
        with self._lock:
            now = time.time_ns() // 1_000_000
            if now > self._millisecond:
                self._millisecond = now
                # The top bit starts at zero, which leaves room to count within the millisecond.
                self._field = int.from_bytes(os.urandom(10)) & ((1 << (_RANDOM_BITS - 1)) - 1)
            else:
                # The same millisecond, or a clock set back: keep the last one, so that order holds.
                self._field += 1 + int.from_bytes(os.urandom(4))
                if self._field >> _RANDOM_BITS:
                    self._millisecond += 1
                    self._field = int.from_bytes(os.urandom(9))
            return _compose(self._millisecond, self._field)


def _compose(millisecond: int, field: int) -> UUID:
    rand_a, rand_b = field >> 62, field & ((1 << 62) - 1)
    return UUID(int=(millisecond & ((1 << 48) - 1)) << 80 | 0x7 << 76 | rand_a << 64 | 0b10 << 62 | rand_b)


_source = _Uuid7Source()


def uuid7() -> UUID:
    """A new uuidv7, greater than every earlier one of this process."""
    return _source.next()


def public_id(prefix: str, key: UUID) -> str:
    """`cmp_<32 hex>`: the form of a uuid key outside the database."""
    return f"{prefix}_{key.hex}"


def parse_public_id(prefix: str, text: str) -> UUID | None:
    """The key, or None when the text is not an id with this prefix."""
    digits = _digits_after(prefix, text)
    return None if digits is None else UUID(hex=digits)


def _digits_after(prefix: str, text: str) -> str | None:
    """The 32 lower-case hex digits after `prefix_`. Upper case is refused: one thing has one id."""
    head, _, digits = text.rpartition("_")
    return digits if head == prefix and _is_hex32(digits) else None


def _is_hex32(text: str) -> bool:
    return _HEX32.fullmatch(text) is not None


class IdCipher:
    """A keyed one-to-one map between bigints and 128-bit ids, one key per installation.

    The block is an 8-byte tag of the kind, then the number. Blocks never repeat, so ECB (one block a
    message, no chaining) leaks nothing; the tag makes another kind's id, or a guessed one, fail to decode
    (one in 2**64 passes).
    """

    def __init__(self, key: bytes) -> None:
        if len(key) != _BLOCK:
            raise ValueError("the id cipher needs a key of 16 bytes")
        # A single known block per call: there is nothing for a mode to chain.
        self._cipher = Cipher(algorithms.AES(key), modes.ECB())  # noqa: S305
        self._tags: dict[str, bytes] = {}

    def encode(self, kind: str, number: int) -> str:
        """`msg_<32 hex>` for the bigint key of a row."""
        return f"{kind}_{self.hex(kind, number)}"

    def encode_many(self, kind: str, numbers: Sequence[int]) -> list[str]:
        """As `encode`, for a page of rows in one cipher call."""
        return [f"{kind}_{digits}" for digits in self.hex_many(kind, numbers)]

    def hex(self, kind: str, number: int) -> str:
        """The 32 digits alone, which Twilio's SIDs carry behind a prefix of their own."""
        return self.hex_many(kind, (number,))[0]

    def hex_many(self, kind: str, numbers: Sequence[int]) -> list[str]:
        tag = self._tag(kind)
        blocks = b"".join([tag + number.to_bytes(8, signed=True) for number in numbers])
        digits = self._cipher.encryptor().update(blocks).hex()
        return [digits[at : at + _HEX_LENGTH] for at in range(0, len(digits), _HEX_LENGTH)]

    def decode(self, kind: str, text: str) -> int | None:
        """The bigint, or None for a malformed or forged id, or one of another kind or installation."""
        digits = _digits_after(kind, text)
        return None if digits is None else self.from_hex(kind, digits)

    def from_hex(self, kind: str, digits: str) -> int | None:
        """As `decode`, for the 32 lower-case digits without a prefix."""
        if not _is_hex32(digits):
            return None
        block = self._cipher.decryptor().update(bytes.fromhex(digits))
        return int.from_bytes(block[_TAG:], signed=True) if block[:_TAG] == self._tag(kind) else None

    def _tag(self, kind: str) -> bytes:
        tag = self._tags.get(kind)
        if tag is None:
            tag = self._tags[kind] = hashlib.sha256(b"chappe id " + kind.encode()).digest()[:_TAG]
        return tag

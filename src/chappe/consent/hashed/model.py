"""How the hash of a number was made. Pure."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable, Sequence
from enum import StrEnum

import msgspec

from chappe.db.number_keys import NumberKey
from chappe.kit.crypto import sha256

DIGEST_BYTES = 32


class Algorithm(StrEnum):
    """OWN: of the number, under our key. The others: of what another system made of the number."""

    OWN = "own"
    SHA256 = "sha256"
    HMAC_SHA256 = "hmac_sha256"


class Spelling(StrEnum):
    """Of the number that another system hashed: 33612345678 or +33612345678."""

    DIGITS = "digits"
    PLUS = "plus"


class Making(msgspec.Struct, frozen=True):
    """How another system made its hashes. `secret`: the key of its HMAC."""

    algorithm: Algorithm
    spelling: Spelling = Spelling.DIGITS
    secret: bytes = b""

    def of(self, phone: int) -> bytes:
        text = f"+{phone}" if self.spelling is Spelling.PLUS else str(phone)
        if self.algorithm is Algorithm.HMAC_SHA256:
            return hmac.digest(self.secret, text.encode(), "sha256")
        return hashlib.sha256(text.encode()).digest()

    @property
    def fingerprint(self) -> bytes:
        """Tells one secret from another, and nothing of it."""
        return sha256(b"suppression secret" + self.secret)[:8] if self.secret else b""


OWN = Making(Algorithm.OWN)


class Scheme(msgspec.Struct, frozen=True):
    """How the hashes of a row were made: `secret` is sealed under the key `key_id`."""

    id: int
    key_id: str
    algorithm: Algorithm
    spelling: Spelling
    secret: bytes | None


def keyed(workspace_id: int, foreign: bytes, key: NumberKey) -> bytes:
    """What is kept of another system's hash: the same hash of another workspace looks different."""
    return key.digest(b"%d:" % workspace_id + foreign)


def hasher(workspace_id: int, scheme: Scheme, key: NumberKey) -> Callable[[Sequence[int]], list[bytes]]:
    """Makes the hashes of numbers that a scheme has, in order."""
    prefix, digest = b"%d:" % workspace_id, key.digest
    if scheme.algorithm is Algorithm.OWN:
        return lambda phones: [digest(b"%b%d" % (prefix, phone)) for phone in phones]
    secret = b"" if scheme.secret is None else key.unseal(scheme.secret)
    made = Making(scheme.algorithm, scheme.spelling, secret).of
    return lambda phones: [digest(prefix + made(phone)) for phone in phones]


def read_digest(text: str) -> bytes | None:
    """A SHA-256 as people write it: 64 hex digits or base64. None when it is neither."""
    text = text.strip().removeprefix("0x")
    try:
        found = (
            bytes.fromhex(text) if len(text) == 2 * DIGEST_BYTES else base64.b64decode(text, validate=True)
        )
    except (ValueError, binascii.Error):
        return None
    return found if len(found) == DIGEST_BYTES else None

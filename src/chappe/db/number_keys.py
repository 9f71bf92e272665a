"""The key ring under which numbers are hashed where only their hash is kept.

A number has so few digits that a plain hash of it is the number: who has the table has them all within a
minute. So hashes are keyed (HMAC-SHA256), and the keys are never in the database: they come from the setting
`suppression_keys`, or from `suppression.keys` in the data folder, one a line, the first of them the current
one. The last key of every ring is derived from the secret key: it is the current one where no other is given.
"""

import hashlib
import os
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from chappe.config.secret import KEY_BYTES, decode_key, encode_key
from chappe.config.settings import Settings
from chappe.db.errors import NumberKeyMissing
from chappe.db.keys import InstanceKeys
from chappe.kit.crypto import sha256

FILE_NAME: Final = "suppression.keys"
_ID_BYTES: Final = 4
_NONCE: Final = 12
_BLOCK: Final = 64  # of SHA-256, RFC 2104 section 2


class NumberKey:
    """One key. `id` names it in the database and tells nothing of it."""

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise ValueError("a key of numbers has 32 bytes")
        self.id = sha256(b"number key id" + key)[:_ID_BYTES].hex()
        self._sealing = AESGCM(sha256(b"number key seal" + key))
        # RFC 2104 with both pads hashed beforehand: 2.2 µs a number instead of 3.6 by hmac.digest (measured).
        padded = key.ljust(_BLOCK, b"\0")
        self._inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in padded))
        self._outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in padded))

    def digest(self, message: bytes) -> bytes:
        """HMAC-SHA256, 32 bytes."""
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(message)
        outer.update(inner.digest())
        return outer.digest()

    def seal(self, plain: bytes) -> bytes:
        nonce = os.urandom(_NONCE)
        return nonce + self._sealing.encrypt(nonce, plain, b"suppression scheme")

    def unseal(self, sealed: bytes) -> bytes:
        return self._sealing.decrypt(sealed[:_NONCE], sealed[_NONCE:], b"suppression scheme")


class NumberKeys:
    """The ring. A file is read again when it has changed: a key made by a command is used at once."""

    def __init__(
        self, keys: Sequence[bytes] = (), *, file: Path | None = None, last: bytes | None = None
    ) -> None:
        self._given = tuple(keys)
        self._file = file
        self._last = () if last is None else (last,)
        self._stamp: tuple[int, int] | None = None
        self._keys: dict[str, NumberKey] = {}
        self._read()

    @classmethod
    def of(cls, settings: Settings, keys: InstanceKeys) -> "NumberKeys":
        """Raises BadSettings when what is given is not such a key."""
        last = keys.sub("suppression")
        if settings.suppression_keys is None:
            return cls(file=settings.home / FILE_NAME, last=last)
        texts = settings.suppression_keys.reveal().split(",")
        return cls([decode_key(text, "suppression_keys") for text in texts], last=last)

    @property
    def ids(self) -> list[str]:
        """The current one first."""
        self._refresh()
        return list(self._keys)

    @property
    def current(self) -> NumberKey:
        """Raises NumberKeyMissing of a ring without keys."""
        self._refresh()
        for key in self._keys.values():
            return key
        raise missing("")

    def key(self, key_id: str) -> NumberKey:
        """Raises NumberKeyMissing: what was hashed under it cannot be looked up here."""
        if key_id not in self._keys:
            self._refresh()
        if key_id not in self._keys:
            raise missing(key_id)
        return self._keys[key_id]

    def _refresh(self) -> None:
        if _stamp(self._file) != self._stamp:
            self._read()

    def _read(self) -> None:
        self._stamp = _stamp(self._file)
        found = (*self._given, *_keys_in(self._file), *self._last)
        self._keys = {key.id: key for key in map(NumberKey, found)}


def missing(key_id: str) -> NumberKeyMissing:
    return NumberKeyMissing(
        f"The suppression list has numbers that are known by a hash alone, and the key of it is not here"
        f"{f' (key {key_id})' if key_id else ''}. Put {FILE_NAME} back into the data folder, or the key into "
        "CHAPPE_SUPPRESSION_KEYS. Until then nothing is sent that they might forbid."
    )


def add_key(home: Path) -> str:
    """Put a new key before those of the data folder's ring; its id. The file is on disk when this returns."""
    file = home / FILE_NAME
    new = secrets.token_bytes(KEY_BYTES)
    write_keys(file, [new, *_keys_in(file)])
    return NumberKey(new).id


def add_keys(home: Path, lines: str) -> None:
    """Put those keys of another ring that are not in the data folder's behind its own."""
    file = home / FILE_NAME
    there = _keys_in(file)
    found = [decode_key(line, FILE_NAME) for line in lines.split()]
    write_keys(file, list(dict.fromkeys([*there, *found])))


def write_keys(file: Path, keys: Sequence[bytes]) -> None:
    """Mode 0600; it replaces what is there whole or not at all."""
    aside = file.with_name(f"{file.name}.{os.getpid()}")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as out:
        out.write("".join(f"{encode_key(key)}\n" for key in keys))
        out.flush()
        os.fsync(out.fileno())
    aside.replace(file)


def _keys_in(file: Path | None) -> list[bytes]:
    if file is None or not file.exists():
        return []
    lines = file.read_text(encoding="ascii", errors="replace").split()
    return [decode_key(line, str(file)) for line in lines]


def _stamp(file: Path | None) -> tuple[int, int] | None:
    if file is None:
        return None
    try:
        status = file.stat()
    except FileNotFoundError:
        return None
    return status.st_mtime_ns, status.st_size


NO_KEYS: Final = NumberKeys()
"""Of programs that were given none: they look nothing up, and refuse where there is something to look up."""

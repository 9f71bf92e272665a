"""What the ledger commits to, without I/O: the leaf of an event, the header of a seal, and their hashes.

Everything that is hashed is canonical JSON: keys in order, no blanks, UTF-8 (as RFC 8785 has it for texts and
whole numbers, which are all there is).
"""

import hmac
import os
import struct
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import msgspec

from chappe.kit import merkle

SALT = 16
NO_SALT = bytes(SALT)
START = bytes(merkle.SIZE)
MOST_EVENTS = 4_096
"""Of a seal: a path has at most twelve steps, and what a proof reads is 200 kB."""
_SEAL_DOMAIN = b"chappe consent seal 1\n"


class Payload(msgspec.Struct, frozen=True, kw_only=True):
    """What is told of an event, in the order of its keys. `subject` tells two people apart and not who they
    are; `wording` and `evidence` are digests of what is shown beside the proof. Numbers are E.164.
    """

    at: str
    basis: str
    evidence: str | None
    imported: str | None
    phone: str | None
    purpose: str
    row: int | None
    source: str
    state: str
    subject: str
    wording: str | None


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """What a seal says of itself. `ids` is the digest of the events' keys; `workspace` its number."""

    at: str
    count: int
    ids: str
    previous: str
    root: str
    seal: int
    workspace: int


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """The end of a chain."""

    seq: int
    events: int
    hash: bytes


class Seal(msgspec.Struct, frozen=True, kw_only=True):
    """A seal as it is stored. `leaves` and `salts` are packed, in the order of `ids`."""

    seq: int
    at: datetime
    ids: list[int]
    leaves: bytes
    salts: bytes
    root: bytes
    previous: bytes
    hash: bytes
    mac: bytes

    def header(self, workspace_id: int) -> Header:
        return Header(
            at=instant(self.at),
            count=len(self.ids),
            ids=digest_of(self.ids).hex(),
            previous=self.previous.hex(),
            root=self.root.hex(),
            seal=self.seq,
            workspace=workspace_id,
        )

    def leaf(self, place: int) -> bytes:
        return self.leaves[place * merkle.SIZE : (place + 1) * merkle.SIZE]

    def salt(self, place: int) -> bytes:
        return self.salts[place * SALT : (place + 1) * SALT]

    def split(self) -> list[bytes]:
        """The leaves one by one."""
        return [self.leaf(place) for place in range(len(self.leaves) // merkle.SIZE)]


def canonical(value: Any) -> bytes:
    """The one way to write a value."""
    return msgspec.json.encode(value, order="sorted")


def instant(at: datetime) -> str:
    """In UTC to the microsecond."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def salts(count: int) -> bytes:
    """Random, packed."""
    return os.urandom(SALT * count)


def subject(salt: bytes, contact_id: int) -> str:
    """Binds the event to the contact's row, and tells nothing of it without the salt."""
    return sha256(salt + contact_id.to_bytes(8, "big")).hexdigest()[:32]


def leaf(salt: bytes, payload: bytes) -> bytes:
    return merkle.leaf_hash(salt + payload)


def digest_of(ids: list[int]) -> bytes:
    """Of the keys of a seal's events, eight octets each."""
    return sha256(struct.pack(f">{len(ids)}q", *ids)).digest()


def seal_hash(header: Header) -> bytes:
    return sha256(_SEAL_DOMAIN + canonical(header)).digest()


def mac(key: bytes, chained: bytes) -> bytes:
    """The keyed mark on a seal: who holds the database alone can make none."""
    return hmac.digest(key, _SEAL_DOMAIN + chained, "sha256")

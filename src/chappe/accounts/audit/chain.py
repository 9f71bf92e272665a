"""The chain, without I/O: what a row commits to, what its hash is made of, what a break looks like.

Each hash covers the hash before it, so that a row can be neither changed, moved, taken out nor put in without
every later hash being wrong; the last one is sealed with a key that is not in the database. The payload
enters as a salted commitment: emptied, it leaves the chain whole, and nobody can find it out by guessing.
"""

import hmac
import secrets
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from uuid import UUID

import msgspec

SALT = 16
START = bytes(32)
_DOMAIN = b"chappe audit 1\n"


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """What the chain covers of a row, and what it keeps beside it."""

    workspace_id: int
    id: UUID
    at: datetime
    actor_kind: str
    actor: str
    action: str
    target: str | None
    payload: str | None
    salt: bytes | None
    commitment: bytes
    seq: int | None = None
    hash: bytes | None = None


class Head(msgspec.Struct, frozen=True):
    """The end of a workspace's chain, as it was sealed."""

    seq: int
    hash: bytes
    seal: bytes


class Break(msgspec.Struct, frozen=True):
    """The first thing that is wrong: `seq` is its place, `why` a word of `WHYS`."""

    seq: int
    why: str


WHYS = {
    "missing": "the row is missing",
    "changed": "the row, or its place, was changed",
    "payload": "its before, after or origin was changed",
    "cut": "the chain ends too early",
    "seal": "the end of the chain was sealed by another hand",
}


def new_salt() -> bytes:
    return secrets.token_bytes(SALT)


def commitment(salt: bytes, payload: str) -> bytes:
    """32 bytes that bind to the payload and tell nothing of it."""
    return sha256(_DOMAIN + salt + payload.encode()).digest()


def next_hash(before: bytes, seq: int, row: Link) -> bytes:
    """The chain's hash up to this row, at this place."""
    covered = (
        row.workspace_id,
        seq,
        row.id.hex,
        row.at.astimezone(UTC).isoformat(timespec="microseconds"),
        row.actor_kind,
        row.actor,
        row.action,
        row.target,
        row.commitment.hex(),
    )
    return sha256(_DOMAIN + before + msgspec.json.encode(covered)).digest()


def seal(key: bytes, workspace_id: int, seq: int, end: bytes) -> bytes:
    """The keyed mark on a chain's end."""
    return hmac.digest(key, _DOMAIN + msgspec.json.encode((workspace_id, seq, end.hex())), "sha256")


class Verifier:
    """Reads a workspace's sealed rows in the order of `seq`, in batches, and stops at the first break."""

    def __init__(self) -> None:
        self.seq = 0
        self.hash = START
        self.erased = 0

    def read(self, rows: Sequence[Link]) -> Break | None:
        for row in rows:
            if found := next(self._complaints(row), None):
                return Break(self.seq + 1, found)
            assert row.hash is not None
            self.seq, self.hash = self.seq + 1, row.hash
            self.erased += row.payload is None
        return None

    def end(self, key: bytes, workspace_id: int, head: Head | None) -> Break | None:
        """What the sealed end says of what was read."""
        if head is None:
            return Break(1, "seal") if self.seq else None
        if not hmac.compare_digest(head.seal, seal(key, workspace_id, head.seq, head.hash)):
            return Break(head.seq, "seal")
        if (head.seq, head.hash) != (self.seq, self.hash):
            return Break(self.seq + 1, "cut")
        return None

    def _complaints(self, row: Link) -> Iterator[str]:
        if row.seq != self.seq + 1:
            yield "missing"
        if row.hash != next_hash(self.hash, self.seq + 1, row):
            yield "changed"
        if row.payload is not None and row.commitment != commitment(row.salt or b"", row.payload):
            yield "payload"

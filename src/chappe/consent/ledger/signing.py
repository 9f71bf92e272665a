"""Checkpoints: what a workspace signs, and the key that it signs with (Ed25519, RFC 8032)."""

from datetime import datetime
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from chappe.consent.ledger.model import canonical

FORMAT = "chappe consent checkpoint 1"
_DOMAIN = b"chappe consent checkpoint 1\n"
_PROOF_DOMAIN = b"chappe consent proof 1\n"
_HANDOVER_DOMAIN = b"chappe consent key 1\n"


class Statement(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is signed. `root`: of the tree over the hashes of the seals from `first_seal` to `last_seal`;
    `chain`: the hash of the last one; `events`: all that are sealed by then; `previous`: the digest of the
    statement before. `key`: the fingerprint of the key that signs.
    """

    at: str
    chain: str
    events: int
    first_seal: int
    format: str
    key: str
    last_seal: int
    number: int
    previous: str | None
    root: str
    workspace: int
    workspace_name: str

    def text(self) -> str:
        """As it is signed."""
        return canonical(self).decode()


class Checkpoint(msgspec.Struct, frozen=True, kw_only=True):
    """A checkpoint as it is stored: `statement` is the text that was signed, `time_stamp` the answer of an
    RFC 3161 authority. `problem`: why there is none yet, or no witness.
    """

    number: int
    at: datetime
    first_seal: int
    last_seal: int
    events: int
    key_id: UUID
    statement: str
    signature: bytes
    time_stamp: bytes | None = None
    stamped_at: datetime | None = None
    witnessed_at: datetime | None = None
    problem: str | None = None

    @property
    def stamped(self) -> bytes:
        """What an authority stamps: the statement with its signature."""
        return stamped(self.statement.encode(), self.signature)


class SigningKey(NamedTuple):
    id: UUID
    private: Ed25519PrivateKey

    @property
    def public(self) -> bytes:
        return self.private.public_key().public_bytes_raw()

    @property
    def fingerprint(self) -> str:
        return fingerprint(self.public)

    def sign(self, statement: Statement) -> bytes:
        return self.private.sign(_DOMAIN + statement.text().encode())

    def sign_handover(self, statement: str) -> bytes:
        return self.private.sign(_HANDOVER_DOMAIN + statement.encode())

    def sign_proof(self, content: bytes) -> bytes:
        return self.private.sign(_PROOF_DOMAIN + content)


def fingerprint(public: bytes) -> str:
    """What people compare: 32 hexadecimal digits."""
    return sha256(public).hexdigest()[:32]


def digest(statement: str) -> str:
    return sha256(statement.encode()).hexdigest()


def stamped(statement: bytes, signature: bytes) -> bytes:
    return statement + signature


def signed(public: bytes, statement: bytes, signature: bytes) -> bool:
    """Whether the key signed the statement."""
    return _verified(public, signature, _DOMAIN + statement)


def handover_signed(public: bytes, statement: str, signature: bytes) -> bool:
    """Whether the key handed over."""
    return _verified(public, signature, _HANDOVER_DOMAIN + statement.encode())


def proof_signed(public: bytes, content: bytes, signature: bytes) -> bool:
    """Whether the key signed the proof."""
    return _verified(public, signature, _PROOF_DOMAIN + content)


def _verified(public: bytes, signature: bytes, message: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True

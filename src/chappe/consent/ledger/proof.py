"""The proof of one person's consent, as a file: their events, and what binds each to a signed checkpoint.

Of other people it holds hashes alone. `checking.py` reads it with no database.
"""

from typing import Final

import msgspec

from chappe.consent.ledger.handover import Handover
from chappe.consent.ledger.model import Header, Payload, canonical
from chappe.consent.ledger.signing import Statement

FORMAT: Final = "chappe consent proof 1"


class _Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Digests, salts, keys and signatures are in hexadecimal."""


class ProvedEvent(_Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`place` of the event's leaf under the seal, and the `path` from it to the seal's root."""

    path: list[str]
    payload: Payload
    place: int
    salt: str
    seal: int


class ProvedSeal(_Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The `path` leads from the seal's hash to the root that the checkpoint signs."""

    checkpoint: int
    header: Header
    path: list[str]


class ProvedCheckpoint(_Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`time_stamp`: the answer of an RFC 3161 authority, in base64."""

    signature: str
    statement: Statement
    time_stamp: bytes | None


class ProvedHandover(_Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """By which an older key speaks for a newer one."""

    signature: str
    statement: Handover


class Content(_Part, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Everything that the file says. `evidence` and `wordings` are texts by their digest; `keys` public keys
    by their fingerprint; `handovers` are there when the workspace has had more than one key.
    """

    checkpoints: list[ProvedCheckpoint]
    contact: str
    events: list[ProvedEvent]
    evidence: dict[str, str]
    format: str
    handovers: list[ProvedHandover] = []
    keys: dict[str, str]
    made_at: str
    phone: str
    seals: list[ProvedSeal]
    signed_by: str
    wordings: dict[str, str]
    workspace: str


class Proof(_Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`signature` is on the canonical form of `proof`."""

    proof: Content
    signature: str


def encode(proof: Proof) -> bytes:
    """The file: canonical, so that a changed octet is seen whatever it means."""
    return canonical(proof)

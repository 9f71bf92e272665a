"""What a key signs when another takes its place, and how to read it, with no database."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

import msgspec

from chappe.consent.ledger import signing
from chappe.consent.ledger.model import canonical
from chappe.consent.ledger.signing import fingerprint

FORMAT: Final = "chappe consent key 1"


class Handover(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a key signs when it hands over to another: after checkpoint number `after`, `public_key` signs.
    `previous`: the fingerprint of the key that says so.
    """

    after: int
    at: str
    format: str
    previous: str
    public_key: str
    workspace: int


class PublicKey(NamedTuple):
    """`handover` of the key before to it, with that one's `signature`; None of the first."""

    id: UUID
    public_key: bytes
    created_at: datetime
    handover: str | None
    signature: bytes | None


def signer(keys: Sequence[PublicKey], number: int) -> bytes:
    """The public key that was to sign the checkpoint of that number, of `keys` that are not `first_wrong`."""
    found = b""
    for key in keys:
        told = None if key.handover is None else msgspec.json.decode(key.handover, type=Handover)
        if told is None or told.after < number:
            found = key.public_key
    return found


def first_wrong(keys: Sequence[PublicKey], workspace_id: int) -> int | None:
    """The place, from 1, of the first key to which the one before did not hand over; None: all is well."""
    for place, (before, key) in enumerate(zip([None, *keys], keys, strict=False), 1):
        if before is None:
            if key.handover is not None:
                return place
            continue
        told = read(key.handover, key.signature, before.public_key)
        if told is None or (told.public_key, told.workspace) != (key.public_key.hex(), workspace_id):
            return place
    return None


def read(statement: str | None, signature: bytes | None, before: bytes) -> Handover | None:
    """What the key `before` signed; None when it did not, or not in the one way to write it."""
    if statement is None or signature is None or not signing.handover_signed(before, statement, signature):
        return None
    try:
        told = msgspec.json.decode(statement, type=Handover)
    except msgspec.DecodeError:
        return None
    right = (told.format, told.previous) == (FORMAT, fingerprint(before))
    return told if right and canonical(told).decode() == statement else None


def spoken_for(
    keys: Mapping[str, bytes], handovers: Sequence[tuple[Handover, bytes]], last: str
) -> list[str]:
    """Fingerprints of `last` and of the keys before it, as far back as each handed over to the next."""
    to = {fingerprint(bytes.fromhex(told.public_key)): (told, signature) for told, signature in handovers}
    line = [last]
    while line[-1] in to:
        told, signature = to.pop(line[-1])
        before = keys.get(told.previous)
        if before is None or read(canonical(told).decode(), signature, before) is None:
            break
        line.append(told.previous)
    return line

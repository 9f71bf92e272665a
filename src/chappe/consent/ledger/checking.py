"""Reads a proof with nothing but the file: no database, no network, none of the sender's programs.

It answers what the file proves, or why it proves nothing. That the key is the sender's must be known from
elsewhere: its fingerprint is on the sender's page, and on everything that they ever signed.
"""

import sys
from collections.abc import Iterator, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Final

import msgspec
from cryptography.x509 import Certificate

from chappe.consent.errors import ProofRefused
from chappe.consent.evidence import Evidence
from chappe.consent.ledger import handover, model, signing, stamps
from chappe.consent.ledger.model import Payload
from chappe.consent.ledger.proof import (
    FORMAT,
    Content,
    Proof,
    ProvedCheckpoint,
    ProvedEvent,
    ProvedSeal,
    encode,
)
from chappe.kit import merkle

WHYS: Final = {
    "form": "The file is no proof, or was changed.",
    "signature": "The proof was not signed by the key that it names, or was changed after it was signed.",
    "key": "The proof is signed by another key than the one you named, which did not hand over to it either.",
    "event": "An event is not under the seal that it names.",
    "seal": "A seal is not under the checkpoint that it names.",
    "checkpoint": "A checkpoint was not signed by a key of the sender, or not in that key's time.",
    "text": "A wording or an evidence is not the one that the event names.",
    "time_stamp": "A time stamp is not on the checkpoint beside it, or not of an authority that you trust.",
}


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """An event that holds: `before` is the moment of the signed checkpoint over it, `stamped` that of the
    time-stamp authority, if it was asked.
    """

    payload: Payload
    words: str | None
    evidence: Evidence | None
    checkpoint: int
    before: str
    stamped: datetime | None


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """`trusted_stamps`: the authority's certificate was given and its signatures hold."""

    workspace: str
    contact: str
    phone: str
    made_at: str
    fingerprint: str
    events: list[Checked]
    trusted_stamps: bool


def check(file: bytes, *, fingerprint: str | None = None, roots: Sequence[Certificate] = ()) -> Verdict:
    """What `file` proves. ProofRefused with the reason. `fingerprint`: of the key that must have signed;
    `roots`: certificates of time-stamp authorities that are trusted.
    """
    proof = _read(file)
    content = proof.proof
    key = _key(content, content.signed_by)
    if not signing.proof_signed(key, model.canonical(content), _octets(proof.signature)):
        raise _refused("signature")
    line = _line(content)
    if fingerprint is not None and fingerprint.replace(" ", "").lower() not in line:
        raise _refused("key")
    checkpoints = {each.statement.number: _checkpoint(content, line, each) for each in content.checkpoints}
    stamps_of = {each.statement.number: _stamp(each, roots) for each in content.checkpoints}
    seals = {each.header.seal: _seal(each, checkpoints) for each in content.seals}
    _no_twice(content)
    events = list(_events(content, seals, checkpoints, stamps_of))
    return Verdict(
        workspace=content.workspace,
        contact=content.contact,
        phone=content.phone,
        made_at=content.made_at,
        fingerprint=content.signed_by,
        events=events,
        trusted_stamps=bool(roots) and any(stamps_of.values()),
    )


def _read(file: bytes) -> Proof:
    """Strictly: what is not written in the one canonical way was changed."""
    try:
        proof = msgspec.json.decode(file, type=Proof, strict=True)
        same = encode(proof) == file
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        raise _refused("form") from None
    if not same or proof.proof.format != FORMAT:
        raise _refused("form")
    return proof


def _key(content: Content, fingerprint: str) -> bytes:
    public = _octets(content.keys.get(fingerprint, ""))
    if signing.fingerprint(public) != fingerprint:
        raise _refused("signature")
    return public


def _line(content: Content) -> dict[str, range]:
    """The sender's keys, the last one first, with the numbers of the checkpoints that were each one's."""
    handovers = [(each.statement, _octets(each.signature)) for each in content.handovers]
    keys = {name: _key(content, name) for name in content.keys}
    until, line = sys.maxsize, {}
    begun = {signing.fingerprint(_octets(told.public_key)): told.after for told, _ in handovers}
    for name in handover.spoken_for(keys, handovers, content.signed_by):
        first = begun.get(name, 0) + 1
        line[name] = range(first, until)
        until = first
    return line


def _checkpoint(content: Content, line: dict[str, range], each: ProvedCheckpoint) -> ProvedCheckpoint:
    statement = each.statement
    public = _octets(content.keys.get(statement.key, ""))
    right = signing.fingerprint(public) == statement.key and statement.format == signing.FORMAT
    right = right and statement.number in line.get(statement.key, ())
    if not right or not signing.signed(public, statement.text().encode(), _octets(each.signature)):
        raise _refused("checkpoint")
    return each


def _stamp(each: ProvedCheckpoint, roots: Sequence[Certificate]) -> datetime | None:
    if each.time_stamp is None:
        return None
    message = signing.stamped(each.statement.text().encode(), _octets(each.signature))
    try:
        return stamps.read(each.time_stamp, message, roots)
    except stamps.BadStamp:
        raise _refused("time_stamp") from None


def _seal(each: ProvedSeal, checkpoints: dict[int, ProvedCheckpoint]) -> ProvedSeal:
    covering = checkpoints.get(each.checkpoint)
    if covering is None or covering.statement.workspace != each.header.workspace:
        raise _refused("seal")
    statement = covering.statement
    size = statement.last_seal - statement.first_seal + 1
    place = each.header.seal - statement.first_seal
    found = merkle.root_of(model.seal_hash(each.header), place, size, _path(each.path))
    if found is None or found.hex() != statement.root:
        raise _refused("seal")
    return each


def _events(
    content: Content,
    seals: dict[int, ProvedSeal],
    checkpoints: dict[int, ProvedCheckpoint],
    stamps_of: dict[int, datetime | None],
) -> Iterator[Checked]:
    for event in content.events:
        seal = seals.get(event.seal)
        if seal is None or not _under(event, seal):
            raise _refused("event")
        payload = event.payload
        told = _text(content.evidence, payload.evidence)
        yield Checked(
            payload=payload,
            words=_text(content.wordings, payload.wording),
            evidence=None if told is None else msgspec.json.decode(told, type=Evidence),
            checkpoint=seal.checkpoint,
            before=checkpoints[seal.checkpoint].statement.at,
            stamped=stamps_of[seal.checkpoint],
        )


def _under(event: ProvedEvent, seal: ProvedSeal) -> bool:
    leaf = model.leaf(_octets(event.salt), model.canonical(event.payload))
    found = merkle.root_of(leaf, event.place, seal.header.count, _path(event.path))
    return found is not None and found.hex() == seal.header.root


def _no_twice(content: Content) -> None:
    """One event shown twice would look like two."""
    places = [(event.seal, event.place) for event in content.events]
    numbers = [each.statement.number for each in content.checkpoints]
    seals = [each.header.seal for each in content.seals]
    for found in (places, numbers, seals):
        if len(set(found)) != len(found):
            raise _refused("form")


def _text(texts: dict[str, str], digest: str | None) -> str | None:
    if digest is None:
        return None
    text = texts.get(digest)
    if text is None or sha256(text.encode()).hexdigest() != digest:
        raise _refused("text")
    return text


def _path(steps: Sequence[str]) -> list[bytes]:
    return [_octets(step) for step in steps]


def _octets(text: str) -> bytes:
    """Of hexadecimal digits, in small letters: one value has one spelling."""
    try:
        octets = bytes.fromhex(text)
    except ValueError:
        raise _refused("form") from None
    if octets.hex() != text:
        raise _refused("form")
    return octets


def _refused(why: str) -> ProofRefused:
    return ProofRefused(WHYS[why], why=why)

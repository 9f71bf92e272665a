"""What the consent ledger looks like outside."""

from datetime import date, datetime
from typing import Any

import msgspec

from chappe.consent.evidence import Evidence
from chappe.consent.ledger.log import EVENT_ID, Entry
from chappe.consent.ledger.signing import Checkpoint, Statement
from chappe.contacts.model import CONTACT_ID
from chappe.kit.ids import IdCipher, public_id
from chappe.kit.phone import to_e164

_IMPORT_ID = "imp"
_INBOUND_ID = "mo"


class EvidenceView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How it came, as far as it was told. `raw` is the person's own text, `to` what it was written to;
    `question`: what they were asked by text before.
    """

    channel: str = ""
    raw: str = ""
    to: str = ""
    page: str = ""
    form: str = ""
    form_version: str = ""
    checkbox: str = ""
    language: str = ""
    zone: str = ""
    address: str = ""
    agent: str = ""
    campaign: str = ""
    actor: str = ""
    file: str = ""
    collected_on: date | None = None
    question: str = ""
    question_version: str = ""


class ConsentView(msgspec.Struct, frozen=True, kw_only=True):
    """A change of a consent. `purpose`: marketing, or topic: and the topic's key. `phone`: the number of that
    time. `words` were agreed to. `sealed`: it stands in the chain, which takes seconds. Of a person who was
    erased, what changed and when is all that is left.
    """

    id: str
    at: datetime
    contact_id: str | None
    phone: str | None
    purpose: str
    state: str
    basis: str
    source: str
    words: str | None
    evidence: EvidenceView | None
    import_id: str | None
    inbound_id: str | None
    row_number: int | None
    erased_at: datetime | None
    sealed: bool


class CheckpointView(msgspec.Struct, frozen=True, kw_only=True):
    """`statement` is what was signed: its canonical JSON with `signature` (Ed25519, hexadecimal) and the key
    of this `fingerprint` prove it. `time_stamp`: the answer of an RFC 3161 authority on both, in base64.
    """

    number: int
    at: datetime
    statement: Statement
    signature: str
    fingerprint: str
    time_stamp: bytes | None


class KeyView(msgspec.Struct, frozen=True, kw_only=True):
    """A key that the workspace signs with; `public_key` in hexadecimal, 32 octets."""

    fingerprint: str
    public_key: str
    created_at: datetime


class LedgerView(msgspec.Struct, frozen=True, kw_only=True):
    """`waiting` events are sealed within seconds; `checkpoint` is the newest."""

    events: int
    waiting: int
    keys: list[KeyView]
    checkpoint: CheckpointView | None


def consent_view(entry: Entry, ids: IdCipher) -> ConsentView:
    return ConsentView(
        id=ids.encode(EVENT_ID, entry.id),
        at=entry.at,
        contact_id=_id(ids, CONTACT_ID, entry.contact_id),
        phone=None if entry.phone is None else to_e164(entry.phone),
        purpose=entry.purpose,
        state=entry.state,
        basis=entry.basis,
        source=entry.source,
        words=entry.words,
        evidence=None if entry.evidence is None else _evidence(entry.evidence),
        import_id=None if entry.import_id is None else public_id(_IMPORT_ID, entry.import_id),
        inbound_id=_id(ids, _INBOUND_ID, entry.inbound_id),
        row_number=entry.row_number,
        erased_at=entry.erased_at,
        sealed=entry.sealed,
    )


def checkpoint_view(checkpoint: Checkpoint) -> CheckpointView:
    statement = msgspec.json.decode(checkpoint.statement, type=Statement)
    return CheckpointView(
        number=checkpoint.number,
        at=checkpoint.at,
        statement=statement,
        signature=checkpoint.signature.hex(),
        fingerprint=statement.key,
        time_stamp=checkpoint.time_stamp,
    )


def _id(ids: IdCipher, prefix: str, key: int | None) -> str | None:
    return None if key is None else ids.encode(prefix, key)


def _evidence(told: Evidence) -> EvidenceView:
    values: dict[str, Any] = {name: getattr(told, name) for name in told.__struct_fields__}
    return EvidenceView(**values)

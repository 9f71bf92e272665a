"""The proof of one contact: it verifies with no database, and no longer when any octet of it is another."""

from collections.abc import Callable
from datetime import timedelta

import msgspec
import pytest
from tests.db.consent.ledger.conftest import WORDS, Ledger

from chappe.consent.errors import NothingToProve, ProofRefused
from chappe.consent.ledger.checking import Verdict, check
from chappe.consent.ledger.checkpoints import EVERY, sign_due, signing_key
from chappe.consent.ledger.model import canonical
from chappe.consent.ledger.proof import Content, Proof, encode
from chappe.consent.ledger.proving import Prover
from chappe.consent.service import ledger_erase
from chappe.contacts import service as contacts

ANNA, BORIS = 33612345678, 33698765432


async def proof_of(ledger: Ledger, phone: int) -> bytes:
    async with ledger.database.engine_transaction() as conn:
        contact = (await contacts.by_phone(conn, ledger.here, [phone]))[phone]
    prover = Prover(ledger.database, ledger.keys, ledger.clock)
    return encode(await prover.prove(ledger.here, contact))


def holds(file: bytes) -> Verdict | None:
    try:
        return check(file)
    except ProofRefused:
        return None


async def lived(ledger: Ledger) -> None:
    """Two days of a small shop: an import, a STOP, a checkpoint, a START."""
    await ledger.granted([ANNA, BORIS, *range(33600000000, 33600000030)])
    await ledger.said(ANNA, "stop les SMS s'il vous plaît")
    await ledger.seal()
    assert await sign_due(ledger.database, ledger.keys, ledger.clock) == 1
    await ledger.said(ANNA, "START")


async def test_it_tells_all_of_one_person_and_nothing_of_the_others(ledger: Ledger) -> None:
    await lived(ledger)
    file = await proof_of(ledger, ANNA)
    verdict = check(file)
    told = [(each.payload.state, each.payload.phone, each.checkpoint) for each in verdict.events]
    anna = "+33612345678"
    assert told == [("granted", anna, 1), ("withdrawn", anna, 1), ("granted", anna, 2)]
    granted, withdrawn, again = verdict.events
    assert granted.words == WORDS
    assert (granted.payload.basis, granted.payload.source) == ("express", "shop form")
    assert withdrawn.evidence is not None
    assert withdrawn.evidence.raw == "stop les SMS s'il vous plaît"
    assert again.evidence is not None
    assert (verdict.workspace, verdict.phone, len(verdict.fingerprint)) == ("ACME", anna, 32)
    assert b"33698765432" not in file
    assert b"33600000" not in file


async def test_any_changed_octet_is_found(ledger: Ledger) -> None:
    await lived(ledger)
    file = await proof_of(ledger, ANNA)
    assert holds(file)
    for place in range(len(file)):
        for bit in (0x01, 0x20):
            other = file[:place] + bytes([file[place] ^ bit]) + file[place + 1 :]
            assert holds(other) is None, f"octet {place}: {file[place : place + 1]!r}"
    assert holds(file[:-1]) is None
    assert holds(file + b"\n") is None


def _later(content: Content) -> Content:
    event = content.events[1]
    payload = msgspec.structs.replace(event.payload, at="2020-01-01T00:00:00.000000Z")
    events = [content.events[0], msgspec.structs.replace(event, payload=payload), content.events[2]]
    return msgspec.structs.replace(content, events=events)


def _other_words(content: Content) -> Content:
    words = dict.fromkeys(content.wordings, "I agree to everything")
    return msgspec.structs.replace(content, wordings=words)


def _other_time(content: Content) -> Content:
    first = content.checkpoints[0]
    statement = msgspec.structs.replace(first.statement, at="2020-01-01T00:00:00.000000Z")
    changed = msgspec.structs.replace(first, statement=statement)
    return msgspec.structs.replace(content, checkpoints=[changed, *content.checkpoints[1:]])


def _moved(content: Content) -> Content:
    events = [msgspec.structs.replace(event, place=event.place ^ 1) for event in content.events]
    return msgspec.structs.replace(content, events=events)


def _twice(content: Content) -> Content:
    return msgspec.structs.replace(content, events=[*content.events, content.events[0]])


def _other_seal(content: Content) -> Content:
    first = content.seals[0]
    header = msgspec.structs.replace(first.header, at="2020-01-01T00:00:00.000000Z")
    changed = msgspec.structs.replace(first, header=header)
    return msgspec.structs.replace(content, seals=[changed, *content.seals[1:]])


@pytest.mark.parametrize(
    ("forge", "why"),
    [
        (_later, "event"),
        (_moved, "event"),
        (_other_words, "text"),
        (_other_time, "checkpoint"),
        (_other_seal, "seal"),
        (_twice, "form"),
    ],
)
async def test_who_holds_the_key_still_cannot_change_what_was_signed_before(
    ledger: Ledger, forge: Callable[[Content], Content], why: str
) -> None:
    """The sender signs the proof anew: what the old checkpoint covers stays what it was."""
    await lived(ledger)
    proof = msgspec.json.decode(await proof_of(ledger, ANNA), type=Proof)
    forged = forge(proof.proof)
    async with ledger.database.engine_transaction() as conn:
        key = await signing_key(conn, ledger.keys, ledger.here, ledger.clock.now())
    signed = Proof(proof=forged, signature=key.sign_proof(canonical(forged)).hex())
    with pytest.raises(ProofRefused) as refused:
        check(encode(signed))
    assert refused.value.params["why"] == why


async def test_another_key_than_the_one_that_was_named(ledger: Ledger) -> None:
    await lived(ledger)
    file = await proof_of(ledger, ANNA)
    fingerprint = check(file).fingerprint
    assert check(file, fingerprint=fingerprint.upper())
    with pytest.raises(ProofRefused) as refused:
        check(file, fingerprint="0" * 32)
    assert refused.value.params["why"] == "key"


async def test_who_is_erased_leaves_the_proofs_of_others(ledger: Ledger) -> None:
    await lived(ledger)
    before = await proof_of(ledger, BORIS)
    async with ledger.database.engine_transaction() as conn:
        await ledger_erase(conn, ledger.here, phones=[ANNA])
    assert holds(before)
    after = check(await proof_of(ledger, BORIS))
    assert [each.payload.state for each in after.events] == ["granted"]
    with pytest.raises(NothingToProve):
        await proof_of(ledger, ANNA)


async def test_a_checkpoint_a_day_where_something_happened(ledger: Ledger) -> None:
    async def signed() -> int:
        await ledger.seal()
        return await sign_due(ledger.database, ledger.keys, ledger.clock)

    await ledger.granted([ANNA])
    assert await signed() == 1
    await ledger.said(ANNA, "STOP")
    assert await signed() == 0
    ledger.clock.advance(EVERY.total_seconds() + 1)
    assert await signed() == 1
    ledger.clock.advance(timedelta(days=3).total_seconds())
    assert await signed() == 0

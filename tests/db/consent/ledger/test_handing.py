"""A new signing key: what older ones signed holds, and nobody signs in another's time."""

from collections.abc import Callable

import msgspec
import pytest
from tests.db.consent.ledger.conftest import Ledger
from tests.db.consent.ledger.test_proof import ANNA, holds, lived, proof_of
from tests.db.consent.ledger.test_verifying import tampered

from chappe.consent.errors import NothingToProve, ProofRefused
from chappe.consent.ledger import repo
from chappe.consent.ledger.checking import check
from chappe.consent.ledger.checkpoints import sign_due, signing_key
from chappe.consent.ledger.handing import hand_over
from chappe.consent.ledger.model import canonical
from chappe.consent.ledger.proof import Content, Proof, encode
from chappe.consent.ledger.verifying import Break, verify


async def fingerprint(ledger: Ledger) -> str:
    async with ledger.database.engine_transaction() as conn:
        return (await signing_key(conn, ledger.keys, ledger.here, ledger.clock.now())).fingerprint


async def handed_over(ledger: Ledger) -> None:
    async with ledger.database.engine_transaction() as conn:
        await hand_over(conn, ledger.keys, ledger.here, ledger.clock.now())


async def broken(ledger: Ledger) -> Break | None:
    [report] = [each async for each in verify(ledger.database, ledger.keys)]
    return report.broken


@pytest.fixture
async def line(ledger: Ledger) -> list[str]:
    """Three keys, of which each signed something of ANNA's; their fingerprints."""
    names = []
    await lived(ledger)
    for text in ("STOP", "START", "STOP"):
        names.append(await fingerprint(ledger))
        await ledger.said(ANNA, text)
        await ledger.seal()
        if len(names) < 3:
            await handed_over(ledger)
    ledger.clock.advance(2 * 86_400)
    assert await sign_due(ledger.database, ledger.keys, ledger.clock) == 1
    return names


async def test_any_key_that_was_published_vouches_for_the_last(ledger: Ledger, line: list[str]) -> None:
    file = await proof_of(ledger, ANNA)
    assert len(set(line)) == 3
    verdict = check(file)
    assert verdict.fingerprint == line[-1]
    assert len(verdict.events) == 6
    for name in line:
        assert check(file, fingerprint=name) == verdict
    with pytest.raises(ProofRefused, match="did not hand over"):
        check(file, fingerprint="0" * 32)
    assert await broken(ledger) is None


async def test_who_has_handed_over_can_sign_nothing_more(ledger: Ledger, line: list[str]) -> None:
    kept = "select private_key is null as gone from consent_key where workspace_id = $1 order by id"
    rows = await ledger.database.engine.fetch(kept, ledger.here)
    assert [row["gone"] for row in rows] == [True, True, False]


async def test_a_proof_from_before_holds_as_it_did(ledger: Ledger) -> None:
    await lived(ledger)
    before = await proof_of(ledger, ANNA)
    assert b"handovers" not in before
    await handed_over(ledger)
    assert check(before).fingerprint != await fingerprint(ledger)


def unspoken(content: Content) -> Content:
    return msgspec.structs.replace(content, handovers=content.handovers[:1])


def early(content: Content) -> Content:
    first, last = content.handovers
    moved = msgspec.structs.replace(first, statement=msgspec.structs.replace(first.statement, after=0))
    return msgspec.structs.replace(content, handovers=[moved, last])


@pytest.mark.parametrize("change", [unspoken, early])
async def test_a_line_that_is_not_whole_is_refused_though_the_last_key_signs_it(
    ledger: Ledger, line: list[str], change: Callable[[Content], Content]
) -> None:
    proof = msgspec.json.decode(await proof_of(ledger, ANNA), type=Proof)
    content = change(proof.proof)
    async with ledger.database.engine_transaction() as conn:
        key = await signing_key(conn, ledger.keys, ledger.here, ledger.clock.now())
    signed = Proof(proof=content, signature=key.sign_proof(canonical(content)).hex())
    assert holds(encode(signed)) is None
    assert holds(encode(proof)) is not None


TOUCHED = (
    ("handover = null, handover_signature = null", 2, 2),
    ("handover_signature = sha256('x') || sha256('y')", 3, 3),
    ("public_key = sha256('x')", 3, 3),
    ("public_key = sha256('x')", 1, 2),
    ("handover = replace(handover, '\"after\":2', '\"after\":9')", 2, 2),
)


async def test_reading_the_ledger_through_names_the_key(ledger: Ledger, line: list[str]) -> None:
    keys = "select id from consent_key order by id"
    ids = [row["id"] for row in await ledger.database.engine.fetch(keys)]
    await tampered(ledger, "create table was_key as table consent_key")
    for change, place, named in TOUCHED:
        await tampered(ledger, f"update consent_key set {change} where id = '{ids[place - 1]}'")
        assert await broken(ledger) == Break("key", named, "handover"), change
        await tampered(
            ledger,
            "update consent_key as k set (public_key, handover, handover_signature) ="
            " (select w.public_key, w.handover, w.handover_signature from was_key as w where w.id = k.id)",
        )
    assert await broken(ledger) is None


async def test_without_a_first_signature_there_is_nothing_to_hand_over(ledger: Ledger) -> None:
    async with ledger.database.engine_transaction() as conn:
        with pytest.raises(NothingToProve):
            await hand_over(conn, ledger.keys, ledger.here, ledger.clock.now())
        assert await repo.public_keys(conn, ledger.here) == []

"""Who stands outside: a real time-stamp authority, and a witness that keeps a file."""

from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
from cryptography.x509 import load_pem_x509_certificates
from tests.db.consent.ledger.authority import Authority
from tests.db.consent.ledger.conftest import Ledger

from chappe.consent.errors import ProofRefused
from chappe.consent.ledger import repo, signing
from chappe.consent.ledger.checking import check
from chappe.consent.ledger.checkpoints import sign_due
from chappe.consent.ledger.outside import Outside, tell
from chappe.consent.ledger.proof import encode
from chappe.consent.ledger.proving import Prover
from chappe.consent.ledger.signing import Checkpoint
from chappe.contacts import service as contacts
from chappe.kit.outbound import Outbound

ANNA = 33612345678
HERE = Outbound(["127.0.0.1"])


@pytest.fixture
async def authority(tmp_path: Path) -> AsyncIterator[tuple[Authority, str]]:
    made = Authority(tmp_path)
    server = await made.serve()
    async with server:
        yield made, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/stamp"


async def signed(ledger: Ledger) -> None:
    await ledger.granted([ANNA])
    await ledger.seal()
    assert await sign_due(ledger.database, ledger.keys, ledger.clock) == 1


async def last(ledger: Ledger) -> Checkpoint:
    async with ledger.database.engine_transaction() as conn:
        found = await repo.last_checkpoint(conn, ledger.here)
    assert found is not None
    return found


async def test_a_checkpoint_is_stamped_and_the_proof_holds_the_stamp(
    ledger: Ledger, authority: tuple[Authority, str]
) -> None:
    office, url = authority
    await signed(ledger)
    office.refuses = True
    assert await tell(ledger.database, Outside(url), ledger.clock, HERE) == 0
    assert (await last(ledger)).problem == "time_stamp: it answered 503"
    office.refuses = False
    assert await tell(ledger.database, Outside(url), ledger.clock, HERE) == 1
    assert await tell(ledger.database, Outside(url), ledger.clock, HERE) == 0
    stamped = await last(ledger)
    assert (stamped.problem, stamped.stamped_at is None) == (None, False)
    async with ledger.database.engine_transaction() as conn:
        contact = (await contacts.by_phone(conn, ledger.here, [ANNA]))[ANNA]
    file = encode(await Prover(ledger.database, ledger.keys, ledger.clock).prove(ledger.here, contact))
    roots = load_pem_x509_certificates(office.root.read_bytes())
    verdict = check(file, roots=roots)
    assert verdict.trusted_stamps
    assert verdict.events[0].stamped == stamped.stamped_at
    assert not check(file).trusted_stamps
    other = office.folder / "other"
    other.mkdir()
    strangers = load_pem_x509_certificates(Authority(other).root.read_bytes())
    with pytest.raises(ProofRefused) as refused:
        check(file, roots=strangers)
    assert refused.value.params["why"] == "time_stamp"


async def test_an_authority_that_does_not_answer_is_asked_again(ledger: Ledger) -> None:
    await signed(ledger)
    assert await tell(ledger.database, Outside("http://127.0.0.1:1/"), ledger.clock, HERE) == 0
    assert (await last(ledger)).problem == "time_stamp: it did not answer (ConnectError)"
    assert await tell(ledger.database, Outside(), ledger.clock, HERE) == 0


async def test_an_address_inside_is_not_called(ledger: Ledger, authority: tuple[Authority, str]) -> None:
    await signed(ledger)
    assert await tell(ledger.database, Outside(authority[1]), ledger.clock, Outbound()) == 0
    assert (await last(ledger)).problem == "time_stamp: its address leads into an internal network"


async def test_a_witness_keeps_each_checkpoint(ledger: Ledger, tmp_path: Path) -> None:
    file = tmp_path / "witness.jsonl"
    await signed(ledger)
    outside = Outside(None, str(file))
    assert await tell(ledger.database, outside, ledger.clock, HERE) == 1
    assert await tell(ledger.database, outside, ledger.clock, HERE) == 0
    (line,) = file.read_bytes().splitlines()
    kept = msgspec.json.decode(line)
    checkpoint = await last(ledger)
    assert kept["statement"] == checkpoint.statement
    public, signature = bytes.fromhex(kept["public_key"]), bytes.fromhex(kept["signature"])
    assert signing.signed(public, kept["statement"].encode(), signature)
    assert checkpoint.witnessed_at == ledger.clock.now()


async def test_a_witness_that_cannot_be_written_to_is_named(ledger: Ledger, tmp_path: Path) -> None:
    await signed(ledger)
    outside = Outside(None, str(tmp_path / "none" / "witness"))
    assert await tell(ledger.database, outside, ledger.clock, HERE) == 0
    assert ((await last(ledger)).problem or "").startswith("witness: ")

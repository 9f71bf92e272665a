"""Makes the proof of one contact's consent, and what it needs first: all of it sealed, and signed."""

from collections.abc import Sequence

import msgspec

from chappe.consent.errors import NothingToProve, ProofNotReady
from chappe.consent.ledger import model, repo, sealing
from chappe.consent.ledger.checkpoints import sign, signing_key
from chappe.consent.ledger.handover import Handover, PublicKey
from chappe.consent.ledger.model import NO_SALT, Seal
from chappe.consent.ledger.proof import (
    FORMAT,
    Content,
    Proof,
    ProvedCheckpoint,
    ProvedEvent,
    ProvedHandover,
    ProvedSeal,
)
from chappe.consent.ledger.signing import Checkpoint, Statement, fingerprint
from chappe.contacts.model import CONTACT_ID, Contact
from chappe.db.keys import InstanceKeys
from chappe.db.pool import Connection, Database
from chappe.kit import merkle
from chappe.kit.clock import Clock
from chappe.kit.phone import to_e164

# Seals made while somebody waits for a proof: enough for a list of a hundred thousand that was just read.
_MOST_SEALS = 30


class Prover:
    """Proofs of contacts of any workspace. It works as the engine: to sign takes the workspace's key."""

    def __init__(self, db: Database, keys: InstanceKeys, clock: Clock) -> None:
        self._db = db
        self._keys = keys
        self._clock = clock

    async def prove(self, workspace_id: int, contact: Contact) -> Proof:
        """NothingToProve when the ledger holds nothing of this contact; ProofNotReady while so much waits to
        be sealed that this must wait too.
        """
        async with self._db.engine_transaction() as conn:
            ids = await repo.events_of_people(conn, workspace_id, [contact.id], [])
        if not ids:
            raise NothingToProve("Nothing is on record of this contact's consent.")
        await self._seal(workspace_id)
        async with self._db.engine_transaction() as conn:
            seals = await _seals(conn, workspace_id, ids)
            checkpoints = await self._signed(conn, workspace_id, seals)
            return await self._proof(conn, workspace_id, contact, ids, seals, checkpoints)

    async def _seal(self, workspace_id: int) -> None:
        key = sealing.sealing_key(self._keys)
        for _ in range(_MOST_SEALS):
            async with self._db.engine_transaction() as conn:
                if not await sealing.seal_next(conn, key, self._clock, workspace_id):
                    return

    async def _signed(
        self, conn: Connection, workspace_id: int, seals: Sequence[Seal]
    ) -> dict[int, Checkpoint]:
        """The checkpoints that cover these seals, by number; one is made if the last does not."""
        found: dict[int, Checkpoint] = {}
        for seal in seals:
            checkpoint = await repo.checkpoint_of(conn, workspace_id, seal.seq)
            if checkpoint is None:
                checkpoint = await sign(conn, self._keys, workspace_id, self._clock.now())
            assert checkpoint is not None, "a seal that no checkpoint covers is there to be signed"
            found[checkpoint.number] = checkpoint
        return found

    async def _proof(
        self,
        conn: Connection,
        workspace_id: int,
        contact: Contact,
        ids: Sequence[int],
        seals: Sequence[Seal],
        checkpoints: dict[int, Checkpoint],
    ) -> Proof:
        now = self._clock.now()
        key = await signing_key(conn, self._keys, workspace_id, now)
        told = await repo.told_of(conn, workspace_id, ids)
        known = await repo.public_keys(conn, workspace_id)
        content = Content(
            checkpoints=[_proved_checkpoint(each) for _, each in sorted(checkpoints.items())],
            contact=self._keys.ids.encode(CONTACT_ID, contact.id),
            events=await _events(conn, workspace_id, ids, seals),
            evidence={each.evidence.hex(): each.data for each in told if each.evidence and each.data},
            format=FORMAT,
            handovers=[_proved_handover(each) for each in known[1:]],
            keys={fingerprint(each.public_key): each.public_key.hex() for each in known},
            made_at=model.instant(now),
            phone=to_e164(contact.phone),
            seals=[await _proved_seal(conn, workspace_id, seal, checkpoints) for seal in seals],
            signed_by=key.fingerprint,
            wordings={each.wording.hex(): each.words for each in told if each.wording and each.words},
            workspace=await repo.workspace_name(conn, workspace_id),
        )
        return Proof(proof=content, signature=key.sign_proof(model.canonical(content)).hex())


async def _seals(conn: Connection, workspace_id: int, ids: Sequence[int]) -> list[Seal]:
    """The seals on these events, in the order of the chain."""
    found: dict[int, Seal] = {}
    sealed: set[int] = set()
    for event in ids:
        if event in sealed:
            continue
        seal = await repo.seal_of(conn, workspace_id, event)
        if seal is None:
            raise ProofNotReady("Much was written just now and is being sealed. Ask again in a minute.")
        found[seal.seq] = seal
        sealed.update(seal.ids)
    return [seal for _, seal in sorted(found.items())]


async def _events(
    conn: Connection, workspace_id: int, ids: Sequence[int], seals: Sequence[Seal]
) -> list[ProvedEvent]:
    proved: dict[int, ProvedEvent] = {}
    groups = await repo.facts(conn, workspace_id, ids)
    leaves = {seal.seq: seal.split() for seal in seals}
    for seal in seals:
        places = {event: place for place, event in enumerate(seal.ids)}
        for group in groups:
            for event, contact_id, phone, row in zip(
                group.ids, group.contacts, group.phones, group.rows, strict=True
            ):
                if event not in places or seal.salt(places[event]) == NO_SALT:
                    continue
                place = places[event]
                salt = seal.salt(place)
                proved[event] = ProvedEvent(
                    path=[step.hex() for step in merkle.path(leaves[seal.seq], place)],
                    payload=sealing.payload_of(group, salt, contact_id, phone, row),
                    place=place,
                    salt=salt.hex(),
                    seal=seal.seq,
                )
    return [proved[event] for event in sorted(proved)]


async def _proved_seal(
    conn: Connection, workspace_id: int, seal: Seal, checkpoints: dict[int, Checkpoint]
) -> ProvedSeal:
    covering = next(each for each in checkpoints.values() if each.first_seal <= seal.seq <= each.last_seal)
    hashes = await repo.seal_hashes(conn, workspace_id, covering.first_seal, covering.last_seal)
    return ProvedSeal(
        checkpoint=covering.number,
        header=seal.header(workspace_id),
        path=[step.hex() for step in merkle.path(hashes, seal.seq - covering.first_seal)],
    )


def _proved_handover(key: PublicKey) -> ProvedHandover:
    assert key.handover is not None, "the first key alone has none"
    assert key.signature is not None, "it stands beside the statement"
    return ProvedHandover(
        signature=key.signature.hex(), statement=msgspec.json.decode(key.handover, type=Handover)
    )


def _proved_checkpoint(checkpoint: Checkpoint) -> ProvedCheckpoint:
    return ProvedCheckpoint(
        signature=checkpoint.signature.hex(),
        statement=msgspec.json.decode(checkpoint.statement, type=Statement),
        time_stamp=checkpoint.time_stamp,
    )

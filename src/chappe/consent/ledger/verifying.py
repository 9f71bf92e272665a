"""Reads the whole ledger of a workspace through, and names the first thing that is not as it was sealed."""

from array import array
from collections.abc import AsyncIterator, Iterator
from datetime import datetime

import msgspec

from chappe.consent.ledger import handover, model, repo, sealing, signing
from chappe.consent.ledger.model import NO_SALT, START, Seal
from chappe.consent.ledger.repo import Difference, Standing
from chappe.consent.ledger.signing import Checkpoint, Statement
from chappe.db.keys import InstanceKeys
from chappe.db.pool import Connection, Database
from chappe.kit import merkle

_SEALS = 16
_CHECKPOINTS = 100
_KEYS = 50_000
_DIFFERENCES = 20

WHYS = {
    "missing": "it is missing",
    "changed": "it was changed after it was sealed",
    "unknown": "it was put in beside the ledger",
    "mac": "it was made by another hand",
    "cut": "the chain ends too early",
    "signature": "it is not signed by the workspace's key",
    "handover": "the key before did not hand over to it",
    "chain": "the chain is another than the one that was signed",
}


class Break(msgspec.Struct, frozen=True):
    """The first thing that is wrong: the `key` of an event, a seal or a checkpoint; `why` of WHYS."""

    thing: str
    key: int
    why: str


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """`differences`: where what holds is not what the ledger says last, twenty at most."""

    workspace_id: int
    name: str
    events: int
    erased: int
    waiting: int
    checkpoints: int
    last_checkpoint: datetime | None
    broken: Break | None
    differences: list[Difference]


class _Found(Exception):
    """What reading ends with."""

    def __init__(self, thing: str, key: int, why: str) -> None:
        super().__init__(why)
        self.broken = Break(thing, key, why)


async def verify(db: Database, keys: InstanceKeys) -> AsyncIterator[Report]:
    """Every workspace's ledger. A break is in the report, not raised."""
    async with db.engine_transaction() as conn:
        workspaces = await repo.workspaces(conn)
    for workspace_id, name in workspaces:
        yield await _Reading(db, keys, workspace_id, name).report()


class _Reading:
    """One workspace's ledger while it is read."""

    def __init__(self, db: Database, keys: InstanceKeys, workspace_id: int, name: str) -> None:
        self._db = db
        self._mac = sealing.sealing_key(keys)
        self._here = workspace_id
        self._name = name
        self._seq, self._hash = 0, START
        self._hashes: list[bytes] = []
        self._ids = array("q")
        self._erased = 0
        self._checkpoints: list[Checkpoint] = []

    async def report(self) -> Report:
        async with self._db.engine_transaction() as conn:
            # Before the seals: a worker that seals meanwhile adds behind this end.
            standing = await repo.standing(conn, self._here)
            differences = await repo.differences(conn, self._here, _DIFFERENCES)
        broken: Break | None = None
        try:
            await self._read_seals(standing)
            await self._read_checkpoints(standing)
            await self._look_for_more(standing)
        except _Found as found:
            broken = found.broken
        last = self._checkpoints[-1].at if self._checkpoints else None
        return Report(
            workspace_id=self._here,
            name=self._name,
            events=standing.events,
            erased=self._erased,
            waiting=standing.waiting,
            checkpoints=len(self._checkpoints),
            last_checkpoint=last,
            broken=broken,
            differences=differences,
        )

    async def _read_seals(self, standing: Standing) -> None:
        while self._seq < standing.seq:
            async with self._db.engine_transaction() as conn:
                seals = await repo.seals_after(conn, self._here, self._seq, _SEALS)
                for seal in seals:
                    if seal.seq > standing.seq:
                        break
                    await self._read(conn, seal)
            if not seals:
                raise _Found("seal", self._seq + 1, "missing")
        if standing.hash is not None and standing.hash != self._hash:
            raise _Found("seal", self._seq, "cut")
        if len(self._ids) != standing.sealed:
            raise _Found("seal", self._seq, "cut")

    async def _read(self, conn: Connection, seal: Seal) -> None:
        if why := next(self._complaints(seal), None):
            raise _Found("seal", self._seq + 1, why)
        salts = {event: seal.salt(place) for place, event in enumerate(seal.ids)}
        leaves = dict(zip(seal.ids, seal.split(), strict=True))
        found = dict(sealing.leaves_of(await repo.facts(conn, self._here, seal.ids), salts))
        existing = await repo.existing(conn, self._here, seal.ids)
        for event in seal.ids:
            if event not in existing:
                raise _Found("event", event, "missing")
            erased = salts[event] == NO_SALT
            if erased != (event not in found) or (not erased and found[event] != leaves[event]):
                raise _Found("event", event, "changed")
            self._erased += erased
        self._ids.extend(seal.ids)
        self._hashes.append(seal.hash)
        self._seq, self._hash = seal.seq, seal.hash

    def _complaints(self, seal: Seal) -> Iterator[str]:
        if seal.seq != self._seq + 1 or seal.previous != self._hash:
            yield "missing"
        counts = len(seal.ids) * merkle.SIZE, len(seal.ids) * model.SALT
        if (len(seal.leaves), len(seal.salts)) != counts or merkle.root(seal.split()) != seal.root:
            yield "changed"
        if model.seal_hash(seal.header(self._here)) != seal.hash:
            yield "changed"
        if model.mac(self._mac, seal.hash) != seal.mac:
            yield "mac"

    async def _read_checkpoints(self, standing: Standing) -> None:
        async with self._db.engine_transaction() as conn:
            keys = await repo.public_keys(conn, self._here)
        if place := handover.first_wrong(keys, self._here):
            raise _Found("key", place, "handover")
        number, before = 0, None
        while number < standing.checkpoints:
            async with self._db.engine_transaction() as conn:
                more = await repo.checkpoints_after(conn, self._here, number, _CHECKPOINTS)
            for each in more:
                if each.number > standing.checkpoints:
                    return  # signed while this was read
                if each.last_seal > standing.seq:
                    raise _Found("seal", self._seq + 1, "cut")
                self._check(each, handover.signer(keys, each.number), before)
                number, before = each.number, each.statement
                self._checkpoints.append(each)
            if not more:
                raise _Found("checkpoint", number + 1, "missing")

    def _check(self, each: Checkpoint, public: bytes, before: str | None) -> None:
        place = len(self._checkpoints) + 1
        text = each.statement.encode()
        if each.number != place:
            raise _Found("checkpoint", place, "missing")
        if not signing.signed(public, text, each.signature):
            raise _Found("checkpoint", place, "signature")
        statement = msgspec.json.decode(text, type=Statement)
        covered = self._hashes[statement.first_seal - 1 : statement.last_seal]
        right = (
            statement.number == place
            and statement.workspace == self._here
            and (statement.first_seal, statement.last_seal) == (each.first_seal, each.last_seal)
            and statement.previous == (None if before is None else signing.digest(before))
            and statement.root == merkle.root(covered).hex()
            and statement.chain == covered[-1].hex()
        )
        if not right:
            raise _Found("checkpoint", place, "chain")

    async def _look_for_more(self, standing: Standing) -> None:
        """Events that neither a seal nor the list of those that wait knows."""
        if standing.events == standing.sealed + standing.waiting:
            return
        async with self._db.engine_transaction() as conn:
            known = set(self._ids) | await repo.unsealed_keys(conn, self._here)
            after = 0
            while keys := await repo.event_keys(conn, self._here, after, _KEYS):
                for key in keys:
                    if key not in known:
                        raise _Found("event", key, "unknown")
                after = keys[-1]

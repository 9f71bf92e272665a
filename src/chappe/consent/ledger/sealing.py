"""The worker's part: events get their place under a seal, and the seal its place in the chain.

Which events wait is written by the statement that writes them. So a STOP is sealed when it is there, whatever
keys an import has drawn that is still running; and of all that wait, what came in small is taken first.
"""

import asyncio
from collections.abc import Iterator, Sequence
from uuid import UUID

import msgspec
import structlog

from chappe.consent.ledger import model, repo
from chappe.consent.ledger.model import MOST_EVENTS, NO_SALT, SALT, START, Head, Payload, Seal
from chappe.consent.ledger.repo import Facts, Waiting
from chappe.db.errors import ServerGone
from chappe.db.keys import InstanceKeys
from chappe.db.pool import Connection, Database
from chappe.kit import merkle
from chappe.kit.clock import Clock
from chappe.kit.ids import public_id
from chappe.kit.phone import to_e164

log = structlog.get_logger(__name__)

# Five seconds are promised.
_INTERVAL = 1.0
_GROUPS = 1_000
_IMPORT_ID = "imp"


def sealing_key(keys: InstanceKeys) -> bytes:
    return keys.sub("consent seal")


async def keep_sealing(db: Database, keys: InstanceKeys, clock: Clock) -> None:
    """For ever: what happened to a consent is sealed within a few seconds. Any number of workers may."""
    key = sealing_key(keys)
    while True:
        try:
            while await seal_waiting(db, key, clock):
                pass
        except ServerGone as problem:
            log.warning("consent_ledger_waits", reason=problem.detail)
        except Exception as error:
            # The worker has other work, whatever became of the ledger: `chappe consent verify` says what.
            log.error("consent_not_sealed", error=str(error), exc_info=error)
        await asyncio.sleep(_INTERVAL)


async def seal_waiting(db: Database, key: bytes, clock: Clock) -> int:
    """A seal for each workspace in which events wait, a transaction each; how many events."""
    async with db.engine_transaction() as conn:
        workspaces = await repo.unsealed_workspaces(conn)
    sealed = 0
    for workspace_id in workspaces:
        async with db.engine_transaction() as conn:
            sealed += await seal_next(conn, key, clock, workspace_id)
    return sealed


async def seal_next(conn: Connection, key: bytes, clock: Clock, workspace_id: int) -> int:
    """One seal on what waits in a workspace, as the engine's role; how many events."""
    head = await repo.lock_head(conn, workspace_id, START)
    groups = _fitting(await repo.unsealed(conn, workspace_id, _GROUPS))
    ids = sorted(key for group in groups for key in group.ids)
    if not ids:
        return 0
    facts = await repo.facts(conn, workspace_id, ids)
    seal = await asyncio.to_thread(_sealed, workspace_id, head, ids, facts, key, clock)
    await repo.add_seal(conn, workspace_id, seal, head.events + len(ids))
    await repo.unsealed_done(conn, workspace_id, [group.id for group in groups])
    return len(ids)


def leaves_of(facts: Sequence[Facts], salts: dict[int, bytes]) -> Iterator[tuple[int, bytes]]:
    """The commitment of each event, by its key, with the salts of all.

    What a group shares is written once: a million imported consents differ in four values each.
    """
    for group in facts:
        written = _template(group)
        columns = zip(group.ids, group.contacts, group.phones, group.rows, strict=True)
        for event_id, contact_id, phone, row in columns:
            salt = salts[event_id]
            told = (
                b"null" if phone is None else b'"+%d"' % phone,
                b"null" if row is None else b"%d" % row,
                model.subject(salt, contact_id).encode(),
            )
            yield event_id, model.leaf(salt, written % told)


def _template(facts: Facts) -> bytes:
    """The canonical payload of a group, with places for the number, the row and the subject."""
    shared = model.canonical(_payload(facts, phone="\x00", row=0, subject="\x00"))
    escaped = shared.replace(b"%", b"%%")
    for place in (b'"phone":"\\u0000"', b'"row":0', b'"subject":"\\u0000"'):
        name, _, value = place.partition(b":")
        kept = b'"%s"' if value.startswith(b'"') and name == b'"subject"' else b"%s"
        escaped = escaped.replace(place, name + b":" + kept, 1)
    return escaped


def payload_of(facts: Facts, salt: bytes, contact_id: int, phone: int | None, row: int | None) -> Payload:
    """What is told of one event of the group."""
    number = None if phone is None else to_e164(phone)
    return _payload(facts, phone=number, row=row, subject=model.subject(salt, contact_id))


def _payload(facts: Facts, *, phone: str | None, row: int | None, subject: str) -> Payload:
    return Payload(
        at=model.instant(facts.at),
        basis=facts.basis,
        evidence=_hex(facts.evidence),
        imported=_import(facts.import_id),
        phone=phone,
        purpose=facts.purpose,
        row=row,
        source=facts.source,
        state=facts.state,
        subject=subject,
        wording=_hex(facts.wording),
    )


def _fitting(groups: Sequence[Waiting]) -> list[Waiting]:
    """As many as one seal holds, and one at least: no group has more than that."""
    taken: list[Waiting] = []
    count = 0
    for group in groups:
        count += len(group.ids)
        if taken and count > MOST_EVENTS:
            break
        taken.append(group)
    return taken


def _sealed(
    workspace_id: int, head: Head, ids: list[int], facts: Sequence[Facts], key: bytes, clock: Clock
) -> Seal:
    packed = model.salts(len(ids))
    salts = {event: packed[at * SALT : (at + 1) * SALT] for at, event in enumerate(ids)}
    found = dict(leaves_of(facts, salts))
    # Who was erased before the seal has nothing to commit to: their place is kept by chance.
    leaves = [found.get(event) or merkle.leaf_hash(salts[event]) for event in ids]
    kept = b"".join([salts[event] if event in found else NO_SALT for event in ids])
    draft = Seal(
        seq=head.seq + 1,
        at=clock.now(),
        ids=ids,
        leaves=b"".join(leaves),
        salts=kept,
        root=merkle.root(leaves),
        previous=head.hash,
        hash=b"",
        mac=b"",
    )
    chained = model.seal_hash(draft.header(workspace_id))
    return msgspec.structs.replace(draft, hash=chained, mac=model.mac(key, chained))


def _hex(digest: bytes | None) -> str | None:
    return None if digest is None else digest.hex()


def _import(import_id: UUID | None) -> str | None:
    return None if import_id is None else public_id(_IMPORT_ID, import_id)

"""Once a day each workspace signs the end of its chain: from then on the past cannot be written anew."""

import asyncio
from datetime import datetime, timedelta
from typing import Final

import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from chappe.consent.ledger import repo, signing
from chappe.consent.ledger.model import START, instant
from chappe.consent.ledger.outside import Outside, tell
from chappe.consent.ledger.repo import StoredKey
from chappe.consent.ledger.signing import Checkpoint, SigningKey, Statement
from chappe.db.errors import ServerGone
from chappe.db.keys import InstanceKeys
from chappe.db.pool import Connection, Database
from chappe.kit import merkle
from chappe.kit.clock import Clock
from chappe.kit.ids import uuid7
from chappe.kit.outbound import Outbound

log = structlog.get_logger(__name__)

EVERY: Final = timedelta(days=1)
_LOOK_SECONDS = 60.0


async def keep_signing(
    db: Database, keys: InstanceKeys, clock: Clock, outside: Outside, outbound: Outbound
) -> None:
    """For ever: a checkpoint a day for each workspace in which something was sealed; the first one at
    once. Who stands outside is told of each.
    """
    while True:
        try:
            await sign_due(db, keys, clock)
            await tell(db, outside, clock, outbound)
        except ServerGone as problem:
            log.warning("consent_checkpoints_wait", reason=problem.detail)
        except Exception as error:
            log.error("consent_not_signed", error=str(error), exc_info=error)
        await asyncio.sleep(_LOOK_SECONDS)


async def sign_due(db: Database, keys: InstanceKeys, clock: Clock) -> int:
    """How many checkpoints were made."""
    async with db.engine_transaction() as conn:
        due = await repo.checkpoints_due(conn, clock.now() - EVERY)
    for workspace_id in due:
        async with db.engine_transaction() as conn:
            await sign(conn, keys, workspace_id, clock.now())
    return len(due)


async def sign(conn: Connection, keys: InstanceKeys, workspace_id: int, now: datetime) -> Checkpoint | None:
    """Sign what was sealed since the last checkpoint, as the engine's role; None when nothing was."""
    head = await repo.lock_head(conn, workspace_id, START)
    last = await repo.last_checkpoint(conn, workspace_id)
    first = 1 if last is None else last.last_seal + 1
    if head.seq < first:
        return None
    key = await signing_key(conn, keys, workspace_id, now)
    hashes = await repo.seal_hashes(conn, workspace_id, first, head.seq)
    statement = Statement(
        at=instant(now),
        chain=head.hash.hex(),
        events=head.events,
        first_seal=first,
        format=signing.FORMAT,
        key=key.fingerprint,
        last_seal=head.seq,
        number=1 if last is None else last.number + 1,
        previous=None if last is None else signing.digest(last.statement),
        root=merkle.root(hashes).hex(),
        workspace=workspace_id,
        workspace_name=await repo.workspace_name(conn, workspace_id),
    )
    new = Checkpoint(
        number=statement.number,
        at=now,
        first_seal=first,
        last_seal=head.seq,
        events=head.events,
        key_id=key.id,
        statement=statement.text(),
        signature=key.sign(statement),
    )
    await repo.add_checkpoint(conn, workspace_id, new)
    return new


async def signing_key(conn: Connection, keys: InstanceKeys, workspace_id: int, now: datetime) -> SigningKey:
    """The workspace's key, made now if it has none. The caller holds the end of the chain."""
    stored = await repo.key(conn, workspace_id)
    if stored is None:
        private = Ed25519PrivateKey.generate()
        made = SigningKey(uuid7(), private)
        sealed = seal_private(keys, workspace_id, private)
        await repo.add_key(conn, workspace_id, StoredKey(made.id, made.public, sealed), now)
        return made
    plain = keys.unseal(stored.private_key, context=_context(workspace_id))
    return SigningKey(stored.id, Ed25519PrivateKey.from_private_bytes(plain))


def seal_private(keys: InstanceKeys, workspace_id: int, private: Ed25519PrivateKey) -> bytes:
    """As it is stored."""
    return keys.seal(private.private_bytes_raw(), context=_context(workspace_id))


def _context(workspace_id: int) -> str:
    return f"consent_key.private_key {workspace_id}"

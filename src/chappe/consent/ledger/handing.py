"""Handing over to a new signing key: the old one signs that the new one speaks for the workspace from now on.

So who knows the fingerprint of any key that the workspace ever published can believe what the last one signs.
The old key signs what is still unsigned, and then its private half is forgotten: nobody can sign a past
with it later. A key that was stolen before is not saved by that; what it signed is, where a time stamp or a
witness says that it was earlier.
"""

from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from chappe.consent.errors import NothingToProve
from chappe.consent.ledger import repo
from chappe.consent.ledger.checkpoints import seal_private, sign, signing_key
from chappe.consent.ledger.handover import FORMAT, Handover, PublicKey
from chappe.consent.ledger.model import canonical, instant
from chappe.consent.ledger.repo import StoredKey
from chappe.db.keys import InstanceKeys
from chappe.db.pool import Connection
from chappe.kit.ids import uuid7

signing_workspaces = repo.signing_workspaces


async def hand_over(conn: Connection, keys: InstanceKeys, workspace_id: int, now: datetime) -> PublicKey:
    """Make a new key, to which the one before hands over. As the engine's role; the end of the chain is held
    until the transaction ends. NothingToProve where nothing was ever signed.
    """
    await sign(conn, keys, workspace_id, now)
    last = await repo.last_checkpoint(conn, workspace_id)
    if last is None:
        raise NothingToProve("Nothing was signed here yet: the first checkpoint makes the key.")
    before = await signing_key(conn, keys, workspace_id, now)
    private = Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes_raw()
    handover = Handover(
        after=last.number,
        at=instant(now),
        format=FORMAT,
        previous=before.fingerprint,
        public_key=public.hex(),
        workspace=workspace_id,
    )
    made = StoredKey(uuid7(), public, seal_private(keys, workspace_id, private))
    text = canonical(handover).decode()
    signature = before.sign_handover(text)
    await repo.add_key(conn, workspace_id, made, now, handover=(text, signature))
    await repo.forget_private_key(conn, workspace_id, before.id)
    return PublicKey(made.id, public, now, text, signature)

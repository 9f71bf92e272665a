"""A person's right to be forgotten, which leaves the ledger whole.

Who it was, the words, the evidence and the salt go. The commitment stays, and tells nothing without its salt:
the proofs of everybody else, and the chain, verify as before.
"""

from collections.abc import Sequence

from chappe.consent.ledger import repo
from chappe.consent.ledger.model import NO_SALT, SALT, START
from chappe.db.pool import Connection


async def erase(
    conn: Connection, workspace_id: int, *, contact_ids: Sequence[int] = (), phones: Sequence[int] = ()
) -> int:
    """Empty every event of these contacts and numbers, as the engine's role; how many there were."""
    # Before anything is read: a seal that is being made would keep the salt.
    await repo.lock_head(conn, workspace_id, START)
    ids = await repo.events_of_people(conn, workspace_id, contact_ids, phones)
    if not ids:
        return 0
    await repo.erase_events(conn, workspace_id, ids)
    waiting = set(ids)
    while waiting:
        seal = await repo.seal_of(conn, workspace_id, next(iter(waiting)))
        if seal is None:
            # Not sealed yet: the seal to come finds nothing to commit to.
            waiting.pop()
            continue
        salts = bytearray(seal.salts)
        for place, event in enumerate(seal.ids):
            if event in waiting:
                salts[place * SALT : (place + 1) * SALT] = NO_SALT
                waiting.remove(event)
        await repo.empty_salts(conn, workspace_id, seal.seq, bytes(salts))
    return len(ids)

"""Codes that were used become conversions of the messages that brought them."""

from collections.abc import Sequence
from typing import Final

from chappe.db.pool import Connection, Database
from chappe.offers import repo
from chappe.offers.model import CodeTold
from chappe.tracking.conversions import settling
from chappe.tracking.conversions.settling import Coded, Touched, Used

_MOST: Final = 1_000


async def settle_sold(db: Database) -> int:
    """One short transaction; how many events, answers and uses of codes it took."""
    async with db.engine_transaction() as conn:
        done = await settling.settle(conn, messages_of)
        if await repo.uses_wait(conn) and await settling.alone(conn):
            uses = [Used._make(row) for row in await repo.take_uses(conn, _MOST)]
            await settling.add_uses(conn, uses)
            done += len(uses)
        return done


async def messages_of(conn: Connection, events: Sequence[Coded]) -> dict[int, Touched]:
    """The messages that brought the codes of events; the codes are used from then on."""
    found: dict[int, Touched] = {}
    used = []
    for workspace_id in {event.workspace_id for event in events}:
        own = [event for event in events if event.workspace_id == workspace_id]
        words = {code.strip().upper() for event in own for code in event.codes}
        known = {one.code.upper(): one for one in await repo.told(conn, workspace_id, list(words))}
        for event in own:
            for one in _known(event, known):
                used.append((workspace_id, one, event.at))
                if one.message_id is not None:
                    found.setdefault(event.position, Touched(one.message_id, one.run_id))
    for workspace_id in {here for here, *_ in used}:
        first = {(one.offer_id, one.n): at for here, one, at in reversed(used) if here == workspace_id}
        await repo.use(conn, workspace_id, [(*key, at) for key, at in first.items()])
    return found


def _known(event: Coded, known: dict[str, CodeTold]) -> list[CodeTold]:
    return [known[code.strip().upper()] for code in event.codes if code.strip().upper() in known]

"""A merge through every room: contacts, what they did, what they agreed to. Nothing here commits.

Consents stay with their numbers, and the stricter wins: what one of the two withdrew, the person withdrew;
the smaller of two frequencies is the one they want, and what either was promised counts under caps.
Suppressions are of numbers, and both stay. Messages and conversations stay with the number they went to.
"""

from typing import Final

from chappe.consent.model import ConsentState
from chappe.consent.topics import frequency, holding
from chappe.consent.topics.frequency import SetBy
from chappe.consent.topics.holding import Change
from chappe.contacts.events import By
from chappe.contacts.merges import service as merges
from chappe.contacts.merges.service import Undone
from chappe.contacts.model import Contact
from chappe.db.pool import Connection
from chappe.events import service as events
from chappe.gate import promises
from chappe.kit.clock import Clock

BASIS: Final = "merge"


async def merge(conn: Connection, workspace_id: int, kept_id: int, gone_id: int, by: By) -> Contact:
    """The contact that goes. Raises UnknownContact, CannotMerge."""
    kept, gone = await merges.both(conn, workspace_id, kept_id, gone_id)
    moved = await events.move(conn, workspace_id, gone.id, kept.id)
    taken = await _stricter(conn, workspace_id, kept, gone)
    elsewhere = {
        "events": moved,
        "consents": taken,
        "per_week": await _seldomer(conn, workspace_id, kept, gone),
    }
    await promises.count_as(conn, workspace_id, gone.id, kept.id)
    await merges.absorb(conn, workspace_id, kept, gone, by, elsewhere)
    return gone


async def unmerge(conn: Connection, workspace_id: int, gone_id: int, by: By, clock: Clock) -> Undone:
    """Raises CannotUnmerge."""
    undone = await merges.part(conn, workspace_id, gone_id, by, clock)
    kept, gone = undone.kept, undone.gone
    await events.move(conn, workspace_id, kept.id, gone.id, undone.elsewhere["events"])
    now = {one.topic.word: one for one in await holding.holdings(conn, workspace_id, kept.id)}
    for word, basis in undone.elsewhere["consents"].items():
        # Whoever withdrew it since meant it.
        if word in now and now[word].basis == BASIS:
            change = Change(basis=basis, source=BASIS)
            await holding.turn(conn, workspace_id, kept.id, kept.phone, [word], ConsentState.GRANTED, change)
    for per_week in undone.elsewhere.get("per_week", ()):
        await frequency.want(conn, workspace_id, kept.id, per_week, SetBy.STAFF)
    return undone


async def _seldomer(conn: Connection, workspace_id: int, kept: Contact, gone: Contact) -> list[int | None]:
    """What the kept one wanted before, where the other wants to hear less often."""
    mine, theirs = [await frequency.wanted(conn, workspace_id, one.id) for one in (kept, gone)]
    if theirs is None or (mine is not None and mine <= theirs):
        return []
    await frequency.want(conn, workspace_id, kept.id, theirs, SetBy.STAFF)
    return [mine]


async def _stricter(conn: Connection, workspace_id: int, kept: Contact, gone: Contact) -> dict[str, str]:
    """Topic → basis of each consent that ends, because the other number withdrew it."""
    mine = {one.topic.word: one for one in await holding.holdings(conn, workspace_id, kept.id)}
    theirs = await holding.holdings(conn, workspace_id, gone.id)
    withdrawn = [one.topic.word for one in theirs if one.state is ConsentState.WITHDRAWN]
    change = Change(basis=BASIS, source=BASIS)
    ended = await holding.turn(
        conn, workspace_id, kept.id, kept.phone, withdrawn, ConsentState.WITHDRAWN, change
    )
    return {word: mine[word].basis or BASIS for word in ended if mine[word].state is ConsentState.GRANTED}

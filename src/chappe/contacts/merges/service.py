"""Two contacts made one, and two again. Nothing here commits.

The one that goes is archived and names the one that stands for it: its number finds that one from then on.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final, NamedTuple
from uuid import UUID

import msgspec

from chappe.contacts import events
from chappe.contacts.errors import UnknownContact
from chappe.contacts.events import By, Deed
from chappe.contacts.model import Contact, ZoneOrigin
from chappe.contacts.repo import by_id, contact_of, join_list, leave_list
from chappe.contacts.search import indexing
from chappe.db.pool import Connection
from chappe.db.statements import load_statements
from chappe.kit.clock import Clock
from chappe.kit.errors import Problem
from chappe.kit.ids import uuid7
from chappe.kit.phone import to_e164

SQL = load_statements("chappe.contacts.merges")

UNDONE_WITHIN: Final = timedelta(days=30)
RULES: Final = {1: "external_id", 2: "email", 3: "name"}
_TRUST: Final = {origin: rank for rank, origin in enumerate(reversed(ZoneOrigin))}


class CannotMerge(Problem):
    code: ClassVar[str] = "cannot_merge"
    status: ClassVar[int] = 409
    title: ClassVar[str] = "These two cannot be merged"


class CannotUnmerge(Problem):
    code: ClassVar[str] = "cannot_unmerge"
    status: ClassVar[int] = 409
    title: ClassVar[str] = "This merge cannot be taken back"


class Pair(NamedTuple):
    """Keys of two that may be one person, and the rule that says so (RULES)."""

    rule: str
    lower_id: int
    higher_id: int


class Merged(msgspec.Struct, kw_only=True):
    """What a merge did, as it is kept to be undone. `before` and `after`: what the kept one had; `elsewhere`:
    what other rooms moved.
    """

    state: int
    external_id: str | None
    before: dict[str, Any]
    after: dict[str, Any]
    lists: list[UUID]
    joined: list[UUID]
    notes: list[int]
    stood_for: list[int]
    elsewhere: dict[str, Any]


class Undone(NamedTuple):
    kept: Contact
    gone: Contact
    elsewhere: dict[str, Any]


async def alike(conn: Connection, workspace_id: int, *, limit: int) -> list[Pair]:
    """Pairs that may be one person, the surest first: all contacts are read, some seconds for a million."""
    rows = await conn.fetch(SQL.alike, workspace_id, limit)
    return [Pair(RULES[row["rule"]], row["lower_id"], row["higher_id"]) for row in rows]


async def tell_apart(conn: Connection, workspace_id: int, one: int, other: int) -> None:
    """They are two: they are not shown as a pair again."""
    await conn.execute(SQL.tell_apart, workspace_id, min(one, other), max(one, other))


async def both(conn: Connection, workspace_id: int, kept_id: int, gone_id: int) -> tuple[Contact, Contact]:
    """Locked until the transaction ends. Raises UnknownContact, CannotMerge."""
    rows = await conn.fetch(SQL.lock_two, workspace_id, [kept_id, gone_id])
    found = {row["id"]: contact_of(row) for row in rows}
    if kept_id not in found or gone_id not in found:
        raise UnknownContact("There is no such contact, or it was merged already.", field="contact_id")
    if kept_id == gone_id:
        raise CannotMerge("Name another contact: one is not merged with itself.", field="contact_id")
    return found[kept_id], found[gone_id]


async def absorb(
    conn: Connection, workspace_id: int, kept: Contact, gone: Contact, by: By, elsewhere: dict[str, Any]
) -> None:
    """`gone` becomes `kept`, whose values win. `elsewhere`: what the other rooms keep of it, to be undone."""
    lists = [row["list_id"] for row in await conn.fetch(SQL.memberships, workspace_id, gone.id)]
    takes_id = kept.external_id is None and gone.external_id is not None
    rows = await conn.fetch(SQL.withdraw_contact, workspace_id, gone.id, kept.id, takes_id)
    after = _completed(kept, gone)
    await _write(conn, workspace_id, kept.id, after)
    joined = [key for key in lists if await join_list(conn, workspace_id, key, [kept.id])]
    for key in lists:
        await leave_list(conn, workspace_id, key, [gone.id])
    notes = await conn.fetch(SQL.move_notes, workspace_id, gone.id, kept.id, None)
    await events.note(conn, workspace_id, [kept.id], Deed.MERGED, {"number": to_e164(gone.phone)}, by)
    body = Merged(
        state=int(gone.state),
        external_id=gone.external_id,
        before=_values(kept),
        after=after,
        lists=lists,
        joined=joined,
        notes=[row["id"] for row in notes],
        stood_for=[row["id"] for row in rows if row["id"] != gone.id],
        elsewhere=elsewhere,
    )
    await conn.execute(
        SQL.add_merge, uuid7(), workspace_id, kept.id, gone.id, msgspec.to_builtins(body), *by[:2]
    )
    await indexing.index(conn, workspace_id, [kept.id, gone.id])


async def part(conn: Connection, workspace_id: int, gone_id: int, by: By, clock: Clock) -> Undone:
    """Both are as they were, but for what was changed since. Raises CannotUnmerge."""
    row = await conn.fetchrow(SQL.take_back, workspace_id, gone_id, clock.now() - UNDONE_WITHIN)
    if row is None:
        raise CannotUnmerge(f"This contact was not merged in the last {UNDONE_WITHIN.days} days.")
    body, kept_id = msgspec.convert(row["body"], Merged), row["kept_id"]
    now = await _one(conn, workspace_id, kept_id)
    await _write(conn, workspace_id, kept_id, _reverted(_values(now), body))
    again = [gone_id, *body.stood_for]
    await conn.execute(SQL.stand_again, workspace_id, gone_id, again, body.state, body.external_id)
    for key in body.joined:
        await leave_list(conn, workspace_id, key, [kept_id])
    for key in body.lists:
        await join_list(conn, workspace_id, key, [gone_id])
    await conn.fetch(SQL.move_notes, workspace_id, kept_id, gone_id, body.notes)
    kept, gone = await _one(conn, workspace_id, kept_id), await _one(conn, workspace_id, gone_id)
    await events.note(conn, workspace_id, [kept_id], Deed.UNMERGED, {"number": to_e164(gone.phone)}, by)
    await indexing.index(conn, workspace_id, [kept_id, gone_id])
    return Undone(kept, gone, body.elsewhere)


async def standing_for(conn: Connection, workspace_id: int, contact_id: int) -> list[tuple[int, int]]:
    """Key and number of the contacts that were merged into this one."""
    return [(row["id"], row["phone"]) for row in await conn.fetch(SQL.merged_into, workspace_id, contact_id)]


async def since(conn: Connection, workspace_id: int, gone_id: int) -> datetime | None:
    """When this contact was merged into another; None when it was not."""
    row = await conn.fetchrow(SQL.merge_of, workspace_id, gone_id)
    return None if row is None else row["at"]


async def _one(conn: Connection, workspace_id: int, contact_id: int) -> Contact:
    found = await by_id(conn, workspace_id, [contact_id])
    if not found:
        raise CannotUnmerge("The other contact is gone.")
    return found[0]


async def _write(conn: Connection, workspace_id: int, contact_id: int, values: dict[str, Any]) -> None:
    await conn.execute(SQL.complete_contact, workspace_id, contact_id, *[values[name] for name in _OWN])


_OWN: Final = ("attributes", "language", "country", "external_id", "zones", "zone_origin")


def _values(contact: Contact) -> dict[str, Any]:
    values = {name: getattr(contact, name) for name in _OWN}
    return values | {"zone_origin": contact.zone_origin.value}


def _completed(kept: Contact, gone: Contact) -> dict[str, Any]:
    mine, theirs = _values(kept), _values(gone)
    # The zone of the better origin; the number's own candidates are those of the number that stays.
    better = theirs if _TRUST[gone.zone_origin] > _TRUST[kept.zone_origin] else mine
    return {
        "attributes": gone.attributes | kept.attributes,
        "language": kept.language or gone.language,
        "country": kept.country or gone.country,
        "external_id": kept.external_id or gone.external_id,
        "zones": better["zones"],
        "zone_origin": better["zone_origin"],
    }


def _reverted(now: dict[str, Any], body: Merged) -> dict[str, Any]:
    """What the merge wrote goes; what was written since stays."""
    values = {name: body.before[name] if now[name] == body.after[name] else now[name] for name in _OWN}
    before, after = body.before["attributes"], body.after["attributes"]
    values["attributes"] = {
        name: before.get(name, text) if after.get(name) == text else text
        for name, text in now["attributes"].items()
        if name in before or after.get(name) != text
    }
    if values["external_id"] == body.external_id and body.before["external_id"] is None:
        values["external_id"] = None
    return values


def names(pairs: Sequence[Pair]) -> list[int]:
    """The keys of all of them."""
    return sorted({key for pair in pairs for key in (pair.lower_id, pair.higher_id)})

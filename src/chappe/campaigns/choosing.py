"""The lists and segments that the audience step offers. Whatever the campaign has stands among them, however
many there are: what a form does not show, saving it would take away.
"""

from collections.abc import Collection
from typing import Final, NamedTuple
from uuid import UUID

from chappe.audience import service as audiences
from chappe.campaigns.model import Audience
from chappe.contacts import lists
from chappe.contacts import service as contacts
from chappe.db.pool import Connection
from chappe.kit.folding import fold

_MOST: Final = 50
# Fewer are seen at a glance.
_SEARCHED: Final = 10

Names = list[tuple[UUID, str]]


class Offered(NamedTuple):
    """Key and name: what is chosen, then what was looked for, the newest first; `more` are not shown."""

    lists: Names
    people: dict[UUID, int]
    segments: Names
    more: int
    searched: bool


async def offered(conn: Connection, workspace_id: int, audience: Audience, words: str = "") -> Offered:
    """`words`: part of the names of what is looked for."""
    every = await lists.all_names(conn, workspace_id)
    rules = await audiences.names(conn, workspace_id)
    shown, behind = _shown(every, {*audience.include, *audience.exclude}, words)
    segments, further = _shown(rules, {*audience.include_segments, *audience.exclude_segments}, words)
    people = await lists.sizes(conn, workspace_id, [key for key, _ in shown])
    return Offered(shown, people, segments, behind + further, len(every) + len(rules) > _SEARCHED)


def _shown(every: Names, chosen: Collection[UUID], words: str) -> tuple[Names, int]:
    """And how many more are called so. Keys are in the order in which they were made."""
    newest = sorted(every, reverse=True)
    kept = [each for each in newest if each[0] in chosen]
    found = [each for each in newest if each[0] not in chosen and fold(words) in fold(each[1])]
    return kept + found[:_MOST], max(0, len(found) - _MOST)


async def names(conn: Connection, workspace_id: int, audience: Audience) -> dict[UUID, str]:
    """What the lists and segments of an audience are called: those that still are."""
    listed = await contacts.lists_by_id(conn, workspace_id, [*audience.include, *audience.exclude])
    keys = [*audience.include_segments, *audience.exclude_segments]
    rules = await audiences.by_ids(conn, workspace_id, keys) if keys else []
    return {each.id: each.name for each in listed} | {each.id: each.name for each in rules}

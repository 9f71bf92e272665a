"""An audience as statements ask for it: lists along their own keys, or, with segments, one compiled rule."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from chappe.audience import service as audiences
from chappe.audience.compiling import Compiled
from chappe.audience.model import SEGMENT_ID, Chosen, InSegment, OnList, Segment
from chappe.audience.reading import leaves, read
from chappe.campaigns.model import Audience, Frozen
from chappe.contacts.model import LIST_ID
from chappe.db.pool import Connection
from chappe.kit.ids import parse_public_id

Asked = tuple[str, tuple[Any, ...]]


class Drawn(NamedTuple):
    """`rule` is None where lists alone are named: their statements are the quicker ones."""

    workspace_id: int
    audience: Audience
    rule: Compiled | None

    def ask(self, of_lists: str, of_people: str, *values: Any) -> Asked:
        """The statement that fits, with its values: `of_lists` takes the lists as $2 and $3."""
        if self.rule is not None:
            return self.rule.over(of_people, *values)
        return of_lists, (self.workspace_id, self.audience.include, self.audience.exclude, *values)

    def lists(self) -> list[UUID]:
        """Every list it rests on, through its segments too."""
        named = [*self.audience.include, *self.audience.exclude]
        if self.rule is not None:
            keys = (each.leaf.list_id for each in leaves(self.rule.rule) if isinstance(each.leaf, OnList))
            named += [key for text in keys if (key := parse_public_id(LIST_ID, text)) is not None]
        return list(dict.fromkeys(named))


async def drawn(conn: Connection, workspace_id: int, audience: Audience, now: datetime) -> Drawn:
    """Raises UnknownSegment."""
    rule = None
    if audience.segments:
        chosen = Chosen(
            audience.include, audience.include_segments, audience.exclude, audience.exclude_segments
        )
        rule = await audiences.chosen(conn, workspace_id, chosen, now)
    return Drawn(workspace_id, audience, rule)


async def frozen(conn: Connection, workspace_id: int, audience: Audience) -> tuple[Frozen, ...]:
    """Its segments as they are now, and those that their rules speak of."""
    found: dict[UUID, Segment] = {}
    missing = set(audience.segments)
    while missing:
        more = {one.id: one for one in await audiences.by_ids(conn, workspace_id, sorted(missing))}
        found |= more
        missing = {key for one in more.values() for key in _spoken_of(one)} - found.keys()
    return tuple(
        Frozen(
            id=one.id,
            name=one.name,
            rule=one.rule,
            left_out=one.id in audience.exclude_segments,
            named=one.id in audience.segments,
        )
        for one in found.values()
    )


def _spoken_of(segment: Segment) -> set[UUID]:
    inner = (each.leaf.segment_id for each in leaves(read(segment.rule)) if isinstance(each.leaf, InSegment))
    return {key for text in inner if (key := parse_public_id(SEGMENT_ID, text)) is not None}

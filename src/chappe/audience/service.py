"""Use cases on segments. Nothing here commits; every row named is of the workspace given."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from chappe.audience import repo
from chappe.audience.clauses import Names
from chappe.audience.compiling import Compiled, compile_rule
from chappe.audience.errors import (
    BadRule,
    SegmentCircle,
    SegmentInUse,
    SegmentNameTaken,
    UnknownSegment,
)
from chappe.audience.model import (
    SEGMENT_ID,
    Active,
    All,
    Chosen,
    Either,
    InSegment,
    Moment,
    Not,
    OnList,
    Placed,
    Reason,
    Rule,
    Segment,
)
from chappe.audience.reading import leaves, read
from chappe.consent.topics import service as consent_topics
from chappe.contacts import lists
from chappe.contacts.attributes import service as attributes
from chappe.contacts.attributes.values import Kind
from chappe.contacts.errors import UnknownContact
from chappe.contacts.model import LIST_ID
from chappe.db.pool import Connection
from chappe.kit.ids import parse_public_id, public_id, uuid7
from chappe.messages.model import CAMPAIGN_ID

_MOST_RESOLVED: Final = 300
_DEEPEST_NAMED: Final = 8
_MOST_NAMED: Final = 1_000


async def compiled(
    conn: Connection, workspace_id: int, told: object, now: datetime, *, of: UUID | None = None
) -> Compiled:
    """The rule `told` as a statement; `of`: the segment it is of. Raises BadRule, UnknownSegment,
    SegmentCircle.
    """
    rule = await _resolve(conn, workspace_id, read(told), (of,) if of else ())
    if len(leaves(rule)) > _MOST_RESOLVED:
        raise BadRule(
            f"With the segments it names, keep a rule to {_MOST_RESOLVED} conditions.", field="rule"
        )
    return compile_rule(workspace_id, rule, Moment(now, await repo.zone(conn, workspace_id)))


async def chosen(conn: Connection, workspace_id: int, whom: Chosen, now: datetime) -> Compiled:
    """Lists and segments, and those left out, as one statement. Raises UnknownSegment."""
    inside = _any_of(whom.lists, whom.segments)
    rule = All((inside, Not(_any_of(whom.without_lists, whom.without_segments))))
    resolved = await _resolve(conn, workspace_id, rule, ())
    return compile_rule(workspace_id, resolved, Moment(now, await repo.zone(conn, workspace_id)))


def _any_of(listed: Sequence[UUID], segments: Sequence[UUID]) -> Either:
    of: list[Rule] = [Placed("", OnList(list_id=public_id(LIST_ID, key))) for key in listed]
    for key in segments:
        inside = Placed("", InSegment(segment_id=public_id(SEGMENT_ID, key)))
        of.append(All((Placed("", Active()), inside)))
    return Either(tuple(of))


async def count(conn: Connection, rule: Compiled) -> int:
    """How many are in it now."""
    return await repo.count(conn, rule)


async def everybody(conn: Connection, workspace_id: int) -> int:
    """How many any segment is drawn from."""
    return await repo.everybody(conn, workspace_id)


async def members(conn: Connection, rule: Compiled, *, after: int | None, limit: int) -> list[int]:
    """Keys of contacts that are in it now, in the order they came, after the key `after`."""
    return await repo.members(conn, rule, after or 0, limit)


async def explain(conn: Connection, rule: Compiled, contact_id: int | None) -> tuple[bool, list[Reason]]:
    """Whether a contact is in it, and whether each condition is true of them. Raises UnknownContact."""
    found = None if contact_id is None else await repo.explain(conn, rule, contact_id)
    if found is None:
        raise UnknownContact("There is no such contact. Find contacts with GET /v1/contacts?phone=…")
    return found


async def named(conn: Connection, workspace_id: int) -> Names:
    """What the things are called that rules name."""
    known = await attributes.known(conn, workspace_id)
    topics = await consent_topics.topics(conn, workspace_id, archived=True)
    listed = await lists.all_names(conn, workspace_id)
    segments = await repo.page(conn, workspace_id, None, _MOST_NAMED)
    campaigns = await repo.sent_campaigns(conn, workspace_id, _MOST_NAMED)
    return Names(
        attributes={name: each.label for name, each in known.items() if each.label},
        truths=frozenset(name for name, each in known.items() if each.kind is Kind.BOOLEAN),
        topics={topic.word: topic.name for topic in topics},
        lists={public_id(LIST_ID, key): name for key, name in listed},
        segments={public_id(SEGMENT_ID, each.id): each.name for each in segments},
        campaigns={public_id(CAMPAIGN_ID, key): name for key, name in campaigns},
    )


async def create(
    conn: Connection, workspace_id: int, name: str, rule: dict[str, object], now: datetime
) -> Segment:
    """Raises SegmentNameTaken, and what `compiled` raises."""
    await compiled(conn, workspace_id, rule, now)
    made = await repo.add(conn, workspace_id, uuid7(), name.strip(), rule)
    if made is None:
        raise _taken(name)
    return made


async def change(
    conn: Connection, workspace_id: int, key: UUID | None, name: str, rule: dict[str, object], now: datetime
) -> Segment:
    """Raises UnknownSegment, SegmentNameTaken, and what `compiled` raises."""
    known = await get(conn, workspace_id, key)
    await compiled(conn, workspace_id, rule, now, of=known.id)
    if await repo.has_name(conn, workspace_id, name.strip(), known.id):
        raise _taken(name)
    changed = await repo.change(conn, workspace_id, known.id, name.strip(), rule)
    if changed is None:
        raise _unknown()
    return changed


async def page(conn: Connection, workspace_id: int, *, after: UUID | None, limit: int) -> list[Segment]:
    """Oldest first."""
    return await repo.page(conn, workspace_id, after, limit)


async def names(conn: Connection, workspace_id: int) -> list[tuple[UUID, str]]:
    """Key and name of every segment, in no order."""
    return await repo.names(conn, workspace_id)


async def by_ids(conn: Connection, workspace_id: int, keys: Sequence[UUID]) -> list[Segment]:
    """Those there are, by name."""
    return await repo.by_ids(conn, workspace_id, keys)


async def get(conn: Connection, workspace_id: int, key: UUID | None, *, field: str | None = None) -> Segment:
    """Raises UnknownSegment, also for None (an id that is not one of ours)."""
    found = None if key is None else await repo.get(conn, workspace_id, key)
    if found is None:
        raise _unknown(field)
    return found


async def delete(conn: Connection, workspace_id: int, key: UUID | None) -> Segment:
    """Raises UnknownSegment, SegmentInUse."""
    known = await get(conn, workspace_id, key)
    user = await repo.user_of(conn, workspace_id, public_id(SEGMENT_ID, known.id))
    if user is not None:
        raise SegmentInUse(f"The segment “{user}” rests on it. Change that one first.", name=user)
    if not await repo.delete(conn, workspace_id, known.id):
        raise _unknown()
    return known


async def _resolve(conn: Connection, workspace_id: int, rule: Rule, above: tuple[UUID, ...]) -> Rule:
    """`rule` with the rules of the segments it names in their place; `above` are those it is part of."""
    match rule:
        case All(of):
            return All(tuple([await _resolve(conn, workspace_id, each, above) for each in of]))
        case Either(of):
            return Either(tuple([await _resolve(conn, workspace_id, each, above) for each in of]))
        case Not(inner):
            return Not(await _resolve(conn, workspace_id, inner, above))
        case Placed(path, InSegment(segment_id=public)):
            field = f"{path}.segment_id"
            key = parse_public_id(SEGMENT_ID, public)
            if key in above or len(above) > _DEEPEST_NAMED:
                raise SegmentCircle(
                    "Through the segments it names, this rule comes back to itself.", field=field
                )
            known = await get(conn, workspace_id, key, field=field)
            return await _resolve(conn, workspace_id, read(known.rule, path), (*above, known.id))
        case _:
            return rule


def _taken(name: str) -> SegmentNameTaken:
    return SegmentNameTaken(
        f"A segment is called “{name.strip()}” already. Choose another name.", field="name"
    )


def _unknown(field: str | None = None) -> UnknownSegment:
    return UnknownSegment("There is no such segment. See the segments with GET /v1/segments.", field=field)

"""The statements on segments. Every function works in the caller's transaction."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from asyncpg import Record

from chappe.audience.compiling import Compiled
from chappe.audience.model import Events, Messages, Reason, Segment, Whom
from chappe.audience.sets import SQL, campaign_of, path_of, set_of_messages, summed_of
from chappe.db.pool import Connection


async def zone(conn: Connection, workspace_id: int) -> str:
    return str(await conn.fetchval(SQL.zone, workspace_id))


async def count(conn: Connection, rule: Compiled) -> int:
    # Not `fetchval`: asked for one row at most, PostgreSQL runs no part of a plan in parallel.
    rows = await conn.fetch(rule.select("count(*)"), *rule.args)
    return int(rows[0][0])


async def everybody(conn: Connection, workspace_id: int) -> int:
    return int(await conn.fetchval(SQL.how_many, workspace_id))


async def members(conn: Connection, rule: Compiled, after: int, limit: int) -> list[int]:
    """Keys of contacts, in their order, after this one."""
    rows = await conn.fetch(rule.in_order(), *rule.args, after, limit)
    return [row["id"] for row in rows]


async def sent_campaigns(conn: Connection, workspace_id: int, most: int) -> list[tuple[UUID, str]]:
    """Key and name, the newest first."""
    return [(row["id"], row["name"]) for row in await conn.fetch(SQL.sent_campaigns, workspace_id, most)]


async def explain(conn: Connection, rule: Compiled, contact_id: int) -> tuple[bool, list[Reason]] | None:
    """Whether the contact is in it, and each leaf; None when there is no such contact."""
    row = await conn.fetchrow(rule.explain(), *rule.args, contact_id)
    if row is None:
        return None
    inside, *truths = row.values()
    return inside, [
        Reason(placed.path, placed.leaf, holds)
        for (placed, _), holds in zip(rule.leaves, truths, strict=True)
    ]


async def consent_state(conn: Connection, whom: Whom, topic: str) -> str | None:
    state: str | None = await conn.fetchval(SQL.consent_state, whom.workspace_id, whom.id, topic)
    return state


async def messages_of(conn: Connection, whom: Whom, leaf: Messages, since: datetime, until: datetime) -> int:
    """How many in these states; so do the two below, of texts from them and of events."""
    states, since, until, lo, hi, *_ = set_of_messages(leaf, since, until).args
    values = (whom.workspace_id, states, since, until, lo, hi, whom.id, whom.phone, campaign_of(leaf))
    return int(await conn.fetchval(SQL.messages_of, *values))


async def replies_of(conn: Connection, whom: Whom, leaf: Messages, since: datetime, until: datetime) -> int:
    asked = (whom.workspace_id, whom.phone, since, until, campaign_of(leaf))
    return int(await conn.fetchval(SQL.replies_of, *asked))


async def clicks_of(conn: Connection, whom: Whom, leaf: Messages, since: datetime, until: datetime) -> int:
    asked = (whom.workspace_id, whom.id, since, until, campaign_of(leaf))
    return int(await conn.fetchval(SQL.clicks_of, *asked))


async def events_of(conn: Connection, whom: Whom, leaf: Events, since: datetime, until: datetime) -> float:
    """How often, or how much, by the leaf's measure."""
    path, values = path_of(leaf.where)
    asked = (leaf.name, since, until, path, values, summed_of(leaf))
    return float(await conn.fetchval(SQL.events_of, whom.workspace_id, whom.id, *asked))


async def latest_event(conn: Connection, whom: Whom, name: str) -> datetime | None:
    at: datetime | None = await conn.fetchval(SQL.latest_event, whom.workspace_id, whom.id, name)
    return at


async def latest_sign(conn: Connection, whom: Whom) -> datetime | None:
    """When they last wrote, or did something."""
    asked = (whom.workspace_id, whom.id, whom.phone)
    at: datetime | None = await conn.fetchval(SQL.latest_sign, *asked)
    return at


async def add(
    conn: Connection, workspace_id: int, key: UUID, name: str, rule: dict[str, object]
) -> Segment | None:
    """None when the name is taken."""
    row = await conn.fetchrow(SQL.add_segment, workspace_id, key, name, rule)
    return None if row is None else _segment(row)


async def change(
    conn: Connection, workspace_id: int, key: UUID, name: str, rule: dict[str, object]
) -> Segment | None:
    """None when there is none."""
    row = await conn.fetchrow(SQL.change_segment, workspace_id, key, name, rule)
    return None if row is None else _segment(row)


async def has_name(conn: Connection, workspace_id: int, name: str, but: UUID) -> bool:
    return bool(await conn.fetchval(SQL.segment_named, workspace_id, name, but))


async def page(conn: Connection, workspace_id: int, after: UUID | None, limit: int) -> list[Segment]:
    return [_segment(row) for row in await conn.fetch(SQL.segments, workspace_id, after, limit)]


async def names(conn: Connection, workspace_id: int) -> list[tuple[UUID, str]]:
    return [(row["id"], row["name"]) for row in await conn.fetch(SQL.segment_names, workspace_id)]


async def get(conn: Connection, workspace_id: int, key: UUID) -> Segment | None:
    row = await conn.fetchrow(SQL.segment, workspace_id, key)
    return None if row is None else _segment(row)


async def by_ids(conn: Connection, workspace_id: int, keys: Sequence[UUID]) -> list[Segment]:
    return [_segment(row) for row in await conn.fetch(SQL.segments_of, workspace_id, keys)]


async def user_of(conn: Connection, workspace_id: int, public: str) -> str | None:
    """The name of a segment that rests on this one."""
    name: str | None = await conn.fetchval(SQL.segment_user, workspace_id, public)
    return name


async def delete(conn: Connection, workspace_id: int, key: UUID) -> bool:
    return await conn.fetchval(SQL.delete_segment, workspace_id, key) is not None


def _segment(row: Record) -> Segment:
    return Segment(
        id=row["id"],
        name=row["name"],
        rule=row["rule"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )

"""Statements on campaigns as people see them; those on runs are in `runs.py`."""

from collections.abc import AsyncIterator, Collection, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import chain
from math import ceil, log2
from uuid import UUID

import msgspec
from asyncpg import Record

from chappe.campaigns.drawing import Drawn
from chappe.campaigns.model import Audience, Campaign, CampaignState, Cost, NewCampaign, Wanted
from chappe.db.pool import Connection
from chappe.db.statements import load_statements
from chappe.messages.model import Purpose

SQL = load_statements("chappe.campaigns")


async def insert(
    conn: Connection, workspace_id: int, campaign_id: UUID, new: NewCampaign, now: datetime
) -> None:
    await conn.execute(SQL.insert_campaign, campaign_id, workspace_id, *_written(new), now)


async def change_draft(conn: Connection, workspace_id: int, campaign_id: UUID, new: NewCampaign) -> bool:
    """False when it is no draft."""
    return await conn.fetchval(SQL.change_draft, workspace_id, campaign_id, *_written(new)) is not None


async def change_rate(conn: Connection, workspace_id: int, campaign_id: UUID, rate: int | None) -> bool:
    """False when nothing is sent any more."""
    return await conn.fetchval(SQL.change_rate, workspace_id, campaign_id, rate) is not None


def _written(new: NewCampaign) -> tuple[object, ...]:
    return (
        new.name,
        new.purpose,
        msgspec.to_builtins(new.audience),
        new.sender_id,
        new.body,
        new.send_at,
        new.expires_at,
        new.parts_per_second,
        new.topic_id,
    )


async def one(conn: Connection, workspace_id: int, campaign_id: UUID) -> Campaign | None:
    row = await conn.fetchrow(SQL.campaign_by_id, workspace_id, campaign_id)
    return None if row is None else _campaign(row)


async def names(conn: Connection, workspace_id: int, ids: Collection[UUID]) -> dict[UUID, str]:
    rows = await conn.fetch(SQL.campaign_names, workspace_id, ids)
    return {row["id"]: row["name"] for row in rows}


async def page(
    conn: Connection, workspace_id: int, after: UUID | None, state: CampaignState | None, limit: int
) -> list[Campaign]:
    rows = await conn.fetch(SQL.campaigns_page, workspace_id, after, state, limit)
    return [_campaign(row) for row in rows]


def _campaign(row: Record) -> Campaign:
    values = dict(row)
    costs = values.pop("costs")
    cost = None if costs is None else _together(msgspec.convert(costs, list[list[Cost]]))
    return msgspec.convert(values | {"runs": values["runs"] or (), "cost": cost}, Campaign)


def _together(costs: Sequence[Sequence[Cost]]) -> tuple[Cost, ...]:
    """What several runs cost, by currency."""
    amounts: dict[str, Decimal] = {}
    for one in chain.from_iterable(costs):
        amounts[one.currency] = amounts.get(one.currency, Decimal(0)) + one.amount
    return tuple(Cost(currency=currency, amount=amount) for currency, amount in sorted(amounts.items()))


async def save_audience(
    conn: Connection,
    workspace_id: int,
    campaign_id: UUID,
    name: str,
    purpose: Purpose,
    audience: Audience,
    topic_id: UUID | None,
) -> bool:
    """False when it is no draft; so do the two below."""
    values = (name, purpose, msgspec.to_builtins(audience), topic_id)
    return await conn.fetchval(SQL.save_audience, workspace_id, campaign_id, *values) is not None


async def save_message(
    conn: Connection, workspace_id: int, campaign_id: UUID, sender_id: UUID | None, body: str
) -> bool:
    return await conn.fetchval(SQL.save_message, workspace_id, campaign_id, sender_id, body) is not None


async def save_schedule(
    conn: Connection,
    workspace_id: int,
    campaign_id: UUID,
    send_at: datetime | None,
    expires_at: datetime | None,
    rate: int | None,
) -> bool:
    values = (send_at, expires_at, rate)
    return await conn.fetchval(SQL.save_schedule, workspace_id, campaign_id, *values) is not None


async def listed(
    conn: Connection,
    workspace_id: int,
    wanted: Wanted,
    *,
    earliest_first: bool,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> list[Campaign]:
    statement = SQL.campaigns_earliest if earliest_first else SQL.campaigns_latest
    moment, key = after or (None, None)
    states = list(wanted.states) or None
    rows = await conn.fetch(
        statement, workspace_id, moment, key, states, wanted.since, wanted.before, wanted.text or None, limit
    )
    return [_campaign(row) for row in rows]


async def before(conn: Connection, campaign: Campaign) -> Campaign | None:
    """The one that was sent before it."""
    row = await conn.fetchrow(SQL.campaign_before, campaign.workspace_id, campaign.moment, campaign.id)
    return None if row is None else _campaign(row)


async def audience_neighbour(conn: Connection, drawn: Drawn, contact_id: int, *, before: bool) -> int | None:
    """The next contact of the audience, or the one before."""
    of_lists = SQL.audience_contact_before if before else SQL.audience_contact_after
    statement, values = drawn.ask(of_lists, SQL.people_before if before else SQL.people_after, contact_id)
    found: int | None = await conn.fetchval(statement, *values)
    return found


async def audience_size(conn: Connection, drawn: Drawn) -> int:
    statement, values = drawn.ask(SQL.audience_size, SQL.people_size)
    size: int = await conn.fetchval(statement, *values)
    return size


async def send(
    conn: Connection, workspace_id: int, campaign_id: UUID, gate_now: datetime, now: datetime
) -> str | None:
    """The state it went to; None when it was no draft."""
    return await _state(conn, SQL.send_campaign, workspace_id, campaign_id, gate_now, now)


async def schedule(conn: Connection, workspace_id: int, campaign_id: UUID, send_at: datetime) -> str | None:
    return await _state(conn, SQL.schedule_campaign, workspace_id, campaign_id, send_at)


async def pause(conn: Connection, workspace_id: int, campaign_id: UUID) -> str | None:
    return await _state(conn, SQL.pause_campaign, workspace_id, campaign_id)


async def resume(conn: Connection, workspace_id: int, campaign_id: UUID) -> str | None:
    return await _state(conn, SQL.resume_campaign, workspace_id, campaign_id)


async def cancel(conn: Connection, workspace_id: int, campaign_id: UUID, now: datetime) -> str | None:
    return await _state(conn, SQL.cancel_campaign, workspace_id, campaign_id, now)


async def _state(conn: Connection, statement: str, *values: object) -> str | None:
    state: str | None = await conn.fetchval(statement, *values)
    return state


async def notify(conn: Connection, campaign_id: UUID) -> None:
    await conn.execute(SQL.notify_campaign, str(campaign_id))


async def audience_pages(conn: Connection, drawn: Drawn, size: int) -> AsyncIterator[list[Record]]:
    """(contact id, number) in pages, in memory one page at a time; all of one snapshot."""
    statement, values = drawn.ask(SQL.audience_ids, SQL.people_ids)
    cursor = await conn.cursor(statement, *values)
    while page := await cursor.fetch(size):
        yield page


async def audience_sampled(conn: Connection, drawn: Drawn, most: int, size: int) -> list[Record]:
    """(contact id, number) of everybody, where `size`, that of the audience, is at most `most`; else of
    `most` at most, and about a third of that at least, drawn by lot.
    """
    mask = (1 << max(0, ceil(log2(max(size, 1) / most * 1.25)))) - 1 if size > most else 0
    statement, values = drawn.ask(SQL.audience_sampled, SQL.people_sampled, most, mask)
    return await conn.fetch(statement, *values)


async def audience_longest(
    conn: Connection, drawn: Drawn, variables: Sequence[str], most: int
) -> list[Record]:
    """(contact id, number) of up to twice so many: those with the longest values, and with the longest of
    those that hold other than plain characters.
    """
    statement, values = drawn.ask(SQL.audience_longest, SQL.people_longest, list(variables), most)
    return await conn.fetch(statement, *values)


async def message_ids(conn: Connection, campaign: Campaign) -> list[tuple[int, int]]:
    rows = await conn.fetch(SQL.message_ids, campaign.workspace_id, campaign.id)
    return [(row["lo"], row["hi"]) for row in rows]


async def attributes_of(
    conn: Connection, workspace_id: int, keys: Sequence[int]
) -> dict[int, dict[str, str]]:
    """By contact."""
    rows = await conn.fetch(SQL.attributes_of, workspace_id, keys)
    return {row["id"]: row["attributes"] for row in rows}

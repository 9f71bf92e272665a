"""Links: made by hand, listed, switched off. Nothing here commits."""

from datetime import date, datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from asyncpg import Record

from chappe.db.pool import Connection
from chappe.db.statements import load_statements
from chappe.tracking import repo
from chappe.tracking.codes import Codes
from chappe.tracking.destinations import check
from chappe.tracking.domains import service as domains
from chappe.tracking.model import (
    LONGEST_LABEL,
    Counted,
    Link,
    UnknownLink,
)
from chappe.tracking.service import domain_of, linking

SQL = load_statements("chappe.tracking.links")

DAYS: Final = 30
"""That a link's chart shows."""


class Clicked(NamedTuple):
    """A click of a contact's own. `label`: the campaign's name as it was, where the link was of one."""

    id: int
    at: datetime
    url: str
    campaign_id: UUID | None
    label: str


class Day(NamedTuple):
    """Clicks of a day in the workspace's zone."""

    day: date
    people: int
    programs: int


async def links(
    conn: Connection, workspace_id: int, *, before: int | None, made_for: str | None, limit: int
) -> list[Link]:
    """The newest first. `made_for`: campaign, message or hand; None for all."""
    rows = await conn.fetch(SQL.links, workspace_id, None, before, made_for, limit)
    return [_link(row) for row in rows]


async def link_of(conn: Connection, workspace_id: int, link_id: int | None) -> Link:
    """Raises UnknownLink."""
    row = None if link_id is None else await conn.fetchrow(SQL.links, workspace_id, link_id, None, None, 1)
    if row is None:
        raise UnknownLink("There is no link with this id. List them with GET /v1/links.")
    return _link(row)


async def clicked_by(
    conn: Connection, workspace_id: int, contact_id: int, before: tuple[datetime, int], limit: int
) -> list[Clicked]:
    """A person's clicks, the latest first, before this place (instant, key); those of programs are none."""
    return [
        Clicked(*row) for row in await conn.fetch(SQL.clicked_by, workspace_id, contact_id, *before, limit)
    ]


async def make(
    conn: Connection, workspace_id: int, base: str, *, url: str, label: str, domain_id: UUID | None
) -> Link:
    """A link of one code, for everybody. `base`: the address that people open this installation at.
    `domain_id` None: the chosen domain. Raises BadDestination, UnknownLinkDomain, LinkDomainState.
    """
    url = check(url, base, await repo.own_hosts(conn, workspace_id))
    if domain_id is not None and (await domain_of(conn, workspace_id, domain_id)).state != "ready":
        raise domains.LinkDomainState(
            "It was not seen to lead here. Verify it first.", field="domain_id", why="not_ready"
        )
    found = await linking(conn, workspace_id, base, domain_id, {})
    label = label.strip()[:LONGEST_LABEL]
    link_id = await repo.add_by_hand(conn, workspace_id, url, label, found.prefix, found.domain_id)
    number = await repo.allocate(conn, 1)
    await repo.add_blocks(conn, workspace_id, [link_id], [number], 1, None)
    return await link_of(conn, workspace_id, link_id)


async def kill(conn: Connection, workspace_id: int, link_id: int | None, now: datetime) -> Link:
    """Every code of it leads nowhere within seconds. Raises UnknownLink."""
    if link_id is not None:
        await conn.execute(SQL.kill, workspace_id, link_id, now)
    return await link_of(conn, workspace_id, link_id)


async def kill_of_campaign(
    conn: Connection, workspace_id: int, campaign_id: UUID, url: str, now: datetime
) -> int:
    """The campaign's links to an address, of all its runs; how many led on until then."""
    return len(await conn.fetch(SQL.kill_of_campaign, workspace_id, campaign_id, url, now))


async def revive(conn: Connection, workspace_id: int, link_id: int | None) -> Link:
    """It leads on again. Raises UnknownLink."""
    if link_id is not None:
        await conn.execute(SQL.revive, workspace_id, link_id)
    return await link_of(conn, workspace_id, link_id)


async def days(conn: Connection, workspace_id: int, link_id: int, now: datetime, zone: str) -> list[Day]:
    """The last DAYS days, today last, those without a click among them."""
    today = now.astimezone(ZoneInfo(zone)).date()
    first = today - timedelta(days=DAYS - 1)
    since = datetime(first.year, first.month, first.day, tzinfo=ZoneInfo(zone))
    found = {row["day"]: row for row in await conn.fetch(SQL.days, workspace_id, since, zone, link_id)}
    every = [first + timedelta(days=n) for n in range(DAYS)]
    return [
        Day(day, found[day]["people"], found[day]["programs"]) if day in found else Day(day, 0, 0)
        for day in every
    ]


def short_url(link: Link, codes: Codes) -> str | None:
    """What is printed; None for links of messages, which have a code for each recipient."""
    return None if link.number is None else f"{link.prefix}{codes.code(link.number)}"


def _link(row: Record) -> Link:
    told = dict(row)
    clicks = Counted._make(told.pop(name) for name in Counted._fields)
    return Link(**told, clicks=clicks)

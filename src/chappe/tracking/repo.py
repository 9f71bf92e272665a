"""Links and their numbers on a connection. `tracking/clicks` reads and writes clicks."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from chappe.db.pool import Connection
from chappe.db.statements import load_statements
from chappe.tracking.model import LONGEST_LABEL, Domain, Linking

SQL = load_statements("chappe.tracking")


class Bases(NamedTuple):
    """The first number of each of a run's links, by position; number base + k is of message first + k."""

    prefix: str
    numbers: list[int]
    first_message_id: int


async def allocate(conn: Connection, n: int) -> int:
    """The first of n numbers that nobody has; others wait for the transaction's end."""
    first: int = await conn.fetchval(SQL.allocate_link_numbers, n)
    return first


async def host(conn: Connection, workspace_id: int, domain_id: UUID | None) -> tuple[str, UUID] | None:
    """Of the domain that is named, or chosen; None when there is none that leads here."""
    row = await conn.fetchrow(SQL.link_prefix, workspace_id, domain_id)
    return None if row is None else (row["host"], row["id"])


async def add_links(
    conn: Connection,
    workspace_id: int,
    run_id: int,
    campaign_id: UUID,
    urls: Sequence[str],
    linking: Linking,
) -> list[int]:
    of = (linking.prefix, linking.domain_id, linking.label[:LONGEST_LABEL])
    rows = await conn.fetch(SQL.add_links, workspace_id, run_id, campaign_id, urls, *of)
    return [row["id"] for row in rows]


async def add_blocks(
    conn: Connection,
    workspace_id: int,
    links: Sequence[int],
    bases: Sequence[int],
    size: int,
    first_message_id: int | None,
) -> None:
    await conn.execute(SQL.add_blocks, bases, size, workspace_id, first_message_id, links)


async def bases_of_run(conn: Connection, run_id: int) -> Bases | None:
    """None when the run has no links."""
    rows = await conn.fetch(SQL.bases_of_run, run_id)
    if not rows:
        return None
    return Bases(rows[0]["prefix"], [row["base"] for row in rows], rows[0]["first_message_id"])


async def links_of_messages(
    conn: Connection, workspace_id: int, urls: Sequence[str], prefix: str, domain_id: UUID | None
) -> dict[str, int]:
    """The link of each address, made where there was none."""
    found = await conn.fetch(SQL.links_of_messages, workspace_id, urls, prefix)
    known = {row["url"]: row["id"] for row in found}
    if missing := [url for url in urls if url not in known]:
        made = await conn.fetch(SQL.add_links_of_messages, workspace_id, missing, prefix, domain_id)
        known |= {row["url"]: row["id"] for row in made}
    return known


async def add_by_hand(
    conn: Connection, workspace_id: int, url: str, label: str, prefix: str, domain_id: UUID | None
) -> int:
    link_id: int = await conn.fetchval(SQL.add_by_hand, workspace_id, url, label, prefix, domain_id)
    return link_id


class Destination(NamedTuple):
    """A block of numbers and where they lead. `killed`: nowhere any more. `with_code`: with
    the code of the click.
    """

    base: int
    size: int
    first_message_id: int | None
    workspace_id: int
    link_id: int
    url: str
    killed: bool
    with_code: bool


async def destination(conn: Connection, number: int) -> Destination | None:
    """The last block that begins at or below the number; it may end before it."""
    row = await conn.fetchrow(SQL.destination, number)
    return None if row is None else Destination._make(row)


async def hosts(conn: Connection) -> frozenset[str]:
    """Hosts of links, whether killed or not."""
    return frozenset(row["host"] for row in await conn.fetch(SQL.hosts))


async def own_hosts(conn: Connection, workspace_id: int) -> frozenset[str]:
    return frozenset(row["host"] for row in await conn.fetch(SQL.own_hosts, workspace_id))


async def killed_of_messages(
    conn: Connection, workspace_id: int, urls: Sequence[str], prefix: str
) -> frozenset[str]:
    """Those whose link was switched off."""
    rows = await conn.fetch(SQL.killed_of_messages, workspace_id, urls, prefix)
    return frozenset(row["url"] for row in rows)


async def write_clicks(conn: Connection, clicks: Sequence[tuple[object, ...]]) -> None:
    """Columns of `gathering.Asked`."""
    await conn.execute(SQL.write_clicks, *map(list, zip(*clicks, strict=True)))


async def domain(conn: Connection, workspace_id: int, domain_id: UUID) -> Domain | None:
    row = await conn.fetchrow(SQL.domain, workspace_id, domain_id)
    return None if row is None else Domain._make(row)


async def utm(conn: Connection, workspace_id: int) -> dict[str, str]:
    found: dict[str, str] | None = await conn.fetchval(SQL.utm, workspace_id)
    return found or {}


async def keep_utm(conn: Connection, workspace_id: int, chosen: dict[str, str]) -> None:
    await conn.execute(SQL.keep_utm, workspace_id, chosen)


async def forget_visitors(conn: Connection, before: datetime) -> None:
    """Of clicks before it nobody can tell any more which came from one address."""
    await conn.execute(SQL.forget_visitors, before)


async def count_miss(conn: Connection, who: bytes, now: datetime, window: timedelta) -> int:
    """How many codes that nobody has were asked for in this window, this one included."""
    n: int = await conn.fetchval(SQL.miss, who, now, window)
    return n


async def miscounted(conn: Connection) -> list[dict[str, object]]:
    """Links whose counts their clicks do not confirm: link_id, kind, n, counted, messages, people."""
    return [dict(row) for row in await conn.fetch(SQL.recount)]

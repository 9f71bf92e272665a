"""The links of a campaign's run: made with its ids, put into its texts when they have theirs."""

from typing import NamedTuple
from uuid import UUID

from chappe.db.pool import Connection
from chappe.tracking import repo
from chappe.tracking.bodies import Filling, LinkedBody
from chappe.tracking.codes import Codes
from chappe.tracking.destinations import with_utm
from chappe.tracking.model import Linking


class Shortening(NamedTuple):
    """`base`: the address that people open this installation at, without a path."""

    codes: Codes
    base: str


async def link_run(
    conn: Connection,
    linking: Linking,
    workspace_id: int,
    run_id: int,
    campaign_id: UUID,
    body: str,
    messages: range,
) -> None:
    """Make the links of a run's text, in the transaction that gives its messages their ids: a row per
    address, and one for its numbers. A text without addresses costs nothing.
    """
    if not messages or "://" not in body:
        return
    urls = LinkedBody(body, linking.prefix).links
    if not urls:
        return
    destinations = [with_utm(url, linking.utm) for url in urls]
    links = await repo.add_links(conn, workspace_id, run_id, campaign_id, destinations, linking)
    size = len(messages)
    first = await repo.allocate(conn, size * len(links))
    bases = [first + at * size for at in range(len(links))]
    await repo.add_blocks(conn, workspace_id, links, bases, size, messages.start)


async def filling_of(conn: Connection, run_id: int, body: str, codes: Codes) -> Filling | None:
    """What puts codes into the texts of a run; None when it has no links."""
    if "://" not in body:
        return None
    bases = await repo.bases_of_run(conn, run_id)
    if bases is None:
        return None
    return Filling(LinkedBody(body, bases.prefix), codes, bases.numbers, bases.first_message_id)

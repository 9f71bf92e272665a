"""What links said and heard lately, as the engine keeps it for people: rates, refusals, exchanges."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from chappe.carriers import repo
from chappe.db.pool import Connection
from chappe.smpp.status import status_name

# A point each two seconds, as the engine reports, over three minutes.
SLOT = 2
SLOTS = 90
_LATEST = 6


class Exchange(NamedTuple):
    """`parts` PDUs of one kind within a second. `number` is masked."""

    id: int
    at: datetime
    way: str
    operation: str
    status: int | None
    parts: int
    number: str
    detail: str

    @property
    def status_word(self) -> str:
        """`RTHROTTLED` of ESME_RTHROTTLED, a vendor's code as it is, empty for none."""
        return "" if self.status is None else status_name(self.status).removeprefix("ESME_")


class Refusal(NamedTuple):
    """Parts that were refused with one status."""

    word: str
    parts: int
    last_at: datetime


class Receipt(NamedTuple):
    """What some receipts said, `delivered` or another state; empty when they came with other messages."""

    said: str
    parts: int
    at: datetime


async def rates(conn: Connection, workspace_id: int, now: datetime) -> dict[int, list[float]]:
    """By the carrier's number, parts a second in each slot, oldest first; carriers that wrote nothing are not
    there.
    """
    rows = await repo.link_rates(conn, workspace_id, now - timedelta(seconds=SLOT * SLOTS), SLOT)
    # The last whole slot: the one that is being filled would always show a fall.
    last = int(now.timestamp()) // SLOT - 2
    found: dict[int, list[float]] = {}
    for row in rows:
        line = found.setdefault(row["carrier_number"], [0.0] * SLOTS)
        place = SLOTS - 1 - (last - row["slot"])
        if 0 <= place < SLOTS:
            line[place] = row["parts"] / SLOT
    return found


async def refusals(conn: Connection, workspace_id: int, number: int) -> list[Refusal]:
    rows = await repo.link_refusals(conn, workspace_id, number)
    return [
        Refusal(status_name(row["status"]).removeprefix("ESME_"), row["parts"], row["last_at"])
        for row in rows
    ]


async def receipts(conn: Connection, workspace_id: int, number: int) -> list[Receipt]:
    """The latest ones, newest first."""
    rows = await repo.link_receipts(conn, workspace_id, number, _LATEST)
    return [Receipt(row["detail"], row["parts"], row["at"]) for row in rows]


async def exchanges(
    conn: Connection,
    workspace_id: int,
    number: int,
    *,
    newest_first: bool,
    after: int | None,
    ways: Sequence[str] | None = None,
    operations: Sequence[str] | None = None,
    failed: bool = False,
    limit: int,
) -> list[Exchange]:
    """A page of a link's log."""
    rows = await repo.exchanges(
        conn, newest_first, workspace_id, number, ways, operations, failed, after, limit
    )
    return [Exchange(*row.values()) for row in rows]

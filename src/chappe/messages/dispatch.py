"""What the carrier knows of a message: who carried it, and each part with its id and what became of it."""

from enum import StrEnum
from typing import NamedTuple

from chappe.db.pool import Connection
from chappe.messages import repo


class PartState(StrEnum):
    """Of one part handed to a carrier."""

    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"


class SentPart(NamedTuple):
    """`provider_id`: the carrier's own id; None when its answer was never seen."""

    provider_id: str | None
    state: PartState


class Dispatch(NamedTuple):
    """`carrier_number`: the carrier's short number (`carriers.model.Carrier.number`); None: none had it."""

    carrier_number: int | None
    parts: tuple[SentPart, ...]


async def dispatch_of(conn: Connection, workspace_id: int, message_id: int) -> Dispatch:
    """Empty for a message that no carrier was given."""
    row = await repo.dispatch(conn, workspace_id, message_id)
    if row is None:
        return Dispatch(None, ())
    names = [row["provider_id"], *(row["more_ids"] or ())]
    count = max(row["parts"], len(names) if row["provider_id"] else 0)
    names += [None] * (count - len(names))
    states = [_part_state(row["done_mask"], row["failed_mask"], bit) for bit in range(count)]
    return Dispatch(row["carrier_number"], tuple(map(SentPart, names, states)))


def _part_state(done: int, failed: int, bit: int) -> PartState:
    """The first 31 parts have a bit each; of those after them nothing is kept."""
    if bit > 30 or not done >> bit & 1:
        return PartState.SENT
    return PartState.FAILED if failed >> bit & 1 else PartState.DELIVERED

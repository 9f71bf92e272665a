"""Results of submits as PostgreSQL's binary COPY reads them.

The driver encodes a value at a time: 4 µs for a row of twelve (measured). Rows of messages that were accepted
in one read share all but two values, so that one is packed by two calls.
"""

import struct
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import chain, repeat
from typing import Final

from chappe.engine.model import Accepted
from chappe.messages.model import MessageState

COLUMNS: Final = ("id", "provider_id", "workspace_id", "state", "parts", "carrier_number", "submitted_at")
"""All others have their defaults."""

# PostgreSQL, "COPY", binary format: signature, flags, length of the extension; -1 in place of a row ends it.
_BEGIN: Final = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_END: Final = b"\xff\xff"
# How many columns; then each value after its length.
_head = struct.Struct(">hiqi").pack
_tail = struct.Struct(">iqihihiiiq").pack
_EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)


def packed(carrier: int, batches: Iterable[Accepted]) -> bytes:
    """The whole of a COPY of `COLUMNS` into message_state."""
    rows = chain.from_iterable([_rows(carrier, batch) for batch in batches])
    return b"".join(chain((_BEGIN,), chain.from_iterable(rows), (_END,)))


def _rows(carrier: int, batch: Accepted) -> Iterator[tuple[bytes, bytes, bytes]]:
    tail = _tail(
        8, batch.workspace_id, 2, MessageState.SENT, 2, 1, 4, carrier, 8, _microseconds(batch.at)
    )  # fmt: skip
    names = batch.provider_ids
    if not b"".join(names).isascii():
        names = [name.decode("latin-1").encode() for name in names]
    heads = map(_head, repeat(len(COLUMNS)), repeat(8), batch.ids, map(len, names))
    return zip(heads, names, repeat(tail))


def _microseconds(moment: datetime) -> int:
    """timestamptz on the wire: microseconds since 2000."""
    since = moment - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds

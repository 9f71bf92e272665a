"""PostgreSQL's binary COPY, for rows that are packed by hand.

The driver encodes rows value by value, each through its own codec: 4 µs for a row of a dozen columns, more
than the server takes to store it. Where a thousand rows share most of their values, packing what they share
once is a tenth of that. https://www.postgresql.org/docs/current/sql-copy.html#id-1.9.3.55.9.4
"""

from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import UTC, datetime
from typing import Final

from chappe.db.pool import Connection

BEGIN: Final = b"PGCOPY\n\xff\r\n\0" + bytes(8)
"""Signature, flags, and the length of an extension that nobody has defined."""
END: Final = b"\xff\xff"
"""-1 where a row would begin."""
NULL: Final = b"\xff\xff\xff\xff"
"""-1 where a value's length would stand."""

_EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)


def microseconds(moment: datetime) -> int:
    """A timestamptz: since the beginning of 2000, UTC."""
    since = moment - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


async def copy_packed(conn: Connection, table: str, columns: Sequence[str], rows: Iterable[bytes]) -> None:
    """Write rows, each the number of columns (int16), then length (int32) and value of each."""
    packed = b"".join((BEGIN, *rows, END))

    async def once() -> AsyncIterator[bytes]:
        yield packed

    await conn.copy_to_table(table, source=once(), columns=columns, format="binary")

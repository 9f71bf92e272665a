"""Messages found again by the carrier's id, and read again at a start: what memory does not hold.

A partition that is over has an index by provider id; one that is being written has none, because a key of
random characters costs as much as the rest of the row. It is read whole when it must be; when it is large
an index is asked for, which the worker builds beside the writing.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Final, NamedTuple

from chappe.db.pool import OwnConnection
from chappe.engine.model import Ask, Found, SentMessage, SentPage
from chappe.engine.statements import SQL
from chappe.messages.model import day_of
from chappe.sms.provider_ids import canonical

# Thirty thousand states, read in some 20 ms.
LARGE_BYTES: Final = 8 << 20
# Ids that are looked through at once: some 50 ms, all of them waiting or none.
_PAGE: Final = 50_000
# More than there are partitions of: none is missed by a clock that is ahead.
_DAYS: Final = timedelta(days=30)


class _Day(NamedTuple):
    day: date
    bytes: int
    indexed: bool


class Lookup:
    """Finds messages by provider id. It remembers which days are indexed until it is asked again."""

    def __init__(self) -> None:
        self._days: list[_Day] = []
        self._first: date | None = None

    async def find(
        self, conn: OwnConnection, carrier: int, names: Sequence[str], since: int, until: int, ask: Ask
    ) -> Found:
        """As `ResultStore.find_sent`."""
        await self._look(conn, since, ask)
        found: list[SentMessage] = []
        everywhere, left = True, list(names)
        for day in self._days:
            if day.indexed:
                rows = await conn.fetch(SQL.sent_by_index, day.day, carrier, left)
            elif day.day > day_of(until):
                continue
            elif ask is Ask.READ and await self._may_read(conn, day):
                rows = await conn.fetch(SQL.sent_by_scan, day.day, carrier, left)
            else:
                everywhere = False
                continue
            here = [SentMessage(*row) for row in rows]
            found += here
            left = _without(left, here)
            if not left:
                break
        return Found(found, everywhere)

    async def _look(self, conn: OwnConnection, since: int, ask: Ask) -> None:
        first = day_of(since)
        if ask is not Ask.AT_ONCE or self._first != first:
            rows = await conn.fetch(SQL.receipt_days, first, first + _DAYS)
            self._days, self._first = [_Day(*row) for row in rows], first

    async def _may_read(self, conn: OwnConnection, day: _Day) -> bool:
        """A large day is read only when the index that was asked for does not come: reading five million
        states takes longer than to index them, and the build waits for whoever reads.
        """
        if day.bytes < LARGE_BYTES:
            return True
        return bool(await conn.fetchval(SQL.ask_receipt_index, day.day))


async def sent_below(conn: OwnConnection, carrier: int, since: int, below: int) -> SentPage:
    """As `ResultStore.sent_below`."""
    latest = await conn.fetchval(SQL.latest_state, since, below)
    if latest is None:
        return SentPage([], None)
    read_from = max(since, latest + 1 - _PAGE)
    rows = await conn.fetch(SQL.sent_between, carrier, read_from, latest + 1)
    return SentPage([SentMessage(*row) for row in rows], read_from)


def _without(names: Sequence[str], found: Iterable[SentMessage]) -> list[str]:
    """Names that are found need not be looked for in older days: the latest message of an id is meant."""
    seen = {canonical(one) for sent in found for one in (sent.provider_id, *(sent.more_ids or ())) if one}
    return [name for name in names if canonical(name) not in seen]

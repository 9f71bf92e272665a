"""Receipts that memory knows no message for: some come before the answer to their submit is in the ledger,
some days later.

When memory has forgotten messages, such a receipt is looked up at once where an index answers. After a second
it is looked up wherever its message may be, and if there is none it is parked, on disk, until its message
comes or 72 hours have passed.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from chappe.db.errors import ServerGone
from chappe.engine.link import Link
from chappe.engine.model import Ask, SentMessage
from chappe.engine.receipt_runs import FinalReceipt
from chappe.engine.receipts import Matched
from chappe.engine.store import ResultStore
from chappe.engine.tokens import single, tokens_of
from chappe.kit.clock import Clock
from chappe.messages.model import first_id_of_day
from chappe.sms.provider_ids import candidates, canonical

RECEIPTS_FOR: Final = timedelta(days=4)
"""Receipts come for days (a phone that is off): carriers keep trying for three at most, and their clocks may
be wrong."""

_LOOK_UP_EVERY = 1.0
# A day without an index is read whole: for a tenth of the time, until its index is built.
_REST = 10.0
_LONGEST_REST = 60.0
# Enough to be worth a statement, few enough that those after it do not wait long.
_MOST = 5_000


class LateReceipts:
    """Of one link. Not found: the caller parks them and answers."""

    def __init__(self, link: Link, store: ResultStore, clock: Clock) -> None:
        self._link = link
        self._receipts = link.receipts
        self._store = store
        self._clock = clock
        self._next = self._rested = 0.0

    async def ask_at_once(self) -> None:
        """Match those that came since the last time, where an index answers."""
        if fresh := self._receipts.unasked(_MOST):
            unknown, _ = await self._look_up(fresh, Ask.AT_ONCE)
            self._receipts.put_back(unknown, asked=True)

    async def give_up(self) -> list[FinalReceipt]:
        """Match those that waited a second; the ones that no message was found for."""
        now = self._clock.monotonic()
        if now < self._next or not (late := self._receipts.overdue()):
            return []
        self._next = now + _LOOK_UP_EVERY
        unknown, everywhere = await self._look_up(late, Ask.READ if now >= self._rested else Ask.AGAIN)
        if now >= self._rested:
            took = self._clock.monotonic() - now
            self._rested = now + min(_REST * took, _LONGEST_REST)
        if everywhere:
            return unknown
        self._receipts.put_back(unknown, asked=True)
        return []

    async def _look_up(self, receipts: list[FinalReceipt], ask: Ask) -> tuple[list[FinalReceipt], bool]:
        """Those that were not found, and whether they are not in the ledger."""
        known = self._receipts.map
        wanted = {key for one in receipts for key in candidates(one.provider_id, known.mode)}
        wanted.update(one.provider_id for one in receipts)
        since = first_id_of_day((self._clock.now() - RECEIPTS_FOR).date())
        try:
            found, everywhere = await self._store.find_sent(
                self._link.lease.session, sorted(wanted), since, known.forgotten or 0, ask=ask
            )
        except ServerGone:
            self._receipts.put_back(receipts, asked=False)
            return [], False
        return self._match(receipts, found), everywhere

    def _match(self, receipts: list[FinalReceipt], found: Iterable[SentMessage]) -> list[FinalReceipt]:
        """A carrier that begins to count anew names a later message: the latest of an id is meant."""
        mode = self._receipts.map.mode
        known = {canonical(name, mode): token for one in sorted(found) for name, token in entries(one)}
        unknown = []
        for receipt in receipts:
            token = next((known[key] for key in candidates(receipt.provider_id, mode) if key in known), None)
            if token is None:
                unknown.append(receipt)
            else:
                self._receipts.matched.append(Matched(token, receipt))
        self._link.wakes.receipts.set()
        return unknown


def entries(sent: SentMessage) -> list[tuple[str, int]]:
    """Provider ids of a message with the tokens they stand for."""
    if sent.more_ids is None:
        return [(sent.provider_id, single(sent.id))] if sent.provider_id else []
    ids = [sent.provider_id or "", *sent.more_ids]
    return [(one, token) for one, token in zip(ids, tokens_of(sent.id, len(ids)), strict=True) if one]

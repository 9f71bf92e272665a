"""Commits the results of submits: one transaction at a time, the next as soon as the last returns.

Only after its commit does a message's provider id enter the map of receipts, so that no receipt is applied
before the row it changes (measured: two unordered flushers lost thousands of receipts).
"""

import asyncio
from collections import Counter
from collections.abc import Sequence

import structlog

from chappe.db.errors import ServerGone
from chappe.engine.journal import Journal
from chappe.engine.link import Link
from chappe.engine.model import MOST_ROWS, ClaimedChunk, ExceptionRow, Results, StateRow
from chappe.engine.retries import remnants
from chappe.engine.store import LeaseLost, ResultStore
from chappe.engine.wakes import woken
from chappe.messages.model import EXCEPTIONAL, MessageState, RunDelta

log = structlog.get_logger()
_AGAIN_AFTER = 0.5


class SubmitFlusher:
    def __init__(self, link: Link, store: ResultStore, journal: Journal) -> None:
        self._link = link
        self._store = store
        self._journal = journal

    async def run(self) -> None:
        """Until cancelled or the lease is lost."""
        while True:
            await woken(self._link.wakes.results, 1.0)
            while results := self.gather():
                await self._commit(results)

    def gather(self, most: int = MOST_ROWS) -> Results:
        """Rows of the chunks that changed, and what ends with them. Taken: the caller commits them."""
        out, results = self._link.out, Results()
        results.late, out.late = out.late, []
        for number, held in list(out.dirty.items()):
            if results.states >= most:
                break
            del out.dirty[number]
            accepted, held.taken = held.taken, []
            rows, held.rows = held.rows, []
            chunk = held.chunk
            results.accepted += accepted
            results.rows += rows
            results.deltas += _deltas(chunk, sum([len(one.ids) for one in accepted]), rows)
            results.exceptions += [
                ExceptionRow(row.id, row.workspace_id, chunk.run_id, row.state)
                for row in rows
                if row.state in EXCEPTIONAL
            ]
            if held.left == 0:
                results.finished.append(number)
                results.remnants += remnants(chunk, held.later)
                out.held.pop(number, None)
                out.closing.add(number)
        return results

    async def _commit(self, results: Results) -> None:
        link, again = self._link, False
        while True:
            try:
                await self._store.record(link.lease.session, results, again=again)
                break
            except ServerGone as error:
                log.warning("results_wait", link=link.settings.name, rows=results.states, detail=error.detail)
                again = True
                await asyncio.sleep(_AGAIN_AFTER)
            except LeaseLost:
                link.lease.lose()
                raise
        link.out.committed(results.states, results.finished)
        for number in results.finished:
            self._journal.finished(number)
        link.receipts.committed(results)
        if results.late:
            link.receipts.accepted_late(results.late)
        link.pump()


def _deltas(chunk: ClaimedChunk, accepted: int, rows: Sequence[StateRow]) -> list[RunDelta]:
    """What the results change in the counts of the chunk's run: a line per state, not per message."""
    if chunk.run_id is None or not (accepted or rows):
        return []
    counts = Counter([(row.state, (row.reason or "") if row.state == _SKIPPED else "") for row in rows])
    parts = Counter[int]()
    for row in rows:
        parts[row.state] += row.parts
    counts[_SENT, ""] += accepted
    parts[_SENT] += accepted
    deltas = [RunDelta(chunk.workspace_id, chunk.run_id, _QUEUED, "", -accepted - len(rows), 0)]
    for (state, reason), n in counts.items():
        if n:
            billed = parts.pop(state, 0)
            deltas.append(RunDelta(chunk.workspace_id, chunk.run_id, state, reason, n, billed))
    return deltas


_SENT = int(MessageState.SENT)
_SKIPPED = int(MessageState.SKIPPED)
_QUEUED = int(MessageState.QUEUED)

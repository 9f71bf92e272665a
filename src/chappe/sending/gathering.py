"""Group commit: single messages that are asked for at the same time share one transaction.

A commit waits for the disk, some milliseconds; one commit a request would be a few hundred requests a second.
What arrives while a commit is under way goes into the next one, which begins when that has returned and the
turns of the event loop bring nothing more: no timer, so a lone request waits for nobody. (The answers of one
commit make their clients ask again, one after the other: without those turns the first of them would have a
commit of its own, every second time.) Each request is answered only after its own commit.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from chappe.api import idempotency
from chappe.api.idempotency import Answer, Keyed, Standing
from chappe.db.pool import Connection, Database
from chappe.kit.errors import Problem
from chappe.sending.model import Accepted, Intent
from chappe.sending.service import Door

# A batch this large takes tens of milliseconds: waiting longer would gain nothing.
MOST_IN_BATCH = 500
MOST_WAITING = 10_000
# A request that has been read is here two turns of the loop later.
_QUIET_TURNS = 2
ACCEPTED_STATUS = 202

# Makes the answers' bodies, which are stored under the requests' keys.
Encode = Callable[[Sequence[Accepted], Sequence[Intent]], list[bytes]]


class TooBusy(Problem):
    """More messages wait to be written down than can be held."""

    code = "too_busy"
    status = 503
    title = "Too many messages at once"


@dataclass(slots=True)
class _Wanted:
    intent: Intent
    keyed: Keyed | None
    answer: asyncio.Future[tuple[Answer, bool]]


@dataclass(slots=True)
class _Line:
    """Those of one workspace that wait, and the task that writes them down while there are any."""

    waiting: deque[_Wanted] = field(default_factory=deque)
    task: asyncio.Task[None] | None = None


class Gatherer:
    """One per process; `close` waits for what it has taken."""

    def __init__(
        self, db: Database, door: Door, encode: Encode, *, most_in_batch: int = MOST_IN_BATCH
    ) -> None:
        self._db = db
        self._door = door
        self._encode = encode
        self._most = most_in_batch
        self._lines: dict[int, _Line] = {}

    async def accept(self, workspace_id: int, intent: Intent, keyed: Keyed | None) -> tuple[Answer, bool]:
        """The answer, once it is committed, and whether it is an earlier one given again.

        Raises what `Door.accept` raises, KeyInUse, KeyReused, TooBusy, ServerGone: then nothing was written.
        """
        line = self._lines.setdefault(workspace_id, _Line())
        if len(line.waiting) >= MOST_WAITING:
            raise TooBusy("Try again in a second, or send lists of up to 1,000 messages.", retry_after=1)
        wanted = _Wanted(intent, keyed, asyncio.get_running_loop().create_future())
        line.waiting.append(wanted)
        if line.task is None:
            line.task = asyncio.create_task(self._drain(workspace_id, line))
        return await wanted.answer

    async def close(self) -> None:
        """Return when everything taken has been answered."""
        tasks = [line.task for line in self._lines.values() if line.task is not None]
        await asyncio.gather(*tasks)

    async def _drain(self, workspace_id: int, line: _Line) -> None:
        while line.waiting:
            await self._arrivals_end(line)
            batch = [line.waiting.popleft() for _ in range(min(self._most, len(line.waiting)))]
            try:
                await self._write(workspace_id, batch)
            except Exception as error:
                # The commit failed: nobody's message is known to be written.
                for wanted in batch:
                    _refuse(wanted, error)
        line.task = None

    async def _arrivals_end(self, line: _Line) -> None:
        """Returns when a batch is full, or nothing arrived lately."""
        seen = quiet = 0
        while quiet < _QUIET_TURNS and len(line.waiting) < self._most:
            quiet = quiet + 1 if len(line.waiting) == seen else 0
            seen = len(line.waiting)
            await asyncio.sleep(0)

    async def _write(self, workspace_id: int, batch: Sequence[_Wanted]) -> None:
        async with self._db.transaction(workspace_id) as conn:
            fresh = await self._unanswered(conn, workspace_id, batch)
            settled = await self._accept(conn, workspace_id, fresh)
            kept = [(wanted.keyed, answer) for wanted, answer in settled if wanted.keyed is not None]
            if kept:
                await idempotency.keep(conn, workspace_id, kept)
        for wanted, answer in settled:
            _settle(wanted, answer, replayed=False)

    async def _unanswered(
        self, conn: Connection, workspace_id: int, batch: Sequence[_Wanted]
    ) -> list[_Wanted]:
        """Those to be done now; the others are answered here."""
        first: dict[str, _Wanted] = {}
        for wanted in batch:
            if wanted.keyed is None:
                continue
            if wanted.keyed.key in first:
                _refuse(wanted, idempotency.refusal(Standing.IN_USE, wanted.keyed.key))
            else:
                first[wanted.keyed.key] = wanted
        standings: dict[str, Answer | Standing] = {}
        if first:
            keys = [wanted.keyed for wanted in first.values() if wanted.keyed is not None]
            standings = await idempotency.claim(conn, workspace_id, keys)
        for key, standing in standings.items():
            if isinstance(standing, Answer):
                _settle(first[key], standing, replayed=True)
            elif standing is not Standing.FRESH:
                _refuse(first[key], idempotency.refusal(standing, key))
        return [wanted for wanted in batch if not wanted.answer.done()]

    async def _accept(
        self, conn: Connection, workspace_id: int, batch: Sequence[_Wanted]
    ) -> list[tuple[_Wanted, Answer]]:
        """All together; one that cannot be is found by halving and refused, so that the others do not suffer.
        (Whoever raises a Problem has written nothing: no savepoint is needed, which would cost two rounds.)
        """
        if not batch:
            return []
        intents = [wanted.intent for wanted in batch]
        try:
            accepted = await self._door.accept(conn, workspace_id, intents)
        except Problem as problem:
            if len(batch) == 1:
                _refuse(batch[0], problem)
                return []
            half = len(batch) // 2
            return [
                *await self._accept(conn, workspace_id, batch[:half]),
                *await self._accept(conn, workspace_id, batch[half:]),
            ]
        bodies = self._encode(accepted, intents)
        return [(wanted, Answer(ACCEPTED_STATUS, body)) for wanted, body in zip(batch, bodies, strict=True)]


def _settle(wanted: _Wanted, answer: Answer, *, replayed: bool) -> None:
    # A request that was given up meanwhile has a cancelled future.
    if not wanted.answer.done():
        wanted.answer.set_result((answer, replayed))


def _refuse(wanted: _Wanted, error: Exception) -> None:
    if not wanted.answer.done():
        wanted.answer.set_exception(error)

"""Brings a link its work: leases ready chunks and reads their messages, ahead of the window, never far.

Passwords are claimed beside the rest, on a connection of their own: they wait for no read of thousands.
"""

import asyncio
from collections.abc import Sequence

import structlog

from chappe.db.errors import NumberKeyMissing, ServerGone
from chappe.engine.campaigns import Campaigns
from chappe.engine.composition import Composer
from chappe.engine.dispatch import Shares
from chappe.engine.held import HeldChunk
from chappe.engine.lanes import BULK, QUICK, URGENT_BULK
from chappe.engine.link import Link
from chappe.engine.model import ClaimedChunk, ClaimRequest, Outgoing, RunRange
from chappe.engine.runs import Runs
from chappe.engine.store import DispatchStore
from chappe.engine.suppressions import LEFT, Suppressions
from chappe.engine.wakes import woken
from chappe.kit.clock import Clock
from chappe.messages.model import MessageState, Purpose
from chappe.smpp.link import LinkState

log = structlog.get_logger()
_POLL = 1.0
# Parts kept ready: half a second at full speed. A slow link keeps a second's worth, at least its window.
_MOST_READY = 6_000
_MOST_CHUNKS = 200
# A claim takes milliseconds; seconds where the server is pressed. No statement waits for locks here.
_SURELY_DONE = 10.0


class Claimer:
    def __init__(
        self,
        link: Link,
        store: DispatchStore,
        composer: Composer,
        *,
        shares: Shares,
        suppressions: Suppressions,
        campaigns: Campaigns,
        runs: Runs,
        clock: Clock,
        gate_clock: Clock,
    ) -> None:
        self._link = link
        self._store = store
        self._composer = composer
        self._shares = shares
        self._suppressions = suppressions
        self._campaigns = campaigns
        self._runs = runs
        self._clock = clock
        self._gate_clock = gate_clock
        # Messages of a chunk, lately: how many chunks make what is wanted.
        self._usual = 1_000.0
        # Each held while a claim of its lanes is under way.
        self._bulk = asyncio.Lock()
        self._quick = asyncio.Lock()
        # When to look for chunks of claims whose answers were lost: committed then, or yet to be.
        self._doubts: list[float] = []

    async def run(self) -> None:
        """Until cancelled: everything but what is quick."""
        while True:
            await woken(self._link.wakes.want, _POLL)
            async with self._bulk:
                try:
                    if self._doubts and self._doubts[0] <= self._clock.monotonic():
                        await self._find_orphans()
                    while await self.claim():
                        pass
                except ServerGone as error:
                    self._doubt()
                    log.warning("claims_wait", link=self._link.settings.name, detail=error.detail)

    async def run_quick(self) -> None:
        """Until cancelled: what somebody waits for."""
        while True:
            # Before the first is waited for: the connection is open when one comes.
            async with self._quick:
                try:
                    while await self.claim_quick():
                        pass
                except ServerGone:
                    self._doubt()
                    self._link.wakes.want.set()
            await woken(self._link.wakes.quick, _POLL)

    def _doubt(self) -> None:
        """An answer was lost: look now, and once more when the server has surely done with the question. It
        may run a statement that nobody waits for any more.
        """
        now = self._clock.monotonic()
        self._doubts = [now, now + _SURELY_DONE]

    async def idle(self) -> None:
        """Returns when no claim is under way."""
        async with self._bulk, self._quick:
            pass

    async def claim(self) -> bool:
        """One claim; whether another may find more at once."""
        wanted = self._wanted()
        if wanted > 0:
            lanes, most = BULK, min(max(1, int(wanted / self._usual)), _MOST_CHUNKS)
        elif self._link.lanes.unsent(Purpose.TRANSACTIONAL) <= _MOST_READY:
            lanes, most = URGENT_BULK, _MOST_CHUNKS
        else:
            return False
        chunks = await self._lease(lanes, most)
        if not chunks:
            return False
        messages = await self._load(chunks)
        self._usual += (messages / len(chunks) - self._usual) / 4
        self._usual = max(self._usual, 1.0)
        return len(chunks) >= most and self._wanted() > 0

    async def claim_quick(self) -> bool:
        """As `claim`, for what somebody waits for."""
        if self._link.lanes.unsent(Purpose.OTP) > _MOST_READY:
            return False
        chunks = await self._lease(QUICK, _MOST_CHUNKS)
        if chunks:
            await self._load(chunks)
        return len(chunks) >= _MOST_CHUNKS

    async def _lease(self, lanes: tuple[int, ...], most: int) -> list[ClaimedChunk]:
        link = self._link
        shares = self._shares.of(link.settings.number)
        if link.draining or not link.allowed or link.transport.state is not LinkState.BOUND or not shares:
            return []
        request = ClaimRequest(lanes, shares, self._gate_clock.now(), most)
        return await self._store.claim(link.lease.session, request)

    async def _find_orphans(self) -> None:
        """Chunks leased in this session that it does not hold."""
        out, session = self._link.out, self._link.lease.session
        # What a quick claim has leased and not yet loaded is no orphan.
        async with self._quick:
            now, before = self._clock.monotonic(), out.known()
            leased = await self._store.leased_chunks(session)
            self._doubts = [at for at in self._doubts if at > now]
            orphans = [
                chunk
                for chunk in leased
                # Read before a commit that ended meanwhile, or taken meanwhile: accounted for.
                if chunk.token == session.token and chunk.id not in before and chunk.id not in out.known()
            ]
            if orphans:
                await self._load(orphans)

    def _wanted(self) -> int:
        """Parts to fetch: nothing while enough is ready."""
        link = self._link
        rate = link.settings.settings.parts_per_second
        ready = (
            _MOST_READY if rate is None else min(_MOST_READY, max(link.settings.settings.window, int(rate)))
        )
        missing = ready - sum(link.lanes.unsent(lane) for lane in BULK)
        # Several chunks a claim: one at a time costs the server nearly twice as much for each message.
        return missing if 2 * missing >= ready else 0

    async def _load(self, chunks: list[ClaimedChunk]) -> int:
        """Read and compose the chunks; what was suppressed meanwhile is caught up with. How many messages."""
        link = self._link
        for chunk in chunks:
            self._campaigns.claimed(chunk)
            if chunk.run_id is not None and chunk.run_lo is not None and chunk.run_total is not None:
                self._runs.add(
                    RunRange(chunk.run_lo, chunk.run_lo + chunk.run_total, chunk.run_id, chunk.workspace_id)
                )
        mark = self._suppressions.mark()
        while True:
            try:
                found = await self._store.outgoing(chunks)
                break
            except ServerGone:
                await woken(link.wakes.state, 0.5)
        try:
            forgotten = await self._forgotten(chunks, found)
        except NumberKeyMissing as missing:
            # Taken away since they were claimed. No claim brings them again until it is back.
            log.error("suppression_key_missing", link=link.settings.name, reason=missing.detail)
            self._give_back(chunks, found)
            return 0
        for chunk, messages in zip(chunks, found, strict=True):
            link.add(self._hold(chunk, messages))
            # At once: what is added may leave in the next turn of the loop.
            self._suppressions.catch_up(link, mark)
            if forgotten:
                link.suppress(chunk.workspace_id, forgotten)
            link.pump()
            # Composing a thousand takes milliseconds, in which a password would wait.
            await asyncio.sleep(0)
        return sum([len(one.ids) for one in found])

    def _give_back(self, chunks: Sequence[ClaimedChunk], found: Sequence[Outgoing]) -> None:
        for chunk, messages in zip(chunks, found, strict=True):
            held = self._hold(chunk, messages)
            self._link.add(held)
            self._link.release(held)

    async def _forgotten(self, chunks: Sequence[ClaimedChunk], found: Sequence[Outgoing]) -> dict[int, str]:
        """Scopes of those who were forgotten after their message was planned: by number the ledger does not
        know them any more. NumberKeyMissing when the hashes cannot be read.
        """
        scopes: dict[int, str] = {}
        for chunk, messages in zip(chunks, found, strict=True):
            if messages.hashed and messages.phones and chunk.lane != Purpose.SERVICE:
                scopes |= await self._store.suppressed(chunk.workspace_id, messages.phones)
        # Who left a topic was looked at when the chunk was read.
        return {phone: scope for phone, scope in scopes.items() if scope != LEFT}

    def _hold(self, chunk: ClaimedChunk, messages: Outgoing) -> HeldChunk:
        now = self._clock.now()
        composed = self._composer.compose(chunk, messages, now=now, gate_now=self._gate_clock.now())
        held = HeldChunk(chunk, messages, composed, self._link.settings.number)
        for message in messages.suppressed:
            reason = "topic_left" if message in messages.gone else "suppressed"
            held.settle(message, MessageState.SKIPPED, reason=reason, at=now)
        return held

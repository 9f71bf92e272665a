"""The life of one link: lease, recovery, connection, renewal, and the way out."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

import structlog

from chappe.carriers.binding import overrides_of
from chappe.carriers.model import LinkSettings
from chappe.db.errors import ServerGone
from chappe.engine.assembly import Shared, connect
from chappe.engine.claimer import Claimer
from chappe.engine.composition import Composer
from chappe.engine.inbound import InboundFlusher
from chappe.engine.journal import Journal, JournalUnavailable, LinkHeldHere
from chappe.engine.lease import Lease
from chappe.engine.link import Link
from chappe.engine.model import RENEW_EVERY, ClaimedChunk, Grant, LinkReport, LinkSession, Results
from chappe.engine.receipt_flusher import ReceiptFlusher
from chappe.engine.receipts import Receipts
from chappe.engine.recovery import Circumstances, recover
from chappe.engine.remembering import remember
from chappe.engine.replay import replay
from chappe.engine.store import LeaseLost
from chappe.engine.submit_flusher import SubmitFlusher
from chappe.engine.wakes import Wakes, woken
from chappe.smpp.client import SmppClient
from chappe.smpp.link import LinkState

log = structlog.get_logger()
DRAIN_SECONDS = 25.0
_ASK_AGAIN = 1.0
_NOTHING = LinkReport("", None)


class LinkRunner:
    """Runs one link until `stop`, through lost leases and lost servers."""

    def __init__(self, settings: LinkSettings, shared: Shared) -> None:
        self.settings = settings
        self._shared = shared
        self._stopping = asyncio.Event()
        self._told = _NOTHING

    def stop(self) -> None:
        """Drain and leave."""
        self._stopping.set()

    async def run(self) -> None:
        while not self._stopping.is_set():
            journal = self._shared.journal(self.settings.number)
            clean = False
            try:
                journal.lock()
                grant = await self._lease()
                if grant is not None:
                    clean = await self._hold(grant, journal)
            except (ServerGone, LinkHeldHere, LeaseLost, JournalUnavailable) as error:
                log.warning("link_waits", link=self.settings.name, reason=error.code, detail=error.detail)
            finally:
                journal.close(clean=clean)
            if not self._stopping.is_set():
                await _within(_ASK_AGAIN, self._stopping)

    async def _lease(self) -> Grant | None:
        return await self._shared.store.lease_link(
            self.settings.number, self.settings.workspace_id, self._shared.owner.name
        )

    async def _hold(self, grant: Grant, journal: Journal) -> bool:
        """One session: from the lease to its end. Whether everything was committed."""
        shared = self._shared
        lease = Lease(grant.session, shared.clock, asked_at=shared.clock.monotonic())
        link = self._new_link(lease, journal)
        submits = SubmitFlusher(link, shared.store, journal)
        receipts = ReceiptFlusher(link, shared.store, shared.clock)
        async with _beside(self._renew_alone(lease)):
            await self._recover(grant, journal, link)
            await self._rebuild(link, receipts)
        client = connect(self.settings, link, shared.clock, shared.turns)
        self._told = _NOTHING
        claimer = self._claimer(link)
        tasks = [
            asyncio.create_task(job, name=f"{name} {self.settings.name}")
            for name, job in (
                ("submits", submits.run()),
                ("receipts", receipts.run()),
                ("claims", claimer.run()),
                ("quick claims", claimer.run_quick()),
                ("inbound", InboundFlusher(link, shared.door, shared.db, shared.clock).run()),
                ("renewal", self._renew(lease, link, client)),
                ("time", _ticking(link, shared.tick)),
            )
        ]
        shared.join(link)
        client.start()
        stopping = asyncio.create_task(self._stopping.wait())
        try:
            await asyncio.wait([*tasks, stopping], return_when=asyncio.FIRST_COMPLETED)
            failed = next((task.exception() for task in tasks if task.done()), None)
            if failed is None and not lease.lost:
                return await self._leave(link, claimer, client, tasks)
            if failed is not None and not isinstance(failed, LeaseLost):
                raise failed
            return False
        finally:
            shared.part(link)
            lease.lose()
            await _cancel([*tasks, stopping])
            await client.stop(drain=0)

    async def _leave(
        self, link: Link, claimer: Claimer, client: SmppClient, tasks: list["asyncio.Task[None]"]
    ) -> bool:
        """Give back, wait for the window, commit, unbind, give up the lease. Whether nothing was left."""
        link.drain()
        await claimer.idle()  # a claim that was under way is given back too
        await client.stop(drain=DRAIN_SECONDS)
        with suppress(TimeoutError):
            async with asyncio.timeout(5):
                while not link.out.empty or link.receipts.waiting:
                    await asyncio.sleep(0.02)
        if not link.out.empty:
            return False
        # What the window was answered since the last report: left out, it would look in flight for ever.
        with suppress(TimeoutError):
            async with asyncio.timeout(5):
                while self._told.answered != client.counters.submitted - client.pending():
                    link.wakes.state.set()
                    await asyncio.sleep(0.02)
        await _cancel(tasks)
        if await self._shared.store.leased_chunks(link.lease.session):
            # An answer of the server was lost: this owner's next start settles them by the journal.
            return False
        await self._shared.store.release_link(link.lease.session)
        return True

    def _new_link(self, lease: Lease, journal: Journal) -> Link:
        shared, wakes = self._shared, Wakes()
        options = self.settings.settings
        receipts = Receipts(
            options.receipt_ids,
            by_text=options.receipts_by_text,
            runs=shared.runs,
            wakes=wakes,
            clock=shared.clock,
            most_waiting=shared.receipts_in_memory,
        )
        return Link(
            self.settings,
            lease,
            journal=journal,
            receipts=receipts,
            campaigns=shared.campaigns,
            doubt=shared.doubt,
            wakes=wakes,
            allowed=shared.allowed,
            clock=shared.clock,
            gate_clock=shared.gate_clock,
            overrides=overrides_of(options),
        )

    def _claimer(self, link: Link) -> Claimer:
        shared = self._shared
        return Claimer(
            link,
            shared.store,
            Composer(self.settings.settings),
            shares=shared.shares,
            suppressions=shared.suppressions,
            campaigns=shared.campaigns,
            runs=shared.runs,
            clock=shared.clock,
            gate_clock=shared.gate_clock,
        )

    async def _recover(self, grant: Grant, journal: Journal, link: Link) -> None:
        """Settle what the last session left, before anything new is claimed."""
        shared, session = self._shared, grant.session
        told = None
        if grant.before == shared.owner.name:
            told = replay(journal.segments(), boot=shared.owner.boot, carrier=session.carrier)
        chunks = await shared.store.leased_chunks(session)
        known = Circumstances(
            session.carrier,
            told,
            overrides_of(self.settings.settings),
            shared.shares.with_others,
            shared.clock.now(),
            shared.gate_clock.now(),
        )
        untold = [chunk for chunk in chunks if told is None or chunk.token not in told.sessions]
        if untold:
            # They get this session's token, and its journal, which knows nothing of them, begins when they
            # are in the ledger. Else this owner's next start, were this one to end now, would take them for
            # never written, and send them again.
            await shared.store.adopt(session)
            await self._settle(untold, known, session, journal, link)
        # The rest gets the token when the session has a journal: else that start would take them for another
        # owner's, and leave them in doubt.
        journal.begin(session.token)
        if rest := [chunk for chunk in chunks if chunk not in untold]:
            await shared.store.adopt(session)
            await self._settle(rest, known, session, journal, link)
        if chunks:
            log.info("link_recovered", link=self.settings.name, chunks=len(chunks), journal=told is not None)
        journal.forget_earlier()

    async def _settle(
        self,
        chunks: Sequence[ClaimedChunk],
        known: Circumstances,
        session: LinkSession,
        journal: Journal,
        link: Link,
    ) -> None:
        """Commit what is known of them, a chunk at a time."""
        store = self._shared.store
        flusher = SubmitFlusher(link, store, journal)
        for chunk in chunks:
            [messages] = await store.outgoing([chunk])
            held = recover(chunk, messages, known)
            link.out.held[chunk.id] = held
            link.out.changed(held, len(held.rows))
            results: Results = flusher.gather()
            await store.record(session, results, again=False)
            link.out.committed(results.states, results.finished)

    async def _rebuild(self, link: Link, receipts: ReceiptFlusher) -> None:
        """What waits for a receipt, from the ledger."""
        shared = self._shared
        await remember(shared.store, link.lease.session, link.receipts.map, shared.runs, shared.clock)
        await receipts.load_parked()

    async def _renew_alone(self, lease: Lease) -> None:
        while True:
            await self._report(lease, LinkReport("connecting", None))
            await asyncio.sleep(RENEW_EVERY)

    async def _renew(self, lease: Lease, link: Link, client: SmppClient) -> None:
        """The lease and the link's report, every two seconds and at every change of state."""
        while not lease.lost:
            await self._tell(lease, link, client)
            if not lease.lost:
                await woken(link.wakes.state, RENEW_EVERY)

    async def _tell(self, lease: Lease, link: Link, client: SmppClient) -> None:
        """One report of what the link is and has done since the last one that arrived."""
        before = self._told
        state = "down" if client.state in (LinkState.STOPPED, LinkState.UNBINDING) else client.state.value
        detail = link.refusal if state != "bound" else link.trouble
        counters = client.counters
        total = LinkReport(
            state,
            detail,
            counters.submitted,
            counters.submitted - client.pending(),
            link.out.refused,
            link.out.throttled,
            link.receipts.taken,
            link.inbound_taken,
        )
        grown = LinkReport(
            state, detail, *(now - then for now, then in zip(total[2:], before[2:], strict=True))
        )
        if await self._report(lease, grown):
            if state != before.state:
                self._shared.look.set()
            self._told = total
            await self._keep(link)

    async def _keep(self, link: Link) -> None:
        """The log that people look at. It is worth no retry: what cannot be written is gone."""
        if exchanges := link.exchanges.take():
            with suppress(ServerGone):
                await self._shared.store.keep_exchanges(link.lease.session, exchanges)

    async def _report(self, lease: Lease, report: LinkReport) -> bool:
        asked_at = self._shared.clock.monotonic()
        try:
            if await self._shared.store.renew_link(lease.session, report):
                lease.renewed(asked_at=asked_at)
                return True
            lease.lose()
        except ServerGone:
            await asyncio.sleep(0.5)
        return False


async def _ticking(link: Link, every: float) -> None:
    while True:
        link.tick()
        await asyncio.sleep(every)


@asynccontextmanager
async def _beside(job: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Runs a job beside the block."""
    task = asyncio.create_task(job)
    try:
        yield
    finally:
        await _cancel([task])


async def _cancel(tasks: Sequence["asyncio.Future[Any]"]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _within(seconds: float, event: asyncio.Event) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()

"""The sender role: a link for every enabled carrier, for as long as the process runs."""

import asyncio
from contextlib import suppress
from uuid import UUID

import structlog

from chappe.carriers.model import CHANGED, LinkSettings
from chappe.config.settings import Settings
from chappe.consent.preference_links import PreferenceLinks
from chappe.db.demo import gate_clock
from chappe.db.errors import NumberKeyMissing, ServerGone
from chappe.db.keys import InstanceKeys
from chappe.db.pool import Database
from chappe.engine.assembly import Shared
from chappe.engine.directory import Directory, PgDirectory
from chappe.engine.lanes import QUICK
from chappe.engine.notices import Notices
from chappe.engine.owner import this_owner
from chappe.engine.pg_store import PgStore
from chappe.engine.runner import LinkRunner
from chappe.engine.statements import SQL
from chappe.engine.suppressions import Suppressions
from chappe.gate.rulings import Rulings
from chappe.kit.clock import Clock, DemoClock
from chappe.messages.service import MessageIds
from chappe.sending.service import Door

log = structlog.get_logger()
_LOOK_EVERY = 1.0
_WORK = "chappe_chunk"
_CAMPAIGN = "chappe_campaign"
_QUICK = frozenset(map(str, QUICK))
_DEMO = (
    "not used: the clock of this demo is moved, so that real messages would leave at night. "
    "Use this carrier in another data folder: chappe serve --home DIR"
)


async def run_sender(
    settings: Settings, database: Database, keys: InstanceKeys, clock: Clock, stop: asyncio.Event
) -> None:
    """Runs the links until `stop`, then drains: nothing new is claimed, the window is answered, results are
    committed, links unbind and are given up.
    """
    journals = settings.home / "journal"
    async with database.engine.acquire() as conn:
        gate = await gate_clock(conn, clock)
        instance: UUID = await conn.fetchval(SQL.instance_id)
    owner = this_owner(instance, journals)
    store = PgStore(database, sessions=owner.sessions)
    shared = Shared(
        db=database,
        store=store,
        owner=owner,
        journals=journals,
        clock=clock,
        gate_clock=gate,
        door=Door(
            MessageIds(database, clock),
            Rulings(database),
            clock,
            gate,
            database.number_keys,
            PreferenceLinks(keys, settings.base_url),
        ),
        suppressions=Suppressions(clock),
        receipts_in_memory=settings.receipts_in_memory,
    )
    try:
        await Sender(shared, PgDirectory(database, keys)).run(stop)
    finally:
        await store.close()


class Sender:
    """One process; `shared` is what its links have in common."""

    def __init__(self, shared: Shared, directory: Directory) -> None:
        self._shared = shared
        self._directory = directory
        self._running: dict[int, tuple[LinkRunner, asyncio.Task[None]]] = {}
        self._reload = asyncio.Event()
        self._campaigns: set[UUID] = set()

    async def run(self, stop: asyncio.Event) -> None:
        shared = self._shared
        notices = Notices(
            shared.db,
            shared.suppressions,
            shared.clock,
            readers={
                CHANGED: lambda _: self._carriers_changed(shared),
                _WORK: lambda lane: self._work(shared, lane),
                _CAMPAIGN: lambda payload: self._campaign_changed(shared, payload),
            },
            connected=lambda: self._carriers_changed(shared),
        )
        listening = asyncio.create_task(notices.run(), name="notices")
        looking = asyncio.create_task(self._keep_looking(shared), name="look")
        log.info("sender_started", owner=shared.owner.name)
        stopping = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait([listening, looking, stopping], return_when=asyncio.FIRST_COMPLETED)
            for task in (listening, looking):
                if task.done():
                    task.result()
        finally:
            looking.cancel()
            await asyncio.gather(looking, return_exceptions=True)
            await self._stop_all()
            listening.cancel()
            stopping.cancel()
            await asyncio.gather(listening, stopping, return_exceptions=True)
            log.info("sender_stopped")

    # What is told

    def _carriers_changed(self, shared: Shared) -> None:
        self._reload.set()
        shared.look.set()

    def _work(self, shared: Shared, lane: str) -> None:
        for link in shared.links:
            if lane not in _QUICK:
                link.wakes.want.set()
            if lane in _QUICK or not lane:
                link.wakes.quick.set()

    def _campaign_changed(self, shared: Shared, payload: str) -> None:
        """Stopped until the ledger has been asked: a pause takes effect before its answer comes."""
        with suppress(ValueError):
            campaign = UUID(payload)
            shared.campaigns.stop(campaign)
            self._campaigns.add(campaign)
            shared.look.set()

    # What is looked after

    async def _keep_looking(self, shared: Shared) -> None:
        while True:
            shared.look.clear()
            try:
                await self._look_once(shared)
            except ServerGone as error:
                log.warning("sender_waits", detail=error.detail)
                self._reload.set()
                await asyncio.sleep(0.5)
            with suppress(TimeoutError):
                async with asyncio.timeout(_LOOK_EVERY):
                    await shared.look.wait()

    async def _look_once(self, shared: Shared) -> None:
        if refused := dict(shared.campaigns.refused):
            await shared.store.pause_campaigns(refused)
            for campaign in refused:
                del shared.campaigns.refused[campaign]
            # The notice may be late; until then they are stopped here.
            self._campaigns |= refused.keys()
        if self._campaigns:
            await self._learn_campaigns(shared)
        if asked := shared.suppressions.reread:
            await self._reread(shared)
            shared.suppressions.read_again(asked)
            self._reload.set()
        shared.held = await shared.store.held()
        if self._reload.is_set() or not self._running:
            self._reload.clear()
            await self._load_carriers(shared)
        routes = await self._directory.routes()
        shared.shares.update(routes, await shared.store.live_links())
        for link in shared.links:
            link.out.other_routes = shared.shares.with_others
            link.wakes.want.set()

    async def _learn_campaigns(self, shared: Shared) -> None:
        asked, self._campaigns = self._campaigns, set()
        try:
            states = await shared.store.campaign_states(list(asked))
        except ServerGone:
            self._campaigns |= asked
            raise
        for campaign in asked:
            if not shared.campaigns.learn(campaign, states.get(campaign)):
                for link in shared.links:
                    link.release_where(campaign)
        for link in shared.links:
            link.wakes.want.set()
            link.pump()

    async def _reread(self, shared: Shared) -> None:
        """Notices were missed, or told of too many: check what is held against the ledger."""
        held = {one.chunk.campaign_id for link in shared.links for one in link.out.held.values()}
        self._campaigns |= {campaign for campaign in held if campaign is not None}
        # Nothing of these is held, but they may have been resumed.
        self._campaigns |= shared.campaigns.all_stopped
        if self._campaigns:
            await self._learn_campaigns(shared)
        for link in shared.links:
            for one in list(link.out.held.values()):
                phones = one.phones()
                if phones:
                    workspace = one.chunk.workspace_id
                    try:
                        link.suppress(workspace, await shared.store.suppressed(workspace, phones))
                    except NumberKeyMissing as missing:
                        # Others' links go on; this one claims nothing that needs the key.
                        log.error("suppression_key_missing", link=link.settings.name, reason=missing.detail)
                        link.release(one)

    async def _load_carriers(self, shared: Shared) -> None:
        """Start links that are new, restart those whose settings changed, stop those that are gone."""
        wanted = {one.number: one for one in await self._directory.links()}
        if isinstance(shared.gate_clock, DemoClock):
            # A moved clock would send real messages at night.
            real = [number for number, one in wanted.items() if not one.simulated]
            await self._directory.explain(real, _DEMO)
            wanted = {number: one for number, one in wanted.items() if one.simulated}
        for number, (runner, task) in list(self._running.items()):
            now = wanted.get(number)
            if now is None or now.revision != runner.settings.revision:
                runner.stop()
            if task.done():
                del self._running[number]
                if not task.cancelled() and (error := task.exception()) is not None:
                    log.error("link_failed", link=runner.settings.name, error=repr(error))
        for number, settings in wanted.items():
            if number not in self._running:
                self._start(settings, shared)

    def _start(self, settings: LinkSettings, shared: Shared) -> None:
        runner = LinkRunner(settings, shared)
        task = asyncio.create_task(runner.run(), name=f"link {settings.name}")
        # Started again, with its new settings or after a failure, at the next look: within a second.
        task.add_done_callback(lambda _: self._reload.set())
        self._running[settings.number] = (runner, task)

    async def _stop_all(self) -> None:
        for runner, _ in self._running.values():
            runner.stop()
        await asyncio.gather(*(task for _, task in self._running.values()), return_exceptions=True)

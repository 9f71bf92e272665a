"""The engine's stores in memory: `Store`, `Directory`, and what `Notices` ask of a database, on a server."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from tests.simulation import dispatching, recording
from tests.simulation.server import ListeningConnection, Server
from tests.simulation.tables import CARRIER, ROUTE, WORKSPACE

from chappe.carriers.model import LinkSettings, RouteSettings
from chappe.engine.exchanges import Exchange
from chappe.engine.model import (
    Ask,
    CampaignState,
    ClaimedChunk,
    ClaimRequest,
    FinalStates,
    Found,
    Grant,
    LinkReport,
    LinkSession,
    Outgoing,
    ParkedReceipt,
    Results,
    RunRange,
    SentPage,
)
from chappe.engine.runs import Runs


class MemoryStore:
    """`chappe.engine.store.Store` of one process."""

    def __init__(self, server: Server) -> None:
        self._ask = server.ask

    async def lease_link(self, carrier: int, workspace_id: int, owner: str) -> Grant | None:
        return await self._ask(dispatching.lease_link, carrier, workspace_id, owner)

    async def renew_link(self, link: LinkSession, report: LinkReport) -> bool:
        return await self._ask(dispatching.renew_link, link, report)

    async def keep_exchanges(self, link: LinkSession, exchanges: Sequence[Exchange]) -> None:
        """Nobody looks at a simulated link."""

    async def release_link(self, link: LinkSession) -> None:
        await self._ask(dispatching.release_link, link)

    async def live_links(self) -> set[int]:
        return await self._ask(dispatching.live_links)

    async def held(self) -> bool:
        return await self._ask(dispatching.held)

    async def claim(self, link: LinkSession, request: ClaimRequest) -> list[ClaimedChunk]:
        return await self._ask(dispatching.claim, link, request)

    async def outgoing(self, chunks: Sequence[ClaimedChunk]) -> list[Outgoing]:
        return await self._ask(dispatching.outgoing, list(chunks))

    async def leased_chunks(self, link: LinkSession) -> list[ClaimedChunk]:
        return await self._ask(dispatching.leased_chunks, link)

    async def adopt(self, link: LinkSession) -> None:
        await self._ask(dispatching.adopt, link)

    async def suppressed(self, workspace_id: int, phones: Sequence[int]) -> dict[int, str]:
        return await self._ask(dispatching.suppressed, workspace_id, list(phones))

    async def campaign_states(self, campaigns: Sequence[UUID]) -> dict[UUID, CampaignState]:
        return await self._ask(dispatching.campaign_states, list(campaigns))

    async def record(self, link: LinkSession, results: Results, *, again: bool) -> None:
        await self._ask(recording.record, link, results, again)

    async def apply_receipts(
        self, link: LinkSession, found: FinalStates, runs: Runs, at: datetime
    ) -> list[int]:
        return await self._ask(recording.apply_receipts, link, found, runs, at)

    async def park(self, link: LinkSession, receipts: Sequence[ParkedReceipt]) -> list[int]:
        return await self._ask(recording.park, link, list(receipts))

    async def parked(self, link: LinkSession, since: datetime) -> list[ParkedReceipt]:
        return await self._ask(recording.parked, link, since)

    async def forget_parked(self, link: LinkSession, before: datetime) -> int:
        return await self._ask(recording.forget_parked, link, before)

    async def find_sent(
        self, link: LinkSession, provider_ids: Sequence[str], since: int, until: int, *, ask: Ask
    ) -> Found:
        return await self._ask(recording.find_sent, link, list(provider_ids), since, until, ask)

    async def sent_below(self, link: LinkSession, since: int, below: int) -> SentPage:
        return await self._ask(recording.sent_below, link, since, below)

    async def runs_between(self, lo: int, hi: int) -> list[RunRange]:
        return await self._ask(recording.runs_between, lo, hi)


class MemoryDirectory:
    """`chappe.engine.directory.Directory` of one carrier and its route."""

    def __init__(self, server: Server, link: LinkSettings) -> None:
        self._ask = server.ask
        self._links = [link]
        self._routes = [
            RouteSettings(route_id=ROUTE, workspace_id=WORKSPACE, is_default=True, carriers=(CARRIER,))
        ]

    async def links(self) -> list[LinkSettings]:
        return await self._ask(lambda tables, now: list(self._links))

    async def routes(self) -> list[RouteSettings]:
        return await self._ask(lambda tables, now: self._routes)

    async def explain(self, links: Sequence[int], why: str) -> None:
        raise AssertionError("no demo is simulated")


class MemoryDatabase:
    """As much of `chappe.db.pool.Database` as notices ask for."""

    def __init__(self, server: Server) -> None:
        self._server = server

    async def connection(self) -> ListeningConnection:
        return await self._server.connection()

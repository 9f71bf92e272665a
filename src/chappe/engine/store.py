"""What the sender asks of the ledger. PostgreSQL answers in production (`pg_store`); a simulation may answer
from memory, and runs the very links and flushers.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

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
from chappe.kit.errors import Problem


class LeaseLost(Problem):
    """Another process owns the link now; what this one holds of it counts no more."""

    code = "lease_lost"
    status = 409
    title = "The link has another owner"


class LinkStore(Protocol):
    """Leases of links."""

    async def lease_link(self, carrier: int, workspace_id: int, owner: str) -> Grant | None:
        """The lease, or None while another owner's runs."""
        ...

    async def renew_link(self, link: LinkSession, report: LinkReport) -> bool:
        """False: the lease has another owner."""
        ...

    async def keep_exchanges(self, link: LinkSession, exchanges: Sequence[Exchange]) -> None:
        """For people to look at; of each link the newest few thousand stay."""
        ...

    async def release_link(self, link: LinkSession) -> None: ...

    async def live_links(self) -> set[int]:
        """Carriers whose link is bound and was renewed within 5 s."""
        ...

    async def held(self) -> bool:
        """The installation is held: nothing may be sent."""
        ...


class DispatchStore(Protocol):
    """Work for a link."""

    async def claim(self, link: LinkSession, request: ClaimRequest) -> list[ClaimedChunk]: ...

    async def outgoing(self, chunks: Sequence[ClaimedChunk]) -> list[Outgoing]:
        """Of each chunk, in order, the messages that have no state."""
        ...

    async def leased_chunks(self, link: LinkSession) -> list[ClaimedChunk]:
        """Chunks left leased to this link by an earlier session, with that session's token."""
        ...

    async def adopt(self, link: LinkSession) -> None:
        """Put this session's token on them. LeaseLost."""
        ...

    async def suppressed(self, workspace_id: int, phones: Sequence[int]) -> dict[int, str]:
        """Scope (`marketing` or `all`) of those of the numbers that are suppressed now, be it that a hash of
        them is all that is known. NumberKeyMissing when nobody can tell.
        """
        ...

    async def pause_campaigns(self, why: Mapping[UUID, str]) -> None:
        """Pause those that are being sent, with the reason that a person is shown."""
        ...

    async def campaign_states(self, campaigns: Sequence[UUID]) -> dict[UUID, CampaignState]: ...


class ResultStore(Protocol):
    """Results of submits and receipts."""

    async def record(self, link: LinkSession, results: Results, *, again: bool) -> None:
        """One transaction. LeaseLost: nothing was written.

        `again`: an earlier try may have been committed though its answer was lost; then nothing is done.
        """
        ...

    async def apply_receipts(
        self, link: LinkSession, found: FinalStates, runs: Runs, at: datetime
    ) -> list[int]:
        """One transaction: states, counts of the runs, parked rows deleted.

        Returns the ids that have no state row, whose receipts were not applied. LeaseLost.
        """
        ...

    async def park(self, link: LinkSession, receipts: Sequence[ParkedReceipt]) -> list[int]:
        """Ids of the rows, in order. LeaseLost: a new owner would never learn of them."""
        ...

    async def parked(self, link: LinkSession, since: datetime) -> list[ParkedReceipt]: ...

    async def forget_parked(self, link: LinkSession, before: datetime) -> int: ...

    async def find_sent(
        self, link: LinkSession, provider_ids: Sequence[str], since: int, until: int, *, ask: Ask
    ) -> Found:
        """Messages of this carrier from id `since` on that may have one of these provider ids, any part's;
        some that are found have an id that only looks alike. Days that are indexed are asked; the others may
        have them up to that of the id `until`.
        """
        ...

    async def sent_below(self, link: LinkSession, since: int, below: int) -> SentPage:
        """The next of the messages `since ≤ id < below` that a receipt can still change, the latest first."""
        ...

    async def runs_between(self, lo: int, hi: int) -> list[RunRange]:
        """Runs whose ids meet `lo ≤ id < hi`."""
        ...


class Store(LinkStore, DispatchStore, ResultStore, Protocol):
    """Everything the sender asks."""

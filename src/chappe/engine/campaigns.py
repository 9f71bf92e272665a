"""What the links know of the campaigns whose chunks they hold: stopped or not, and how fast."""

from uuid import UUID

from chappe.engine.model import CampaignState, ClaimedChunk
from chappe.smpp.pacing import Pacer


class Campaigns:
    """Shared by the links of a process. A campaign's rate holds across them."""

    def __init__(self) -> None:
        # Campaign → why it cannot go on: stopped here, and to be paused in the ledger.
        self.refused: dict[UUID, str] = {}
        self._stopped: set[UUID] = set()
        self._pacers: dict[UUID, Pacer] = {}

    def claimed(self, chunk: ClaimedChunk) -> None:
        """A chunk of the campaign is held: its rate at the time of the claim."""
        if chunk.campaign_id is not None:
            self._pace(chunk.campaign_id, chunk.campaign_rate)

    def stop(self, campaign: UUID) -> None:
        """Nothing of it is submitted until `learn` says that it is being sent."""
        self._stopped.add(campaign)

    def refuse(self, campaign: UUID, why: str) -> None:
        """A carrier does not take its sender: every other message would be refused as well."""
        self._stopped.add(campaign)
        self.refused.setdefault(campaign, why)

    def learn(self, campaign: UUID, state: CampaignState | None) -> bool:
        """What the ledger says now; None: it is gone. Whether it is being sent."""
        if state is None or not state.sending or campaign in self.refused:
            self._stopped.add(campaign)
            return False
        self._stopped.discard(campaign)
        self._pace(campaign, state.parts_per_second)
        return True

    @property
    def all_stopped(self) -> frozenset[UUID]:
        """Those of which nothing is submitted."""
        return frozenset(self._stopped)

    def stopped(self, campaign: UUID | None) -> bool:
        return campaign in self._stopped

    def available(self, campaign: UUID | None, now: float) -> int | None:
        """Parts it may send now; None without a limit."""
        pacer = self._pacers.get(campaign) if campaign is not None else None
        return None if pacer is None else pacer.available(now)

    def take(self, campaign: UUID | None, parts: int, now: float) -> None:
        pacer = self._pacers.get(campaign) if campaign is not None else None
        if pacer is not None:
            pacer.take(parts, now)

    def _pace(self, campaign: UUID, rate: int | None) -> None:
        pacer = self._pacers.get(campaign)
        if rate is None:
            self._pacers.pop(campaign, None)
        elif pacer is None:
            self._pacers[campaign] = Pacer(rate)
        elif pacer.limit != rate:
            pacer.set_limit(rate)

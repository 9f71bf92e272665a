"""What the links of a process share, and how a carrier's settings become a connection."""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

from chappe.carriers.binding import bind_settings
from chappe.carriers.model import LinkSettings
from chappe.config.settings import is_loopback
from chappe.db.pool import Database
from chappe.engine.campaigns import Campaigns
from chappe.engine.dispatch import Shares
from chappe.engine.doubt import InDoubt
from chappe.engine.journal import Journal
from chappe.engine.link import Link
from chappe.engine.owner import Owner
from chappe.engine.provider_map import MOST_WAITING
from chappe.engine.runs import Runs
from chappe.engine.store import Store
from chappe.engine.suppressions import Suppressions
from chappe.kit.clock import Clock
from chappe.sending.service import Door
from chappe.smpp.bind_turns import BindTurns
from chappe.smpp.client import SmppClient


@dataclass(slots=True)
class Shared:
    """Of one process; `links` are those that hold a lease now."""

    db: Database
    store: Store
    owner: Owner
    journals: Path
    clock: Clock
    gate_clock: Clock
    door: Door
    suppressions: Suppressions
    # Of each link: the messages whose receipts are matched without asking the ledger.
    receipts_in_memory: int = MOST_WAITING
    # Seconds between looks at what waits for time alone.
    tick: float = 0.1
    campaigns: Campaigns = field(default_factory=Campaigns)
    doubt: InDoubt = field(default_factory=InDoubt)
    runs: Runs = field(default_factory=Runs)
    shares: Shares = field(default_factory=Shares)
    turns: BindTurns = field(default_factory=BindTurns)
    links: list[Link] = field(default_factory=list)
    # Set when something changed that decides who sends what: looked at once, not at the next second.
    look: asyncio.Event = field(default_factory=asyncio.Event)
    # The installation is held after a restore: nothing leaves until a person says so.
    held: bool = True

    def allowed(self) -> bool:
        """Asked at every write."""
        return self.suppressions.fresh and not self.held

    def journal(self, carrier: int) -> Journal:
        """The journal of a link, not locked yet."""
        return Journal(self.journals / str(carrier), boot=self.owner.boot, carrier=carrier)

    def join(self, link: Link) -> None:
        link.out.other_routes = self.shares.with_others
        self.links.append(link)
        self.doubt.add(link)
        self.suppressions.add(link)

    def part(self, link: Link) -> None:
        self.links.remove(link)
        self.doubt.remove(link)
        self.suppressions.remove(link)


def connect(carrier: LinkSettings, link: Link, clock: Clock, turns: BindTurns) -> SmppClient:
    """A client for the carrier, handing what it reads to `link`. Not started."""
    # What listens on this machine is a simulator or a relay of ours: no one there bans us.
    taken = None if is_loopback(carrier.settings.host) else turns
    client = SmppClient(
        bind_settings(carrier.settings, carrier.password.reveal()), link, clock=clock, turns=taken
    )
    link.transport = client
    return client

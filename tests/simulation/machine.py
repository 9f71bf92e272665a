"""A sender process in a simulation: the product's `Sender` with all that is under it, killed at will."""

import asyncio
import shutil
from collections.abc import Callable
from pathlib import Path

from tests.simulation.clock import VirtualClock
from tests.simulation.loop import Host, Killed, VirtualLoop
from tests.simulation.network import Network
from tests.simulation.schedule import Schedule
from tests.simulation.server import Server
from tests.simulation.store import MemoryDatabase, MemoryDirectory, MemoryStore

from chappe.carriers.model import LinkSettings
from chappe.engine.assembly import Shared
from chappe.engine.journal import Journal, JournalUnavailable
from chappe.engine.owner import Owner
from chappe.engine.sender import Sender
from chappe.engine.suppressions import Suppressions

BOOT = b"b" * 16


class WatchedJournal(Journal):
    """The journal on its real files; its disk may be full, and its process killed beside a write."""

    process: "SenderProcess"

    def _append(self, data: bytes) -> None:
        process = self.process
        process.passes("before journal")
        if process.disk_full:
            raise JournalUnavailable("The disk is full.")
        super()._append(data)
        process.passes("after journal")


class SimulatedShared(Shared):
    """What the links of the process share; its journals are closed when it is killed."""

    process: "SenderProcess"

    def journal(self, carrier: int) -> Journal:
        made = WatchedJournal(
            self.journals / str(carrier), boot=self.owner.boot, carrier=carrier, segment_bytes=1_000
        )
        made.process = self.process
        self.process.journals.append(made)
        return made


class SenderProcess(Host):
    """One life of a process. `owner` is the same in the next one when `home` is."""

    def __init__(self, name: str, home: Path, loop: VirtualLoop, network: Network) -> None:
        super().__init__(name)
        self.owner = f"instance:{name}:{home.name}"
        self.home = home
        self.journals: list[Journal] = []
        self.disk_full = False
        self.task: asyncio.Task[None] | None = None
        self.died: Callable[[SenderProcess], None] = lambda process: None
        # Where it is killed, and after how many passages there; see `passes`.
        self.trap: tuple[str, int] | None = None
        self._loop = loop
        self._network = network
        self._stop = asyncio.Event()
        self.burnt = self.kill

    def start(self, server: Server, clock: VirtualClock, link: LinkSettings, schedule: Schedule) -> None:
        shared = SimulatedShared(
            db=MemoryDatabase(server),  # type: ignore[arg-type]  # answers what the engine asks
            store=MemoryStore(server),
            owner=Owner(self.owner, BOOT),
            journals=self.home,
            clock=clock,
            gate_clock=clock,
            door=None,  # type: ignore[arg-type]  # no text of a person comes in
            suppressions=Suppressions(clock),
            receipts_in_memory=schedule.receipts_in_memory,
            tick=schedule.tick,
        )
        shared.process = self
        self.task = self._loop.start(Sender(shared, MemoryDirectory(server, link)).run(self._stop), self)

    def passes(self, where: str) -> None:
        """A place where it may be killed in the middle of a step."""
        if not self.alive:
            raise Killed
        if self.trap is not None and self.trap[0] == where:
            self.trap = (where, self.trap[1] - 1)
            if self.trap[1] < 0:
                self.kill()
                raise Killed

    def terminate(self) -> None:
        """SIGTERM: it drains and leaves."""
        self._stop.set()

    def kill(self) -> None:
        """kill -9: nothing of it runs any more; the kernel closes its files and sockets."""
        if not self.alive:
            return
        self.alive = False
        self.paused = None
        self._loop.note("is killed", host=self)
        for journal in self.journals:
            journal.close(clean=False)
        self._network.killed(self)
        self.died(self)

    def forget_journal(self) -> None:
        """Its disk is lost."""
        shutil.rmtree(self.home, ignore_errors=True)

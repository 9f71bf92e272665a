"""Runs one schedule: machines, server, carrier and what goes wrong, until everything is quiet again."""

import asyncio
import os
import random
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from tests.simulation.carrier import Carrier
from tests.simulation.clock import VirtualClock
from tests.simulation.events import Happenings
from tests.simulation.logs import EXPECTED, kept
from tests.simulation.loop import Host, Killed, Stuck, VirtualLoop
from tests.simulation.machine import SenderProcess
from tests.simulation.network import Network
from tests.simulation.planning import ZONES, Snapshot, plan
from tests.simulation.promises import Promises, Witness, campaign_id
from tests.simulation.schedule import Person, Schedule
from tests.simulation.server import Server, Weather
from tests.simulation.tables import CARRIER, WORKSPACE, Broken, Campaign, Tables

from chappe.carriers.model import CarrierKind, LinkSettings
from chappe.carriers.settings import SmppSettings
from chappe.config.settings import Secret
from chappe.messages.model import MessageState, NewMessage, Purpose, RunDelta, first_id_of_day
from chappe.rules.hours import window
from chappe.sms.provider_ids import IdMode

RUN = 1
# The share of planners' lives that end by a kill.
_MORTAL = 0.6
# The share of restarts without the journal.
_DISK_LOST = 0.1
_MOST_STEPS = 400_000
_LONGEST = 150.0
_LOOK_EVERY = 0.4
# Files that no disk needs to hold.
_MEMORY = Path("/dev/shm")


@dataclass
class Outcome:
    """What a run left. `broken`: promises that did not hold, none of them twice for one reason."""

    schedule: Schedule
    broken: list[Broken]
    steps: int
    seconds: float
    tables: Tables
    carrier: Carrier

    def __str__(self) -> str:
        return "\n".join(str(one) for one in self.broken) or "every promise held"


class World:
    """Everything of one run. `processes` are those of this moment, by their place."""

    def __init__(self, schedule: Schedule, home: Path) -> None:
        chance = random.Random(schedule.seed ^ 0x5EED)
        random.seed(schedule.seed)  # the client's jitter
        self.schedule = schedule
        self.loop = VirtualLoop(chance)
        self.clock = VirtualClock(self.loop, schedule.start)
        self.tables = Tables()
        self.server = Server(self.loop, self.tables, schedule.weather)
        self.promises = self._watch()
        self.carrier = Carrier(self.loop, schedule.mood, self.promises)
        self.network = Network(self.loop, self.carrier.accept, _passes, schedule.slowest_network)
        self.loop.connector = self.network.connect
        self.link = _link(schedule)
        self.home = home
        self.processes: list[SenderProcess] = []
        self.snapshots: list[Snapshot] = []
        self.calm = False
        self._lives = 0

    def _watch(self) -> Witness:
        """What is asked of the run."""
        return Promises(self.schedule, self.tables, self.loop, self.clock)

    def _happenings(self) -> Happenings:
        return Happenings(self)

    # Machines

    def launch(self, place: int) -> SenderProcess:
        """The next life of a process; its folder is the one of the last, unless it was lost."""
        self._lives += 1
        name = "ab"[place]
        homes = sorted(self.home.glob(f"{name}*"))
        home = homes[-1] if homes else self.home / f"{name}{self._lives}"
        home.mkdir(exist_ok=True)
        process = SenderProcess(name, home, self.loop, self.network)
        process.died = lambda _: self.loop.outside(self._pause(), self._again, place)
        if place < len(self.processes):
            self.processes[place] = process
        else:
            self.processes.append(process)
        process.start(self.server, self.clock, self.link, self.schedule)
        assert process.task is not None
        process.task.add_done_callback(lambda _: self._ended(process, place))
        return process

    def _pause(self) -> float:
        return 0.02 + self.loop.chance.random() * 0.5

    def _again(self, place: int) -> None:
        if self.loop.chance.random() < _DISK_LOST:
            self.processes[place].forget_journal()
        self.launch(place)

    def _ended(self, process: SenderProcess, place: int) -> None:
        """It left, as it was asked to: it is started again."""
        if process.alive and self.processes[place] is process:
            process.alive = False
            self.loop.outside(self._pause(), self._again, place)

    def launch_planner(self, snapshot: Snapshot) -> None:
        """The next life of a run's planner; a fuse kills it somewhere in the first of them."""
        chance = self.loop.chance
        planner = Host("p")

        def die() -> None:
            planner.alive = False
            snapshot.killed(planner)
            self.loop.outside(self._pause(), self.launch_planner, snapshot)

        planner.burnt = die
        if not self.calm and chance.random() < _MORTAL:
            planner.fuse = chance.randint(3, 60)
        self.loop.start(plan(self.server, snapshot, self.clock, chance.randint(1, 3)), planner)

    # The campaign

    def fill(self) -> None:
        """The campaign: its audience, to be planned, or its messages and chunks as planned."""
        schedule, tables, now = self.schedule, self.tables, self.clock.now()
        lo = first_id_of_day(now.date()) + 1
        campaign = Campaign(
            campaign_id(schedule.seed), RUN, lo, len(schedule.people), int(schedule.purpose),
            schedule.campaign_rate,
        )  # fmt: skip
        tables.campaigns[campaign.id] = tables.runs[RUN] = campaign
        if schedule.planned:
            campaign.state = "preparing"
            self.prepare(Snapshot(campaign, schedule.people))
            return
        expires = now + schedule.expires_after if schedule.expires_after is not None else None
        for number, person in enumerate(schedule.people, lo):
            tables.messages[number] = _message(number, person, schedule.purpose, expires)
        parts = sum(person.parts for person in schedule.people)
        tables.deltas.append(
            RunDelta(WORKSPACE, RUN, int(MessageState.QUEUED), "", len(schedule.people), parts)
        )
        closes = window(ZONES, now).closes_at if schedule.purpose is Purpose.MARKETING else None
        for start in range(lo, lo + len(schedule.people), schedule.chunk):
            tables.add_chunk(
                run_id=RUN, lane=int(schedule.purpose), lo=start,
                hi=min(start + schedule.chunk, lo + len(schedule.people)),
                due_at=now, window_end=closes, zones=ZONES if closes else None, expires_at=expires,
            )  # fmt: skip

    def prepare(self, snapshot: Snapshot) -> None:
        """A campaign begins: its audience is to be taken and planned."""
        self.snapshots.append(snapshot)
        self.launch_planner(snapshot)

    # A run

    def run(self) -> Outcome:
        self.fill()
        for place in range(self.schedule.senders):
            self.launch(place)
        director = self.loop.start(self._direct())
        try:
            self.loop.run(director, _MOST_STEPS, lambda: bool(self.promises.broken or self.loop.failures))
            if not self.promises.broken and not self.loop.failures:
                director.result()
                self.promises.check_end(self.carrier, planned=all(one.taken for one in self.snapshots))
        except (Stuck, TimeoutError) as error:
            self.promises.broken.append(Broken("I1", f"it does not end: {error!r}"))
        self.promises.broken += [_broken(failure) for failure in self.loop.failures]
        return Outcome(
            self.schedule, self.promises.broken, self.loop.steps, self.loop.time() - 1_000.0, self.tables,
            self.carrier,
        )  # fmt: skip

    async def _direct(self) -> None:
        started, happenings = self.loop.time(), self._happenings()
        for event in self.schedule.events:
            await asyncio.sleep(max(0.0, started + event.at - self.loop.time()))
            happenings.happen(event)
        await happenings.over()
        self.calm = True
        self.server.weather = Weather(self.schedule.weather.slowest)
        ends = self.loop.time() + _LONGEST
        while not self._quiet():
            if self.loop.time() > ends:
                self.promises.broken.append(Broken("I1", "it does not end"))
                return
            happenings.upkeep()
            self._skip_to_due()
            await asyncio.sleep(_LOOK_EVERY)

    def _quiet(self) -> bool:
        return not self._to_plan() and not self.tables.chunks and self.carrier.quiet

    def _to_plan(self) -> bool:
        """A planner has work, or will have it when its campaign is resumed."""
        return any(
            not one.planned and (one.taken or one.campaign.state != "canceled") for one in self.snapshots
        )

    def _skip_to_due(self) -> None:
        """Nothing is to be done before the next chunk is due: set the clock rather than wait."""
        chunks = self.tables.chunks.values()
        if self._to_plan():
            return
        if not chunks or any(chunk.state for chunk in chunks) or not self.carrier.quiet:
            return
        due = min(chunk.due_at for chunk in chunks)
        if due > self.clock.now() + timedelta(seconds=1):
            self.clock.step(due - self.clock.now())

    def close(self) -> None:
        """Unwind what is still suspended: nothing of it may run by itself later."""
        for process in self.processes:
            for journal in process.journals:
                journal.close(clean=False)
        self.loop.unwind()


def run(schedule: Schedule, prepare: Callable[[World], None] = lambda world: None) -> Outcome:
    """Run a schedule to its end; `prepare` may change the world before it starts."""
    return run_in(lambda home: World(schedule, home), prepare)


def run_in(make: Callable[[Path], World], prepare: Callable[[World], None] = lambda world: None) -> Outcome:
    """Run the world that `make` makes with a folder for its journals."""
    home = Path(tempfile.mkdtemp(prefix="simulation-", dir=_MEMORY if os.access(_MEMORY, os.W_OK) else None))
    world = make(home)
    try:
        with kept() as entries:
            prepare(world)
            outcome = world.run()
            outcome.broken += [Broken("crash", str(one)) for one in entries if one["event"] not in EXPECTED]
            return outcome
    finally:
        world.close()
        shutil.rmtree(home, ignore_errors=True)


def _passes(host: Host, where: str) -> None:
    if isinstance(host, SenderProcess):
        host.passes(f"{where} socket")


def _message(number: int, person: Person, purpose: Purpose, expires) -> NewMessage:
    return NewMessage(
        number, WORKSPACE, person.phone, None, RUN, None, int(purpose), 8, person.parts, 0, person.body, None,
        expires,
    )  # fmt: skip


def _link(schedule: Schedule) -> LinkSettings:
    settings = SmppSettings(
        host="carrier", port=2775, system_id="chappe", window=schedule.window,
        parts_per_second=schedule.link_rate, response_seconds=schedule.response_seconds,
        receipt_ids=IdMode.RESPONSE_HEX_RECEIPT_DEC if schedule.mood.disguised else IdMode.AUTO,
    )  # fmt: skip
    return LinkSettings(
        carrier_id=UUID(int=7), number=CARRIER, workspace_id=WORKSPACE, name="carrier",
        kind=CarrierKind.SMPP, revision=1, simulated=True, settings=settings, password=Secret("secret"),
    )  # fmt: skip


def _broken(failure: dict[str, object]) -> Broken:
    error = failure.get("exception")
    return error if isinstance(error, Broken) else Broken("crash", f"{failure.get('message')}: {error!r}")


__all__ = ["Killed", "Outcome", "World", "run"]

"""What goes wrong, and what people do, in a schedule."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

from tests.simulation.dispatching import READY
from tests.simulation.schedule import Event
from tests.simulation.tables import WORKSPACE, Campaign, Suppression

from chappe.engine.suppressions import CHANNEL
from chappe.messages.model import MessageState, RunDelta

if TYPE_CHECKING:
    from tests.simulation.world import World

_CANCELED, _QUEUED = int(MessageState.CANCELED), int(MessageState.QUEUED)
_TRIES_AGAIN = 0.1


class Happenings:
    """Makes events happen in a world, and ends what they began."""

    # Done through the server, so not while it is away.
    of_people = frozenset({"suppress", "pause", "resume", "cancel", "rate"})

    def __init__(self, world: "World") -> None:
        self._world = world
        self._loop = world.loop
        self._until = world.loop.time()

    def happen(self, event: Event) -> None:
        if event.kind in self.of_people and not self._world.server.up:
            self._later(_TRIES_AGAIN, lambda: self.happen(event))
            return
        self._loop.note("happens: %s", event)
        getattr(self, f"_{event.kind}")(event)

    async def over(self) -> None:
        """Wait until everything that lasts has ended."""
        while (left := self._until - self._loop.time()) > 0:
            await asyncio.sleep(left)

    def _later(self, seconds: float, what: Callable[[], None]) -> None:
        self._until = max(self._until, self._loop.time() + seconds)
        self._loop.outside(seconds, what)

    # Processes

    def _kill(self, event: Event) -> None:
        self._world.processes[event.who].kill()

    def _trap(self, event: Event) -> None:
        self._world.processes[event.who].trap = (event.where, int(event.value))

    def _fuse(self, event: Event) -> None:
        self._world.processes[event.who].fuse = int(event.value)

    def _stop(self, event: Event) -> None:
        process = self._world.processes[event.who]
        self._loop.stop_host(process)
        self._later(event.value, lambda: self._loop.continue_host(process))

    def _terminate(self, event: Event) -> None:
        self._world.processes[event.who].terminate()

    def _full(self, event: Event) -> None:
        process = self._world.processes[event.who]
        process.disk_full = True
        self._later(event.value, lambda: setattr(process, "disk_full", False))

    def _mute(self, event: Event) -> None:
        """Its renewals are lost, all else arrives."""
        server, cut = self._world.server, ("ab"[event.who], "renew_link")
        server.cut_off.add(cut)
        self._later(event.value, lambda: server.cut_off.discard(cut))

    # Server and carrier

    def _crash(self, event: Event) -> None:
        self._world.server.crash()
        self._later(event.value, self._world.server.recover)

    def _deaf(self, event: Event) -> None:
        self._world.server.drop_listeners()

    def _cut(self, event: Event) -> None:
        self._world.carrier.close_all(reset=event.value > 1.0)

    def _refuse(self, event: Event) -> None:
        carrier = self._world.carrier
        carrier.accepting = False
        carrier.close_all(reset=False)
        self._later(event.value, lambda: setattr(carrier, "accepting", True))

    # People

    def _suppress(self, event: Event) -> None:
        server = self._world.server
        self._world.tables.suppressions[event.who] = Suppression(event.where, self._loop.time())
        server.notify(CHANNEL, f"{WORKSPACE}:{event.who}:{event.where}")

    def _pause(self, event: Event) -> None:
        self._set_states("paused")
        self._later(event.value, lambda: self.happen(Event(0, "resume")))

    def _resume(self, event: Event) -> None:
        waiting = {one.campaign.id for one in self._world.snapshots if not one.taken}
        for campaign in self._world.tables.campaigns.values():
            self._set_state(campaign, "preparing" if campaign.id in waiting else "sending")

    def _cancel(self, event: Event) -> None:
        self._set_states("canceled")

    def _set_states(self, state: str) -> None:
        for campaign in self._world.tables.campaigns.values():
            self._set_state(campaign, state)

    def _set_state(self, campaign: Campaign, state: str) -> None:
        if campaign.state != "canceled":
            campaign.state = state
        self._world.server.notify("chappe_campaign", str(campaign.id))

    def _rate(self, event: Event) -> None:
        for campaign in self._world.tables.campaigns.values():
            campaign.rate = int(event.value)
            self._world.server.notify("chappe_campaign", str(campaign.id))

    def _step(self, event: Event) -> None:
        self._world.clock.step(timedelta(seconds=event.value))

    # The worker's upkeep

    def upkeep(self) -> None:
        """What waits of a canceled campaign is canceled, as `messages.upkeep.cancel_run` does it."""
        tables, now = self._world.tables, self._world.clock.now()
        for chunk in [one for one in tables.chunks.values() if one.state == READY]:
            campaign = tables.campaign_of(chunk)
            if campaign is None or campaign.state != "canceled":
                continue
            del tables.chunks[chunk.id]
            left = tables.without_state(chunk.lo, chunk.hi)
            tables.end(left, MessageState.CANCELED, now)
            tables.deltas.append(RunDelta(WORKSPACE, campaign.run_id, _QUEUED, "", -len(left), 0))
            tables.deltas.append(RunDelta(WORKSPACE, campaign.run_id, _CANCELED, "", len(left), 0))

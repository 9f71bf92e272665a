"""Estimates for people who look: made in the background, shared, told while they grow, kept for a moment.

An audience of a million takes seconds. No request waits for it, and whoever asks the same again (a reload, a
second tab, a page without scripts) gets the one that is under way.
"""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from decimal import Decimal
from typing import Final, NamedTuple

import msgspec
import structlog
from asyncpg import Record
from msgspec import structs

from chappe.campaigns import repo
from chappe.campaigns.drawing import Drawn, drawn
from chappe.campaigns.estimate import estimates, sample
from chappe.campaigns.model import Campaign, Cost, EncodingShare, Estimate
from chappe.campaigns.variants.model import FIRST
from chappe.consent.preference_links import PreferenceLinks
from chappe.db.errors import ServerGone
from chappe.db.pool import Connection, Database
from chappe.kit.clock import Clock
from chappe.kit.errors import Problem

log = structlog.get_logger(__name__)

# While somebody types, the price rests on so many.
SAMPLE: Final = 2_000
_AT_ONCE: Final = 2
_KEPT: Final = 30.0
_MOST: Final = 200


class Look(NamedTuple):
    """An estimate as far as it is. `fault`: the text or the sender does not allow one."""

    estimate: Estimate | None
    done: bool
    fault: Problem | None = None


class Guess(NamedTuple):
    """What a draft would do, scaled up from a sample when the audience is larger (`exact` is False then)."""

    people: int
    estimate: Estimate
    exact: bool


class Estimator:
    """The estimates of one process."""

    def __init__(
        self, db: Database, clock: Clock, gate_clock: Clock, links: PreferenceLinks | None = None
    ) -> None:
        self.links = links
        self._db = db
        self._clock = clock
        self._gate_clock = gate_clock
        self._making: dict[str, _Making] = {}
        self._known: dict[bytes, tuple[float, int, list[Record]]] = {}
        self._turn = asyncio.Semaphore(_AT_ONCE)

    async def look(self, campaign: Campaign, mark: str, patience: float = 0.0) -> Look:
        """As far as it is after at most `patience` seconds; the rest goes on by itself. `mark` of marks.py
        names all that it rests on, beside contacts and the hour: who asks by the same one shares it.
        """
        making = self._of(campaign, mark)
        with suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(making.task), patience or 0.001)
        return making.look()

    async def guess(self, conn: Connection, campaign: Campaign, letter: str = FIRST) -> Guess:
        """At once, from a sample. `letter`: the variant whose words `campaign` has. Raises what the text of
        the campaign can raise.
        """
        whom = await drawn(conn, campaign.workspace_id, campaign.audience, self._clock.now())
        people, drawn_by_lot = await self._sampled(conn, whom)
        found = await sample(
            conn,
            campaign,
            drawn_by_lot,
            letter=letter,
            clock=self._clock,
            gate_clock=self._gate_clock,
            links=self.links,
        )
        if people <= found.recipients:
            return Guess(found.recipients, found, exact=True)
        return Guess(people, scaled(found, people), exact=False)

    async def close(self) -> None:
        for making in self._making.values():
            making.task.cancel()
        await asyncio.gather(*(making.task for making in self._making.values()), return_exceptions=True)

    async def _sampled(self, conn: Connection, whom: Drawn) -> tuple[int, list[Record]]:
        """How many there are, and some of them. Kept for a moment: a rule over a million contacts takes
        longer than a person's typing leaves.
        """
        key = msgspec.json.encode((whom.workspace_id, whom.audience))
        now = self._clock.monotonic()
        self._known = {each: at for each, at in self._known.items() if now - at[0] < _KEPT}
        if key not in self._known:
            size = await repo.audience_size(conn, whom)
            self._known[key] = (now, size, await repo.audience_sampled(conn, whom, SAMPLE, size))
        return self._known[key][1:]

    def _of(self, campaign: Campaign, mark: str) -> "_Making":
        now = self._clock.monotonic()
        self._making = {key: one for key, one in self._making.items() if one.wanted(now)}
        if mark not in self._making:
            if len(self._making) >= _MOST:
                oldest = min(self._making, key=lambda known: self._making[known].begun)
                self._making.pop(oldest).task.cancel()
            self._making[mark] = _Making(self._run, campaign, now)
        return self._making[mark]

    async def _run(self, making: "_Making") -> None:
        campaign = making.campaign
        try:
            async with self._turn, self._db.transaction(campaign.workspace_id) as conn:
                growing = estimates(
                    conn, campaign, clock=self._clock, gate_clock=self._gate_clock, links=self.links
                )
                async for making.estimate in growing:
                    await asyncio.sleep(0)
        except Problem as problem:
            making.fault = problem
            if isinstance(problem, ServerGone):
                log.info("estimate_waits", detail=problem.detail)


class _Making:
    """One estimate under way, or just made."""

    def __init__(
        self, run: Callable[["_Making"], Coroutine[None, None, None]], campaign: Campaign, now: float
    ) -> None:
        self.campaign = campaign
        self.begun = now
        self.estimate: Estimate | None = None
        self.fault: Problem | None = None
        self.task = asyncio.create_task(run(self))

    def look(self) -> Look:
        return Look(self.estimate, self.task.done(), self.fault)

    def wanted(self, now: float) -> bool:
        return not self.task.done() or now - self.begun < _KEPT


def scaled(found: Estimate, people: int) -> Estimate:
    """The estimate of a sample, as it would be for so many."""
    if not found.recipients:
        return found
    share = people / found.recipients
    return Estimate(
        recipients=people,
        sendable=round(found.sendable * share),
        deferred=round(found.deferred * share),
        skipped={reason: round(n * share) for reason, n in found.skipped.items()},
        parts=round(found.parts * share),
        encodings={
            name: EncodingShare(messages=round(each.messages * share), parts=round(each.parts * share))
            for name, each in found.encodings.items()
        },
        cost=[_scaled(one, share) for one in found.cost],
        unpriced=round(found.unpriced * share),
        zones=found.zones,
        capped={rule: round(n * share) for rule, n in found.capped.items()},
        lengths={parts: round(n * share) for parts, n in found.lengths.items()},
        places=[
            structs.replace(
                place,
                messages=round(place.messages * share),
                parts=round(place.parts * share),
                cost=[_scaled(one, share) for one in place.cost],
            )
            for place in found.places
        ],
        longest=found.longest,
        characters={char: round(n * share) for char, n in found.characters.items()},
        deferred_until=found.deferred_until,
        error=found.error,
        cost_error=found.cost_error,
    )


def _scaled(cost: Cost, share: float) -> Cost:
    return Cost(currency=cost.currency, amount=cost.amount * Decimal(str(share)))

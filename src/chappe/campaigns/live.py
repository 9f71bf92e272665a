"""What the live page shows, read twice a second while somebody looks, once for all who look.

The counts of a run are one statement; what moves slowly (links, replies) is read every two seconds.
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Sequence
from contextlib import suppress
from datetime import datetime
from itertools import pairwise
from typing import Final, NamedTuple
from uuid import UUID

import structlog

from chappe.campaigns import figures, service
from chappe.campaigns.display import Tally, tally
from chappe.campaigns.figures import Range, Row
from chappe.campaigns.model import Campaign, Progress
from chappe.campaigns.waterfall import Line, waterfall
from chappe.carriers import routing
from chappe.carriers import service as carriers
from chappe.carriers.model import Carrier, Price, Sender
from chappe.db.errors import ServerGone
from chappe.db.pool import Connection, Database
from chappe.gate import rulings
from chappe.gate.rulings import Share
from chappe.kit.clock import Clock
from chappe.kit.errors import Problem
from chappe.messages import answers
from chappe.messages.answers import Answer, Answered

log = structlog.get_logger(__name__)

_EVERY: Final = 0.5
_SLOWLY: Final = 2.0
# The rate shown is over this long, and the chart goes this far back, a point a second.
_RATE_OVER: Final = 3.0
_HISTORY: Final = 180
# A page that is reloaded finds its history.
_LINGER: Final = 60.0
_LATEST_REPLIES: Final = 12


class Around(NamedTuple):
    """What stands around the counts."""

    sender: Sender | None
    """None of a draft without one."""
    carriers: tuple[Carrier, ...]
    """Of the sender's route, the preferred one first."""
    prices: tuple[Price, ...]
    answered: Answered
    """Texts that answer this campaign's messages."""
    replies: Sequence[Answer]
    """The newest of those."""
    cost: tuple[Range, ...]
    before: Row | None
    """The campaign that was sent before it."""
    shares: tuple[Share, ...] = ()
    """How the audience was decided, as far as it is planned."""


class Moment(NamedTuple):
    """A campaign as it is now. `rate` is messages handed to the carrier a second, None before it is known;
    `history` the rates of the seconds before, oldest first.
    """

    campaign: Campaign
    tally: Tally
    lines: tuple[Line, ...]
    """From the audience to the carrier."""
    around: Around
    rate: float | None
    history: tuple[int, ...]
    at: datetime


class Feed:
    """The live campaigns of one process."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock
        self._topics: dict[tuple[int, UUID], _Topic] = {}

    async def look(self, workspace_id: int, campaign_id: UUID) -> Moment:
        """The campaign as it is now. Raises UnknownCampaign."""
        topic = self._topic(workspace_id, campaign_id)
        try:
            return await topic.read()
        except Problem:
            await self._drop(topic)
            raise

    async def watch(self, workspace_id: int, campaign_id: UUID) -> AsyncGenerator[Moment, None]:
        """The campaign as it is now, and again at most twice a second. Raises UnknownCampaign."""
        yield await self.look(workspace_id, campaign_id)
        topic = self._topic(workspace_id, campaign_id)
        topic.watchers += 1
        try:
            while (moment := await topic.next()) is not None:
                yield moment
        finally:
            topic.watchers -= 1
            topic.last_look = self._clock.monotonic()

    async def close(self) -> None:
        for topic in list(self._topics.values()):
            await self._drop(topic)

    def _topic(self, workspace_id: int, campaign_id: UUID) -> "_Topic":
        self._topics = {key: topic for key, topic in self._topics.items() if not topic.over}
        key = (workspace_id, campaign_id)
        if key not in self._topics:
            self._topics[key] = _Topic(self._db, self._clock, workspace_id, campaign_id)
        return self._topics[key]

    async def _drop(self, topic: "_Topic") -> None:
        self._topics.pop((topic.workspace_id, topic.campaign_id), None)
        await topic.stop()


class _Topic:
    """One campaign that is looked at. Reads while there are watchers, and a minute longer."""

    def __init__(self, db: Database, clock: Clock, workspace_id: int, campaign_id: UUID) -> None:
        self.workspace_id = workspace_id
        self.campaign_id = campaign_id
        self.watchers = 0
        self.last_look = clock.monotonic()
        self._db = db
        self._clock = clock
        self._handed: deque[tuple[float, int]] = deque(maxlen=int(_HISTORY / _EVERY))
        self._around: tuple[float, Around] | None = None
        self._latest: Moment | None = None
        self._news = asyncio.Condition()
        self.over = False
        self._task = asyncio.create_task(self._run())

    async def read(self) -> Moment:
        """Read it now."""
        self.last_look = self._clock.monotonic()
        async with self._db.transaction(self.workspace_id) as conn:
            progress = await service.progress(conn, self.workspace_id, self.campaign_id)
            around = await self._read_around(conn, progress)
        counted = tally(progress)
        now = self._clock.monotonic()
        if not self._handed or now - self._handed[-1][0] >= _EVERY / 2:
            self._handed.append((now, counted.handed))
        return Moment(
            progress.campaign,
            counted,
            waterfall(counted.total, progress.counts, around.shares),
            around,
            rate(list(self._handed), _RATE_OVER),
            history(list(self._handed), _HISTORY),
            self._clock.now(),
        )

    async def next(self) -> Moment | None:
        """The next reading; None when there will be none."""
        async with self._news:
            if not self.over:
                await self._news.wait()
        return None if self.over else self._latest

    async def stop(self) -> None:
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task

    async def _run(self) -> None:
        try:
            while self.watchers or self._clock.monotonic() - self.last_look < _LINGER:
                await asyncio.sleep(_EVERY)
                await self._tell()
        finally:
            self.over = True
            async with self._news:
                self._news.notify_all()

    async def _tell(self) -> None:
        looked = self.last_look
        try:
            moment = await self.read()
        except ServerGone as error:
            log.info("live_page_waits", detail=error.detail)
            return
        finally:
            self.last_look = looked
        async with self._news:
            self._latest = moment
            self._news.notify_all()

    async def _read_around(self, conn: Connection, progress: Progress) -> Around:
        now = self._clock.monotonic()
        if self._around is None or now - self._around[0] >= _SLOWLY:
            self._around = now, await _around(conn, progress)
        return self._around[1]


async def _around(conn: Connection, progress: Progress) -> Around:
    campaign = progress.campaign
    workspace_id = campaign.workspace_id
    if campaign.sender_id is None:
        return Around(None, (), (), Answered(0, 0), (), (), None)
    sender = await carriers.sender(conn, workspace_id, campaign.sender_id)
    known = {carrier.id: carrier for carrier in await carriers.carriers(conn, workspace_id)}
    used: tuple[Carrier, ...] = ()
    if sender.route_id is not None:
        route = await routing.route(conn, workspace_id, sender.route_id)
        used = tuple(known[each] for each in route.taking(campaign.purpose.label) if each in known)
    ids = await service.message_ids(conn, campaign)
    replies = await answers.latest(conn, workspace_id, ids, _LATEST_REPLIES)
    row = (await figures.of(conn, workspace_id, [progress]))[0]
    earlier = await service.before(conn, campaign)
    before = (await figures.of(conn, workspace_id, [earlier]))[0] if earlier else None
    shares = await rulings.of_runs(conn, workspace_id, campaign.runs)
    prices = used[0].prices if used else ()
    return Around(sender, used, prices, row.answered, replies, row.cost, before, tuple(shares))


def rate(samples: list[tuple[float, int]], over: float) -> float | None:
    """Messages a second over the last `over` seconds; None with less than a second of samples."""
    if not samples:
        return None
    end, handed = samples[-1]
    start, before = next((each for each in samples if end - each[0] <= over), samples[-1])
    return (handed - before) / (end - start) if end - start >= 1 else None


def history(samples: list[tuple[float, int]], most: int) -> tuple[int, ...]:
    """A rate for each whole second, oldest first."""
    if not samples:
        return ()
    by_second: dict[int, tuple[float, int]] = {}
    for at, handed in samples:
        by_second[int(at)] = (at, handed)
    points = [
        round(max(0, after[1] - before[1]) / (after[0] - before[0]))
        for before, after in pairwise(by_second.values())
    ]
    return tuple(points[-most:])

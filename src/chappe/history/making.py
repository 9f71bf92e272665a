"""Ninety days of a shop, day after day: orders, campaigns, people who answer and people who leave.

Nothing is invented in SQL: each message was judged by the gate, written by the planner or the door, submitted
over SMPP to the lab, answered and receipted; replies came in as deliver_sm and were honoured. Only the clock
is not real.
"""

import random
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from chappe.audience import service as audience
from chappe.audience.starts import start
from chappe.campaigns import service as campaigns
from chappe.campaigns.experiments import service as experiments
from chappe.campaigns.experiments.model import Decider
from chappe.campaigns.links import service as links
from chappe.campaigns.links.model import LinkSettings
from chappe.campaigns.model import Audience, Campaign, NewCampaign
from chappe.campaigns.series import service as series
from chappe.campaigns.series.model import Every, Rule
from chappe.campaigns.variants import service as variants
from chappe.campaigns.variants.model import Difference
from chappe.carriers import service as carriers
from chappe.db.demo import gate_clock, note_history
from chappe.db.keys import InstanceKeys
from chappe.db.pool import Connection, Database
from chappe.history.engine import PastEngine, past_engine
from chappe.history.growth import Growth
from chappe.history.past import Past, in_the_past
from chappe.history.people import phone_of
from chappe.history.readers import Readers
from chappe.history.shop import Shop, open_shop, welcome
from chappe.history.story import (
    AFTERNOON,
    AHEAD,
    AT_FIRST,
    BROKEN,
    CAMPAIGNS,
    CARRIER,
    LOYAL,
    OF_CAMPAIGNS,
    ORDERS,
    OUTAGE,
    REPLIES,
    SEGMENTS,
    SERVICE_TEXTS,
    SIGN_UPS,
    TEST,
    Planned,
    Size,
)
from chappe.history.visits import Visits
from chappe.inbox import service as inbox
from chappe.kit.clock import SystemClock
from chappe.lab.lab import Lab
from chappe.lab.scenario import CarrierScenario, Phones, Scenario
from chappe.messages.model import Purpose
from chappe.sending.model import Intent

# Seconds of the past in a real one: while a campaign leaves, while its last receipts come, for orders.
_SENDING, _WAITING, _SINGLE = 60.0, 7_200.0, 60.0
_ZONE = ZoneInfo("Europe/Paris")
_STILL_OPEN = timedelta(days=2)
_OPENING = time(9, 30)
_DECIDING = time(10, 5)
# Of the orders, those of people with a card.
_OF_LOYAL = 0.55


async def make_history(
    journals: Path,
    database: Database,
    keys: InstanceKeys,
    workspace_id: int,
    tell: Callable[[int, int], None],
    size: Size,
    base: str,
) -> None:
    """Ends yesterday. `tell` is given how many days are made, of how many. The caller has the data folder
    alone, and the workspace is empty. `journals` is the senders' folder, `base` the address that people open
    this installation at.
    """
    first = datetime.now(_ZONE).date() - timedelta(days=size.days)
    lab = Lab(_scenario(CARRIER))
    async with lab, in_the_past(database, _at(first, _OPENING)) as past:
        shop = await open_shop(past, keys, workspace_id, lab.carrier("demo").address)
        async with past_engine(journals, database, past, keys, lab, base) as engine:
            await engine.make_days(size.days)
            chance = random.Random(1794)  # noqa: S311 (who orders, and when)
            growth = Growth(past, keys, engine.door, workspace_id, chance)
            readers = Readers(past, keys, workspace_id, base, chance)
            story = _Story(past, engine, lab, shop, growth, readers, chance, first, size)
            for number in range(size.days):
                await story.day(number)
                tell(number + 1, size.days)
            await readers.close()
    async with database.engine_transaction() as conn:
        await note_history(conn, first)
        # The shop's people have read what came in; the last two days still wait for an answer.
        await inbox.close_quiet(conn, workspace_id, datetime.now(UTC) - _STILL_OPEN)
        await _schedule(conn, shop)
        await _divide(conn, shop)
        # Its lab is gone: nothing is to look for it there until the next one listens.
        await carriers.change_carrier(conn, keys, workspace_id, shop.carrier_id, enabled=False)


class _Story:
    def __init__(
        self,
        past: Past,
        engine: PastEngine,
        lab: Lab,
        shop: Shop,
        growth: Growth,
        readers: Readers,
        chance: random.Random,
        first: date,
        size: Size,
    ) -> None:
        self._past = past
        self._engine = engine
        self._lab = lab
        self._shop = shop
        self._first = first
        self._size = size
        self._last = first + timedelta(days=size.days - 1)
        self._growth = growth
        self._readers = readers
        self._chance = chance
        self._visits = Visits(past, shop.workspace_id, chance)
        self._strangers = 0
        self._people = 0
        self._order = 10_200
        self._campaigns = {_day_of(first, week, planned): planned for week, planned in enumerate(CAMPAIGNS)}
        self._weekly = round(size.customers * (1 - AT_FIRST)) // max(1, (size.days - 1) // 7)

    async def day(self, number: int) -> None:
        today = self._first + timedelta(days=number)
        if number % 7 == 0:
            await self._newcomers(today)
        if number == 0:
            await self._growth.open()
        planned = self._campaigns.get(today)
        for at in AFTERNOON:
            if planned is not None and planned.at < at:
                await self._campaign(today, planned)
                planned = None
            await self._orders(today, at)
        if planned is not None:
            await self._campaign(today, planned)

    async def _newcomers(self, today: date) -> None:
        await self._past.go_to(_at(today, _OPENING), _SINGLE)
        everyone = self._size.customers
        until = everyone if today + timedelta(weeks=1) > self._last else self._people + self._weekly
        count = max(until, round(everyone * AT_FIRST)) - self._people
        await welcome(
            self._past,
            self._shop,
            self._people,
            count,
            loyal=round(everyone * LOYAL),
            filename=f"clients-{today:%Y-%m-%d}.csv",
        )
        self._people += count

    async def _orders(self, today: date, at: time) -> None:
        usual = ORDERS[today.weekday()]
        if not usual:
            return
        await self._past.go_to(_at(today, at, self._chance.randrange(1_200)), _SINGLE)
        buyers = {self._next_order(): self._somebody() for _ in range(self._about(usual))}
        async with self._past.db.engine_transaction() as conn:
            texts = [self._order_text(order, who) for order, who in buyers.items()]
            await self._engine.door.accept(conn, self._shop.workspace_id, texts)
        await self._visits.record(buyers, self._people)
        for _ in range(self._about(SIGN_UPS[today.weekday()])):
            await self._growth.sign_up(self._size.customers + self._strangers)
            self._strangers += 1
        await self._engine.settled()

    def _about(self, usual: int) -> int:
        return round(usual * self._chance.uniform(0.8, 1.2))

    def _next_order(self) -> str:
        self._order += 1
        return f"TG-{self._order}"

    def _somebody(self) -> int:
        """Who has a card comes more often."""
        loyal = max(1, min(self._people, round(self._size.customers * LOYAL)))
        return self._chance.randrange(loyal if self._chance.random() < _OF_LOYAL else self._people)

    def _order_text(self, number: str, who: int) -> Intent:
        return Intent(
            phone=phone_of(who),
            sender_id=self._shop.sender_id,
            body=self._chance.choice(SERVICE_TEXTS).format(n=number),
            purpose=Purpose.TRANSACTIONAL,
            reference=number,
        )

    async def _campaign(self, today: date, planned: Planned) -> None:
        clock, workspace = self._past.clock, self._shop.workspace_id
        broken = planned.name == OUTAGE
        # Other people answer each time.
        self._lab.apply(_scenario(BROKEN if broken else OF_CAMPAIGNS, seed=today.toordinal()))
        await self._past.go_to(_at(today, planned.at), _SENDING)
        async with self._past.db.engine_transaction() as conn:
            made = await campaigns.create(conn, workspace, draft(self._shop, planned), clock)
            if planned.linked:
                await links.save(conn, made, LinkSettings(shorten=True, utm={"source": "sms"}))
            if planned.other:
                await variants.add(
                    conn, made, Difference(name="Autre offre", body=planned.saying(planned.other))
                )
                await experiments.save(conn, made, TEST)
            await campaigns.send(conn, workspace, made.id, clock=clock, gate_clock=clock)
        await self._leave()
        if planned.linked:
            await self._act(made, None if not planned.other else today + timedelta(days=1))
        self._lab.apply(_scenario(CARRIER))

    async def _leave(self) -> None:
        await self._engine.plan()
        await self._engine.sent()
        await self._past.hurry(_WAITING)
        await self._engine.settled()

    async def _act(self, campaign: Campaign, decided: date | None) -> None:
        """People open its links, and buy. Of a test, the other text wins and goes to the rest a day later."""
        got = await self._readers.read(campaign.id)
        if decided is None:
            return
        await self._past.go_to(_at(decided, _DECIDING), _SENDING)
        async with self._past.db.engine_transaction() as conn:
            await experiments.choose(conn, campaign, "B", by=Decider.PERSON, now=self._past.clock.now())
        await self._leave()
        await self._readers.read(campaign.id, but=got)


async def _divide(conn: Connection, shop: Shop) -> None:
    """The shop's segments, as a person would begin them."""
    now = SystemClock().now()
    for name, key in SEGMENTS:
        begun = start(key)
        assert begun is not None, f"no starting point is called {key}"
        await audience.create(conn, shop.workspace_id, name, begun.rule, now)


async def _schedule(conn: Connection, shop: Shop) -> None:
    """Something to come, by the clock that the demo has today."""
    clock = SystemClock()
    send_at = (await gate_clock(conn, clock)).now() + timedelta(days=3)
    made = await campaigns.create(conn, shop.workspace_id, draft(shop, AHEAD), clock)
    coming = await campaigns.schedule(conn, shop.workspace_id, made.id, send_at, clock=clock)
    await series.save(conn, coming, Rule(every=Every.MONTH))


def draft(shop: Shop, planned: Planned) -> NewCampaign:
    """The campaign as a person would write it."""
    return NewCampaign(
        name=planned.name,
        purpose=Purpose.TRANSACTIONAL if planned.transactional else Purpose.MARKETING,
        audience=Audience(include=(shop.lists[planned.audience],)),
        sender_id=shop.sender_id,
        body=planned.body,
    )


def _scenario(carrier: CarrierScenario, seed: int | None = None) -> Scenario:
    """The carrier, and with a seed the people who answer it."""
    replies = REPLIES if seed is not None else ()
    return Scenario(carriers=(carrier,), seed=seed or 0, phones=Phones(keep=100, messages=1, replies=replies))


def _day_of(first: date, week: int, planned: Planned) -> date:
    monday = first + timedelta(days=(-first.weekday()) % 7)
    return monday + timedelta(weeks=week, days=planned.weekday)


def _at(day: date, at: time, seconds: int = 0) -> datetime:
    return datetime.combine(day, at, _ZONE).astimezone(UTC) + timedelta(seconds=seconds)

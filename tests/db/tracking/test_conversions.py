"""What messages sold: each order once, owed to the last touch, whatever order things arrive in."""

import asyncio
import random
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from chappe.events import service as events
from chappe.events.model import IncomingEvent
from chappe.kit.ids import uuid7
from chappe.messages.model import MessageState, first_id_of_day
from chappe.tracking.conversions import repo, service
from chappe.tracking.conversions.model import BadGoal, Goal, UnknownGoal
from chappe.tracking.jobs import settle_sold

PHONE = 33600000001


class Shop:
    """A campaign of one run, people who got it, and what they did."""

    def __init__(self, world, clock) -> None:
        self.world, self.clock = world, clock
        self.first_id = first_id_of_day(clock.now().date()) + 1
        self.run = 0

    async def campaign(self, people: int) -> None:
        await self.world.list_of(people)
        fetchval, execute = self.world.database.engine.fetchval, self.world.database.engine.execute
        campaign = uuid4()
        await execute(
            "insert into campaign (id, workspace_id, name, purpose, audience, body) "
            "values ($1, 1, 'c', 5, '{}', '')",
            campaign,
        )
        self.run = await fetchval(
            "insert into campaign_run (workspace_id, campaign_id) values (1, $1) returning id", campaign
        )
        await execute(
            "insert into message (id, workspace_id, phone, contact_id, run_id, purpose, body) "
            "select $1 + row_number() over (order by id) - 1, 1, phone, id, $2, 5, 'x' from contact",
            self.first_id,
            self.run,
        )
        await self.delivered()

    async def delivered(self) -> None:
        await self.world.database.engine.execute(
            "insert into message_state (id, workspace_id, state, parts, submitted_at, done_at) "
            "select id, 1, $1, 1, $2, $2 from message",
            int(MessageState.DELIVERED),
            self.clock.now(),
        )

    async def clicks(self, n: int, kind: int = 1, at: datetime | None = None) -> None:
        await self.world.database.engine.execute(
            "insert into click (id, workspace_id, at, link_id, run_id, message_id, contact_id, kind) "
            "select $1, 1, $2, 1, run_id, id, contact_id, $3 from message where id = $4",
            random.randrange(1 << 40),
            at or self.clock.now(),
            kind,
            self.first_id + n,
        )

    async def buys(self, n: int, value: float | None = 10.0, name: str = "Order Completed", **more) -> None:
        told = IncomingEvent(
            name=name, phone=PHONE + n, at=more.pop("at", self.clock.now()), key=str(uuid7()),
            properties={**more, **({} if value is None else {"value": value})},
        )  # fmt: skip
        async with self.world.database.transaction(1) as conn:
            await events.record(conn, 1, [told], self.clock.now())

    async def settle(self) -> None:
        while await settle_sold(self.world.database):
            pass

    async def owed(self) -> list[tuple[str | None, Decimal, Decimal]]:
        rows = await self.world.database.engine.fetch(
            "select by, amount, refunded from conversion order by id"
        )
        return [(row["by"], row["amount"], row["refunded"]) for row in rows]

    async def sold(self) -> dict[str, tuple[int, int, Decimal, Decimal]]:
        async with self.world.database.transaction(1) as conn:
            found = await service.sold(conn, 1, [self.run])
        return {each.currency: (each.n, each.people, each.amount, each.refunded) for each in found}


@pytest.fixture
async def shop(world, clock):
    made = Shop(world, clock)
    async with world.database.engine_transaction() as conn:
        await conn.execute("select ensure_click_month($1::date)", clock.now().date())
        await conn.execute("select ensure_message_day($1::date)", clock.now().date())
    yield made
    async with world.database.engine_transaction() as conn:
        assert await repo.miscounted(conn) == []
        assert await conn.fetchval("select count(*) from conversion_unread") == 0


async def test_an_order_is_owed_to_the_last_click_else_to_the_last_delivery(shop, clock) -> None:
    await shop.campaign(4)
    clock.advance(hours=1)
    await shop.clicks(0)
    await shop.clicks(1, kind=2)
    clock.advance(hours=1)
    for n in range(3):
        await shop.buys(n, order_id=str(n))
    clock.advance(hours=30)
    await shop.buys(0, order_id="later")
    await shop.buys(3, order_id="too late for a delivery")
    clock.advance(days=5)
    await shop.buys(0, order_id="too late for a click")
    await shop.settle()
    assert [by for by, *_ in await shop.owed()] == ["click", "delivery", "delivery", "click", None, None]
    assert await shop.sold() == {"EUR": (4, 3, Decimal(40), Decimal(0))}


async def test_what_was_bought_before_the_message_is_owed_to_nobody(shop, clock) -> None:
    await shop.campaign(1)
    await shop.buys(0, at=clock.now() - timedelta(minutes=1))
    await shop.settle()
    assert await shop.owed() == [(None, Decimal(10), Decimal(0))]


async def test_an_order_told_twice_counts_once(shop) -> None:
    """By the shop's server and by its page, with ids of their own; at once and later."""
    await shop.campaign(1)
    await shop.buys(0, order_id="A1")
    await shop.buys(0, order_id="A1")
    await shop.settle()
    await shop.buys(0, order_id="A1")
    await shop.buys(0, order_id="A2")
    await shop.settle()
    assert await shop.sold() == {"EUR": (2, 1, Decimal(20), Decimal(0))}


async def test_currencies_are_never_added_up(shop) -> None:
    await shop.campaign(2)
    await shop.buys(0, 19.99, currency="eur")
    await shop.buys(1, 5, currency="CHF")
    await shop.buys(1, None)
    await shop.settle()
    assert await shop.sold() == {
        "EUR": (2, 2, Decimal("19.99"), Decimal(0)),
        "CHF": (1, 1, Decimal(5), Decimal(0)),
    }


@pytest.mark.parametrize("order", ["refund last", "refund first"])
async def test_refunds_subtract_in_any_order_and_never_below_nothing(shop, order: str) -> None:
    await shop.campaign(3)

    async def orders() -> None:
        for n in range(3):
            await shop.buys(n, 30, order_id=str(n))

    async def refunds() -> None:
        await shop.buys(0, 10, name="Order Refunded", order_id="0")
        await shop.buys(0, 5, name="Order Refunded", order_id="0")
        await shop.buys(1, 99, name="Order Refunded", order_id="1")
        await shop.buys(2, None, name="Order Refunded", order_id="2")
        await shop.buys(2, 9, name="Order Refunded", order_id="of nobody")

    for step in (orders, refunds) if order == "refund last" else (refunds, orders):
        await step()
        await shop.settle()
    refunded = sorted(taken for _, _, taken in await shop.owed())
    assert refunded == [Decimal(15), Decimal(30), Decimal(30)]
    assert await shop.sold() == {"EUR": (3, 3, Decimal(90), Decimal(75))}


async def test_a_refund_takes_from_its_own_currency_whatever_its_sign(shop) -> None:
    await shop.campaign(4)
    for n in range(4):
        await shop.buys(n, 100, order_id=str(n), currency="jpy")
    await shop.buys(3, 7, name="Order Refunded", order_id="4", currency="EUR")
    await shop.settle()
    await shop.buys(0, -40, name="Order Refunded", order_id="0", currency="JPY")
    await shop.buys(1, 40, name="Order Refunded", order_id="1", currency="EUR")
    await shop.buys(2, 40, name="Order Refunded", order_id="2", currency="¥")
    await shop.settle()
    await shop.buys(3, 9, order_id="4", currency=" jpy ")
    await shop.settle()
    assert [taken for _, _, taken in await shop.owed()] == [40, 0, 40, 0, 0]
    assert await shop.sold() == {"JPY": (5, 4, Decimal(409), Decimal(80))}


async def test_what_no_shop_can_mean_counts_as_an_order_of_no_value(shop) -> None:
    """One such event must not keep the others waiting."""
    await shop.campaign(4)
    for n, value in enumerate((1e30, -5, 1e12)):
        await shop.buys(n, value, currency="euros", order_id=random.randbytes(6_000).hex())
    await shop.buys(0, 1e13, name="Order Refunded", order_id="0")
    await shop.buys(3, 30)
    await shop.settle()
    assert sorted(amount for _, amount, _ in await shop.owed()) == [0, 0, 30, 10**12]
    execute = shop.world.database.engine.execute
    await execute("update run_conversion set amount = amount * 99")
    await shop.buys(3, 1e12)
    await shop.settle()
    await execute("update run_conversion set amount = (select sum(amount) from conversion)")


async def test_nothing_is_missed_or_doubled_when_events_commit_out_of_order(shop, clock) -> None:
    """Four shops tell at once, each in transactions of its own length, while two workers settle."""
    await shop.campaign(8)
    done = asyncio.Event()

    async def tells(seed: int) -> None:
        draw = random.Random(seed)
        for k in range(25):
            async with shop.world.database.transaction(1) as conn:
                told = [
                    IncomingEvent(
                        name="Order Completed", phone=PHONE + draw.randrange(8), at=clock.now(),
                        key=str(uuid7()), properties={"value": 1, "order_id": f"{seed}-{k}-{n}"},
                    )
                    for n in range(draw.randrange(1, 4))
                ]  # fmt: skip
                await events.record(conn, 1, told, clock.now())
                await asyncio.sleep(draw.random() / 100)

    async def settles() -> None:
        while not done.is_set():
            await settle_sold(shop.world.database)
            await asyncio.sleep(0)

    workers = [asyncio.create_task(settles()) for _ in range(2)]
    await asyncio.gather(*(tells(seed) for seed in range(4)))
    done.set()
    await asyncio.gather(*workers)
    await shop.settle()
    told = await shop.world.database.engine.fetchval("select count(*) from event")
    assert len(await shop.owed()) == told > 100
    assert (await shop.sold())["EUR"][0] == told


async def test_a_click_that_is_not_settled_yet_is_waited_for(shop, clock) -> None:
    await shop.campaign(1)
    await shop.world.database.engine.execute(
        "insert into click_unread (workspace_id, at, link_id, message_id, agent, head, who) "
        "values (1, $1, 1, $2, '', false, '\\x00')",
        clock.now(),
        shop.first_id,
    )
    clicked = clock.now()
    clock.advance(seconds=2)
    await shop.buys(0)
    assert await settle_sold(shop.world.database) == 0
    await shop.world.database.engine.execute("delete from click_unread")
    await shop.clicks(0, at=clicked)
    await shop.settle()
    assert [by for by, *_ in await shop.owed()] == ["click"]


async def test_a_word_answered_to_a_campaign_is_a_conversion_of_it(shop, clock) -> None:
    await shop.campaign(3)
    execute = shop.world.database.engine.execute
    await execute("insert into run_goal values ($1, 1, 'Oui')", shop.run)
    for n, text in enumerate(("OUI !", "oui merci", "Non")):
        inbound = await shop.world.database.engine.fetchval(
            "insert into inbound (workspace_id, carrier_number, phone, source, destination, contact_id, "
            "body, fingerprint, session) select 1, 1, $1, 'x', '38200', id, $2, '\\x00', 1 from contact "
            "where phone = $1 returning id",
            PHONE + n,
            text,
        )
        await execute("update inbound set answers = $2 where id = $1", inbound, shop.first_id + n)
    await shop.settle()
    assert await shop.owed() == [("reply", Decimal(0), Decimal(0))]
    assert await shop.sold() == {"": (1, 1, Decimal(0), Decimal(0))}


async def test_goals_are_chosen_and_checked(world, shop) -> None:
    async with world.database.transaction(1) as conn:
        assert await service.goals(conn, 1) == [Goal(event="Order Completed", refund="Order Refunded")]
        await service.save(conn, 1, Goal(event="Visit Booked", click_days=10, delivery_hours=0))
        for wrong in (
            Goal(event=" "),
            Goal(event="A", refund="A"),
            Goal(event="A", click_days=91),
            Goal(event="A", delivery_hours=-1),
            Goal(event="A", refund="Order Refunded"),
            Goal(event="Order Refunded"),
        ):
            with pytest.raises(BadGoal):
                await service.save(conn, 1, wrong)
        await service.remove(conn, 1, "Order Completed")
        with pytest.raises(UnknownGoal):
            await service.remove(conn, 1, "Order Completed")
    await shop.campaign(1)
    await shop.buys(0)
    await shop.buys(0, name="Visit Booked")
    await shop.settle()
    assert len(await shop.owed()) == 1

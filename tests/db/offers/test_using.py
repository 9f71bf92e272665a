"""A code that is used is a conversion of the message that brought it, once."""

import asyncio
from datetime import timedelta
from decimal import Decimal

import pytest

from chappe.accounts.mails import Outbox
from chappe.campaigns import service
from chappe.campaigns.offers import service as campaign_offers
from chappe.events import service as events
from chappe.events.model import IncomingEvent
from chappe.kit.ids import uuid7
from chappe.offers import service as offers
from chappe.offers.jobs import warn
from chappe.offers.model import BadUse, CodeUsed, UnknownCode
from chappe.offers.settling import settle_sold
from chappe.tracking.conversions import repo as conversions


async def test_codes_are_used_by_events_and_by_themselves(world, draft, planner_of, clock) -> None:
    campaign = await draft(await world.list_of(4), body="Hello: {{ offer_code }} STOP 38200")
    async with world.database.transaction(1) as conn:
        offer = await offers.import_offer(conn, 1, "Summer", [f"CODE-{n:03}" for n in range(9)], 0)
        await campaign_offers.save(conn, campaign, offer.id)
        await service.send(conn, 1, campaign.id, clock=clock, gate_clock=clock)
    await planner_of().plan_due_runs()
    rows = await world.database.engine.fetch("select id, contact_id, phone, body from message order by id")
    codes = [row["body"].split()[1] for row in rows]
    shapes = [
        {"coupon": codes[0].lower(), "order_id": "1"},
        {"discount_codes": ["NOT-OURS", codes[1]], "order_id": "2"},
        {"discount_codes": [{"code": codes[2], "amount": "5"}], "order_id": "3"},
        {"discount_codes": "nonsense", "coupon": 7, "order_id": "4"},
        {"coupon": "CODE-008", "order_id": "5"},
    ]
    told = [
        IncomingEvent(
            name="Order Completed", phone=rows[3]["phone"], at=clock.now(), key=str(uuid7()),
            properties={"value": 20, **shape},
        )
        for shape in shapes
    ]  # fmt: skip
    more = {"at": clock.now(), "amount": Decimal(7), "currency": "eur", "order_id": None}
    async with world.database.transaction(1) as conn:
        await events.record(conn, 1, told, clock.now() + timedelta(seconds=1))
        await offers.use(conn, 1, codes[3], **more)
        with pytest.raises(CodeUsed):
            await offers.use(conn, 1, codes[3].lower(), **more)
        with pytest.raises(UnknownCode):
            await offers.use(conn, 1, "CODE-999", **more)
        with pytest.raises(BadUse):
            await offers.use(conn, 1, "CODE-007", **more | {"currency": ""})
    while await settle_sold(world.database):
        pass
    found = await world.database.engine.fetch(
        "select by, message_id, amount, currency from conversion order by message_id"
    )
    owed = [(row["by"], row["message_id"], row["amount"]) for row in found]
    assert owed == [
        *(("code", row["id"], Decimal(20)) for row in rows[:3]),
        ("code", rows[3]["id"], Decimal(7)),
        (None, None, Decimal(20)),
        (None, None, Decimal(20)),
    ]
    async with world.database.transaction(1) as conn:
        assert (await offers.offer_of(conn, 1, offer.id)).used == 5
    async with world.database.engine_transaction() as conn:
        assert await conversions.miscounted(conn) == []
        with pytest.raises(CodeUsed):
            await offers.use(conn, 1, codes[0], **more)


async def test_people_are_told_once_before_an_offer_is_empty(world, keys, clock) -> None:
    outbox = Outbox(keys, "https://sms.example.com", sends=False)
    async with world.database.engine_transaction() as conn:
        await conn.execute(
            "with made as (insert into user_account (id, email, name, password_hash) "
            "values ($1, 'a@b.example', 'Ada', '') returning id) "
            "insert into membership (user_id, workspace_id, role) select id, 1, 'owner' from made",
            uuid7(),
        )
    async with world.database.transaction(1) as conn:
        offer = await offers.import_offer(conn, 1, "Summer", [f"CODE-{n:03}" for n in range(5)], 5)
    assert await warn(world.database, outbox, clock) == 0
    async with world.database.transaction(1) as conn:
        await offers.take(conn, 1, offer.id, 1)
        assert [(one.name, one.free) for one in await offers.low(conn, 1)] == [("Summer", 4)]
    told = await asyncio.gather(*(warn(world.database, outbox, clock) for _ in range(3)))
    assert sorted(told) == [0, 0, 1]
    assert await world.database.engine.fetchval("select count(*) from outgoing_mail") == 1
    async with world.database.transaction(1) as conn:
        await offers.import_more(conn, 1, offer.id, ["CODE-100"])
        assert await offers.low(conn, 1) == []
    assert await warn(world.database, outbox, clock) == 0

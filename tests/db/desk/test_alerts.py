"""What is unusual is told and mailed once, and closed when it is over."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import msgspec
import pytest

from chappe.accounts.mails import Outbox
from chappe.campaigns.model import Audience
from chappe.db.keys import InstanceKeys
from chappe.db.pool import Database
from chappe.desk.alerts import repo, service
from chappe.desk.alerts.jobs import watch
from chappe.desk.alerts.model import Choice, Kind
from chappe.kit.clock import FakeClock

NOON = datetime(2026, 9, 10, 12, 0, tzinfo=UTC)
TODAY = NOON.date()


@pytest.fixture
async def brand(database: Database) -> "Brand":
    return await Brand(database).open()


class Brand:
    """A workspace with an owner and a month of ordinary campaigns behind it: 1 % leave, 4 % fail."""

    def __init__(self, database: Database) -> None:
        self.database, self.clock = database, FakeClock(NOON)
        self.execute, self.fetch = database.engine.execute, database.engine.fetchval
        self.outbox = Outbox(InstanceKeys.derive(bytes(32)), "https://sms.example.com", sends=True)
        self.workspace_id = 0

    async def open(self) -> "Brand":
        self.workspace_id = await self.fetch("insert into workspace (name) values ('Brand') returning id")
        owner = await self.fetch(
            "insert into user_account (id, email, name, password_hash) "
            "values (gen_random_uuid(), 'owner@example.com', 'Ada', 'x') returning id"
        )
        await self.execute(
            "insert into membership (workspace_id, user_id, role) values ($1, $2, 'owner')",
            self.workspace_id,
            owner,
        )
        await self.campaign("Ordinary", TODAY - timedelta(days=20), delivered=9_600, failed=400, stops=96)
        return self

    async def campaign(self, name: str, day: date, *, delivered: int, failed: int, stops: int) -> int:
        key = uuid4()
        await self.execute(
            "insert into campaign (id, workspace_id, name, purpose, audience, body, state) "
            "values ($1, $2, $3, 5, $4, 'Hello: 20% off. STOP 38200', 'draft')",
            key, self.workspace_id, name, msgspec.to_builtins(Audience(())),
        )  # fmt: skip
        run: int = await self.fetch(
            "insert into campaign_run (workspace_id, campaign_id) values ($1, $2) returning id",
            self.workspace_id,
            key,
        )
        await self.execute(
            "insert into day_sent (workspace_id, ledger_day, day, run_id, carrier_number, currency, handed, "
            "delivered, failed, parts, cost) values ($1, $2, $2, $3, 7, 'EUR', $4, $5, $6, $4, 0)",
            self.workspace_id, day, run, delivered + failed, delivered, failed,
        )  # fmt: skip
        await self.execute(
            "insert into day_act (workspace_id, day, run_id, kind, currency, n, amount) "
            "values ($1, $2, $3, 'stop', '', $4, 0)",
            self.workspace_id, day, run, stops,
        )  # fmt: skip
        return run

    async def look(self) -> list[Kind]:
        return [one.kind for one in await watch(self.database, self.outbox, self.clock)]

    async def mails(self) -> list[str]:
        rows = await self.database.engine.fetch("select subject from outgoing_mail order by id")
        return [row["subject"] for row in rows]

    async def open_now(self) -> list[Kind]:
        async with self.database.transaction(self.workspace_id) as conn:
            return [one.kind for one in await service.to_show(conn, self.workspace_id)]


async def test_a_campaign_that_many_leave_is_told_once_and_is_over_three_days_later(brand: Brand) -> None:
    await brand.campaign("Usual", TODAY, delivered=960, failed=40, stops=12)
    assert await brand.look() == []
    await brand.campaign("Too much", TODAY, delivered=960, failed=40, stops=40)
    assert await brand.look() == [Kind.OPT_OUTS]
    assert await brand.look() == [], "told already"
    assert await brand.open_now() == [Kind.OPT_OUTS]
    assert await brand.mails() == ["Brand: more opt-outs than usual"]
    brand.clock.advance(4 * 86_400)
    assert await brand.look() == []
    assert await brand.open_now() == []
    brand.clock.set(NOON)
    assert await brand.look() == [], "of one campaign it is told once"


async def test_deliveries_that_fall_are_told_of_the_campaign_and_of_its_carrier(brand: Brand) -> None:
    await brand.execute(
        "insert into carrier (id, workspace_id, number, name, kind, settings) overriding system value "
        "values (gen_random_uuid(), $1, 7, 'Northern', 'smpp', '{}')",
        brand.workspace_id,
    )
    await brand.campaign("Sale", TODAY, delivered=800, failed=200, stops=8)
    assert sorted(await brand.look()) == [Kind.CARRIER_DELIVERY, Kind.DELIVERY]
    async with brand.database.transaction(brand.workspace_id) as conn:
        told = {one.kind: one.told for one in await service.latest(conn, brand.workspace_id)}
    assert told[Kind.CARRIER_DELIVERY] == {
        "name": "Northern", "n": 200, "of": 1_000, "before": 400, "before_of": 10_000,
    }  # fmt: skip


async def test_who_wants_no_mail_gets_none_and_a_new_workspace_is_told_nothing(brand: Brand) -> None:
    async with brand.database.transaction(brand.workspace_id) as conn:
        await service.choose(conn, brand.workspace_id, {Kind.OPT_OUTS: Choice(shown=False, mailed=False)})
    await brand.campaign("Too much", TODAY, delivered=960, failed=40, stops=60)
    assert await brand.look() == [Kind.OPT_OUTS]
    assert await brand.mails() == []
    assert await brand.open_now() == []
    await brand.execute("delete from day_sent where day < $1", TODAY)
    await brand.execute("delete from alert")
    assert await brand.look() == []


async def test_a_broken_link_and_a_budget_are_told_and_a_link_again_when_it_breaks_later(
    brand: Brand,
) -> None:
    link = await brand.fetch(
        "insert into short_link (workspace_id, made_for, url, prefix, fault) values "
        "($1, 'hand', 'https://shop.example.com/a', 'https://go.example.com/', 'HTTP 404') returning id",
        brand.workspace_id,
    )
    await brand.execute("insert into budget values ($1, 100, 'EUR')", brand.workspace_id)
    spend = (
        "insert into day_figure (workspace_id, ledger_day, day, state, currency, n, handed, parts, cost) "
        "values ($1, $2, $2, 4, 'EUR', 1, 1, 1, $3::text::numeric)"
    )
    await brand.execute(spend, brand.workspace_id, TODAY, "85")
    assert sorted(await brand.look()) == [Kind.BROKEN_LINK, Kind.BUDGET]
    await brand.execute(spend, brand.workspace_id, TODAY - timedelta(days=1), "20")
    assert await brand.look() == [Kind.BUDGET], "80 % and all of it are two alerts"
    fault = "update short_link set fault = $2 where id = $1"
    await brand.execute(fault, link, None)
    await brand.look()
    await brand.execute(fault, link, "HTTP 500")
    assert await brand.look() == [], "it flickers"
    await brand.execute(fault, link, None)
    brand.clock.advance(2 * 86_400)
    await brand.look()
    await brand.execute(fault, link, "HTTP 500")
    brand.clock.advance(2 * 86_400)
    assert Kind.BROKEN_LINK in await brand.look()
    async with brand.database.engine_transaction() as conn:
        assert len(await repo.alerts(conn, brand.workspace_id, 50, only_open=False)) == 4

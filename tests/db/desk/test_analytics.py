"""Figures of a period equal the ledger, clicks, answers and conversions that they are made of."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import msgspec
import pytest

from chappe.campaigns.model import Audience
from chappe.db.pool import Database
from chappe.desk.analytics import service
from chappe.desk.analytics.model import By
from chappe.desk.jobs import count_changes
from chappe.desk.periods import Period
from chappe.kit.clock import FakeClock
from chappe.messages import erasing, forgetting
from chappe.messages.model import first_id_of_day

NOON = datetime(2026, 9, 10, 12, 0, tzinfo=UTC)
CLOCK = FakeClock(NOON)
TEN = Period(date(2026, 9, 1), date(2026, 9, 10))


@pytest.fixture
async def shop(database: Database) -> "Shop":
    return await Shop(database).open()


class Shop:
    """A workspace in Paris with a list, whose campaigns are written straight into the ledger."""

    def __init__(self, database: Database) -> None:
        self.database, self.execute = database, database.engine.execute
        self.workspace_id, self.listed = 0, uuid4()

    async def open(self) -> "Shop":
        self.workspace_id = await self.database.engine.fetchval(
            "insert into workspace (name, zone) values ('Brand', 'Europe/Paris') returning id"
        )
        await self.execute(
            "insert into list (id, workspace_id, name) values ($1, $2, 'Friends')",
            self.listed,
            self.workspace_id,
        )
        await self.execute(
            "insert into contact (id, workspace_id, phone, zones, created_at) overriding system value "
            "select n, $1, 33600000000 + n, 'Europe/Paris', $2 from generate_series(1, 20) as n",
            self.workspace_id,
            NOON - timedelta(days=30),
        )
        return self

    async def campaign(self, name: str, at: datetime, states: list[int]) -> range:
        """A message in each of these states, handed over at `at`; their ids."""
        await self.execute("select ensure_message_day($1)", at.date())
        # A run's ids are taken from its day; runs here have a hundred each.
        runs = await self.database.engine.fetchval("select count(*) from campaign_run")
        base, key = first_id_of_day(at.date()) + 100 * runs + 1, uuid4()
        await self.execute(
            "insert into campaign (id, workspace_id, name, purpose, audience, body, state) "
            "values ($1, $2, $3, 5, $4, 'Hello: 20% off. STOP 38200', 'draft')",
            key, self.workspace_id, name, msgspec.to_builtins(Audience((self.listed,))),
        )  # fmt: skip
        run = await self.database.engine.fetchval(
            "insert into campaign_run (workspace_id, campaign_id, base_id, total) values ($1, $2, $3, $4) "
            "returning id",
            self.workspace_id, key, base, len(states),
        )  # fmt: skip
        for n, state in enumerate(states):
            await self.execute(
                "insert into message (id, workspace_id, phone, contact_id, run_id, purpose, parts, "
                "created_at) values ($1, $2, $3, $4, $5, 5, 1, $6)",
                base + n, self.workspace_id, 33600000001 + n, n + 1, run, at,
            )  # fmt: skip
            await self.execute(
                "insert into message_state (id, workspace_id, state, parts, submitted_at) "
                "values ($1, $2, $3, 1, $4)",
                base + n, self.workspace_id, state, at if state != 10 else None,
            )  # fmt: skip
        return range(base, base + len(states))

    async def click(self, message: int, at: datetime) -> None:
        await self.execute(
            "insert into message_click select id, workspace_id, run_id, contact_id, $2, $2 from message "
            "where id = $1",
            message,
            at,
        )

    async def answer(self, message: int, word: str, at: datetime) -> None:
        await self.execute(
            "insert into inbound (workspace_id, carrier_number, phone, source, destination, body, keyword, "
            "fingerprint, session, received_at, answers, matched) "
            "select workspace_id, 1, phone, phone::text, '38200', $2::text, lower($2), "
            "convert_to($2::text || id, 'utf8'), 1, $3, id, true from message where id = $1",
            message, word, at,
        )  # fmt: skip

    async def order(self, message: int, amount: str, at: datetime) -> int:
        number: int = await self.database.engine.fetchval(
            "insert into conversion (workspace_id, run_id, message_id, contact_id, goal, by, amount, "
            "currency, at) select workspace_id, run_id, id, contact_id, 'Order Completed', 'click', "
            "$2::text::numeric, 'EUR', $3 from message where id = $1 returning id",
            message, amount, at,
        )  # fmt: skip
        return number

    async def read(self, by: By = By.CAMPAIGN, period: Period = TEN):
        await self.execute("select pg_stat_force_next_flush()")
        await count_changes(self.database, CLOCK)
        async with self.database.transaction(self.workspace_id) as conn:
            return await service.analytics(conn, self.workspace_id, period, by)


async def test_each_figure_is_of_the_days_on_which_it_happened(shop: Shop) -> None:
    before = await shop.campaign("Last month", datetime(2026, 8, 30, 9, tzinfo=UTC), [4, 4, 5])
    sale = await shop.campaign("Sale", datetime(2026, 9, 4, 22, 30, tzinfo=UTC), [4, 4, 4, 5, 3, 10])
    await shop.click(sale[0], datetime(2026, 9, 5, 8, tzinfo=UTC))
    await shop.click(before[0], datetime(2026, 9, 6, 8, tzinfo=UTC))
    await shop.answer(sale[1], "OUI", datetime(2026, 9, 5, 9, tzinfo=UTC))
    await shop.answer(sale[2], "STOP", datetime(2026, 9, 5, 9, tzinfo=UTC))
    await shop.order(sale[0], "49.90", datetime(2026, 9, 7, 9, tzinfo=UTC))

    found = await shop.read()

    now, earlier = found.now, found.before
    assert (now.sent, now.delivered, now.failed, now.clicked) == (5, 3, 1, 2)
    assert (now.replied, now.opted_out, now.converted, now.unpriced) == (2, 1, 1, 5)
    assert now.revenue == {"EUR": Decimal("49.90")}
    assert (earlier.sent, earlier.delivered, earlier.clicked) == (3, 2, 0)
    assert [(one.name, one.now.sent, one.now.clicked) for one in found.lines] == [
        ("Sale", 5, 1),
        ("Last month", 0, 1),
    ]
    days = {day: figures.sent for day, figures in found.days if figures.sent}
    assert days == {date(2026, 9, 5): 5}, "22:30 UTC is the next day in Paris"
    assert (found.people.at_first, found.people.joined) == (20, 0)


async def test_an_answer_that_is_found_late_counts_on_its_day(shop: Shop) -> None:
    sale = await shop.campaign("Sale", datetime(2026, 9, 2, 9, tzinfo=UTC), [4, 4])
    await shop.answer(sale[0], "STOP", datetime(2026, 9, 2, 10, tzinfo=UTC))
    await shop.execute("update inbound set matched = false, answers = null")
    assert (await shop.read()).now.opted_out == 0
    await shop.execute("update inbound set matched = true, answers = $1", sale[0])
    assert (await shop.read()).now.opted_out == 1


@pytest.mark.parametrize("how", ["after a time", "with the person"])
async def test_who_asked_to_stop_did_so_after_the_words_are_erased(shop: Shop, how: str) -> None:
    sale = await shop.campaign("Sale", datetime(2026, 9, 2, 9, tzinfo=UTC), [4, 4])
    at = datetime(2026, 9, 2, 10, tzinfo=UTC)
    await shop.answer(sale[0], "ARRET", at)
    await shop.answer(sale[1], "OUI", at)
    assert (await shop.read()).now.opted_out == 1
    async with shop.database.engine_transaction() as conn:
        if how == "after a time":
            await erasing.erase_received(conn, shop.workspace_id, at + timedelta(days=1))
        else:
            phones = [row["phone"] for row in await conn.fetch("select phone from inbound")]
            await forgetting.forget(conn, shop.workspace_id, phones, at)
        rows = await conn.fetch("select body, keyword from inbound order by id")
        assert [tuple(row) for row in rows] == [("", "stop"), ("", None)]
        await conn.execute("delete from counted")
    found = (await shop.read()).now
    assert (found.replied, found.opted_out) == (2, 1)


async def test_a_refund_lowers_the_day_of_its_order_however_late(shop: Shop) -> None:
    sale = await shop.campaign("Sale", datetime(2026, 9, 2, 9, tzinfo=UTC), [4, 4])
    order = await shop.order(sale[0], "50", datetime(2026, 9, 2, 10, tzinfo=UTC))
    await shop.order(sale[1], "20", datetime(2026, 9, 9, 10, tzinfo=UTC))
    assert (await shop.read()).now.revenue == {"EUR": Decimal(70)}
    # Owed to a single message, it is in no run's sums.
    await shop.execute("update conversion set refunded = 50, run_id = null where id = $1", order)
    await shop.execute(
        "insert into conversion_refund (event_id, workspace_id, goal, order_id, at) "
        "select 1, workspace_id, goal, '1', now() from conversion limit 1"
    )
    assert (await shop.read()).now.revenue == {"EUR": Decimal(20)}
    await shop.order(sale[0], "5", datetime(2026, 9, 3, 10, tzinfo=UTC))
    assert (await shop.read()).now.revenue == {"EUR": Decimal(25)}, "told of late, for an earlier day"


async def test_lines_by_topic_and_by_list(shop: Shop) -> None:
    await shop.campaign("Sale", datetime(2026, 9, 4, 9, tzinfo=UTC), [4, 4])
    await shop.campaign("Again", datetime(2026, 9, 5, 9, tzinfo=UTC), [4])
    assert [(one.key, one.now.sent) for one in (await shop.read(By.TOPIC)).lines] == [("none", 3)]
    assert [(one.name, one.now.sent) for one in (await shop.read(By.SEGMENT)).lines] == [("Friends", 3)]


async def test_the_size_of_the_list_is_counted_not_summed_up(shop: Shop) -> None:
    """Strangers who say STOP never joined, and whoever was deleted joined nowhere."""
    await shop.execute("delete from contact where id = 20")
    for phone, day in ((33699999999, 5), (33600000001, 6)):
        await shop.execute(
            "insert into suppression (workspace_id, phone, scope, reason, source, created_at) "
            "values ($1, $2, 'marketing', 'stop', 'test', $3)",
            shop.workspace_id, phone, datetime(2026, 9, day, 9, tzinfo=UTC),
        )  # fmt: skip
    await shop.execute(
        "insert into contact (id, workspace_id, phone, zones, created_at) overriding system value "
        "values (99, $1, 33600000099, 'Europe/Paris', $2)",
        shop.workspace_id, datetime(2026, 9, 7, 9, tzinfo=UTC),
    )  # fmt: skip
    on_its_last_day = await shop.read()
    assert (on_its_last_day.people.joined, on_its_last_day.people.left) == (1, 2)
    # 19 are there now; one came and two went since.
    assert on_its_last_day.people.at_first == 20

    await shop.execute("update contact set state = 3 where id in (2, 3)")
    tomorrow = FakeClock(NOON + timedelta(days=1))
    await count_changes(shop.database, tomorrow)
    async with shop.database.transaction(shop.workspace_id) as conn:
        begun = Period(date(2026, 9, 11), date(2026, 9, 12))
        found = await service.analytics(conn, shop.workspace_id, begun, By.CAMPAIGN)
        later = Period(date(2026, 9, 15), date(2026, 9, 16))
        ahead = await service.analytics(conn, shop.workspace_id, later, By.CAMPAIGN)
    assert found.people.at_first == 19, "as counted on the day before"
    assert ahead.people.at_first == 17, "the last count there is"

"""Rules of retention: a dry run that tells, and steps that take away what is too old and nothing else."""

from datetime import UTC, datetime, timedelta

import pytest

from chappe.db.number_keys import NumberKeys
from chappe.desk.retention import rules
from chappe.desk.retention.jobs import keep_rules
from chappe.desk.retention.rules import Rules
from chappe.kit.clock import FakeClock
from chappe.kit.ids import IdCipher
from chappe.persons import jobs

NOW = datetime.now(UTC)
OLD, NEW = NOW - timedelta(days=400), NOW - timedelta(days=20)
CLOCK = FakeClock(NOW)


@pytest.fixture
async def engine(world):
    """Two contacts, both long known; of the second an event came lately. A text and an event of each time."""
    world.database.number_keys = NumberKeys([bytes(32)])
    await world.list_of(2, granted=False)
    engine = world.database.engine
    await engine.execute("update contact set created_at = $1", OLD)
    first, second = [row["id"] for row in await engine.fetch("select id from contact order by id")]
    for at in (OLD, NEW):
        await engine.execute("select ensure_event_month($1)", at.date())
        await engine.execute(
            "insert into event (workspace_id, contact_id, name, at) values ($1, $2, 'Order Completed', $3)",
            world.workspace_id, first if at == OLD else second, at,
        )  # fmt: skip
        await engine.execute(
            "insert into inbound (workspace_id, carrier_number, source, destination, body, fingerprint,"
            " session, received_at) values ($1, 1, '', '38200', 'Bonjour', '', 1, $2)",
            world.workspace_id, at,
        )  # fmt: skip
        await engine.execute(
            "insert into link_exchange (workspace_id, carrier_number, at, way, operation, parts, number,"
            " detail) values ($1, $2, $3, 'out', 'submit', 1, '', '')",
            world.workspace_id, world.carrier_number, at,
        )  # fmt: skip
    return engine


async def test_the_dry_run_tells_and_takes_nothing(world, engine) -> None:
    wanted = Rules(inbound_months=12, event_months=12, idle_months=12, exchange_days=30, export_days=1)
    async with world.database.engine_transaction() as conn:
        told = await rules.would_go(conn, world.workspace_id, wanted, NOW)
    assert told == {"inbound_months": 1, "event_months": 1, "idle_months": 1, "exchange_days": 1}
    assert await keep_rules(world.database, CLOCK) == 0, "for ever until somebody chooses"
    assert await engine.fetchval("select count(*) from inbound where body <> ''") == 2


async def test_what_is_too_old_goes_and_the_rest_stays(world, engine) -> None:
    wanted = Rules(inbound_months=12, event_months=12, idle_months=12, exchange_days=30)
    async with world.database.engine_transaction() as conn:
        await rules.choose(conn, world.workspace_id, wanted)
    assert await keep_rules(world.database, CLOCK) == 3
    assert await keep_rules(world.database, CLOCK) == 0
    counted = "select (select count(*) from inbound), (select count(*) from inbound where body <> ''),"
    counted += " (select count(*) from event), (select count(*) from link_exchange)"
    assert tuple(await engine.fetchrow(counted)) == (2, 1, 1, 1)
    ids = IdCipher(bytes(16))
    assert await jobs.forget_idle(world.database, ids, CLOCK) == 1
    assert await jobs.forget_idle(world.database, ids, CLOCK) == 0
    assert await engine.fetchval("select count(*) from contact") == 1
    assert await engine.fetchval("select count(*) from suppression") == 0

"""An estimate is what the plan does, without doing it."""

from collections import Counter
from datetime import timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from chappe.campaigns import estimator, service
from chappe.campaigns.budgets import service as budgets
from chappe.campaigns.budgets.model import Budget
from chappe.campaigns.estimate import estimate
from chappe.campaigns.estimator import Estimator
from chappe.campaigns.experiments import service as experiments
from chappe.campaigns.experiments.model import Settings
from chappe.campaigns.preview import preview
from chappe.campaigns.timing import service as timing
from chappe.campaigns.timing.model import How, Timing
from chappe.campaigns.variants import service as variants
from chappe.campaigns.variants.model import Difference
from chappe.consent.preference_links import PreferenceLinks
from chappe.db.keys import InstanceKeys
from chappe.engine.planner import Planner
from chappe.engine.planner_store import PostgresPlanStore
from chappe.gate.model import Code
from chappe.kit.ids import uuid7

FIRST = 33600000001
PARIS = ZoneInfo("Europe/Paris")
BODY = "Hello {{ first_name }}{% if city %} in {{ city }}{% endif %}, 20% off. STOP 38200"


async def people(world):
    """Lists with one of every fate: GSM and UCS-2, one and two parts, waiting, skipped for five reasons."""
    lists = [
        await world.list_of(3, attributes={"first_name": "Anna"}),
        await world.list_of(2, first=FIRST + 10, attributes={"first_name": "Ōsaka"}),
        await world.list_of(1, first=FIRST + 20, attributes={"first_name": "Bo", "city": "x" * 200}),
        await world.list_of(2, first=FIRST + 30, zones="Pacific/Auckland"),
        await world.list_of(1, first=FIRST + 40, attributes={"first_name": "Bo", "city": "x" * 2000}),
        await world.list_of(1, first=FIRST + 50, granted=False),
        await world.list_of(1, first=FIRST + 60, attributes={"city": "Paris"}),
        await world.list_of(1, first=4915100000000),
        await world.list_of(1, first=FIRST + 70),
    ]
    await world.suppress(FIRST + 70)
    return lists


async def test_the_figures(world, draft, clock) -> None:
    campaign = await draft(*(await people(world)), body=BODY)
    async with world.database.transaction(world.workspace_id) as conn:
        found = await estimate(conn, campaign, clock=clock, gate_clock=clock)
    assert (found.recipients, found.sendable, found.deferred) == (13, 8, 2)
    assert found.skipped == {
        "suppressed": 1,
        "no_consent": 1,
        "no_price": 1,
        "missing_variable": 1,
        "too_long": 1,
    }
    assert found.parts == 9
    shares = {name: (share.messages, share.parts) for name, share in found.encodings.items()}
    assert shares == {"gsm7": (6, 7), "ucs2": (2, 2)}
    [cost] = found.cost
    assert (cost.currency, cost.amount) == ("EUR", Decimal("0.36"))
    assert found.unpriced == 0


async def test_the_plan_does_what_was_estimated(world, draft, planner_of, clock) -> None:
    campaign = await draft(*(await people(world)), body=BODY)
    async with world.database.transaction(world.workspace_id) as conn:
        found = await estimate(conn, campaign, clock=clock, gate_clock=clock)
        await service.send(conn, world.workspace_id, campaign.id, clock=clock, gate_clock=clock)
    await planner_of().plan_due_runs()
    planned = await world.database.engine.fetch(
        "select coalesce(r.code, m.decision) as decision, m.parts from message m "
        "left join ruling r on r.number = m.decision"
    )
    codes = Counter(Code(row["decision"]) for row in planned)
    assert {code.reason: n for code, n in codes.items() if code.skips} == found.skipped
    assert codes[Code.DEFERRED_HOURS] == found.deferred
    assert codes[Code.SEND] + codes[Code.DEFERRED_HOURS] == found.sendable
    assert sum(row["parts"] for row in planned) == found.parts
    async with world.database.transaction(world.workspace_id) as conn:
        progress = await service.progress(conn, world.workspace_id, campaign.id)
    assert {count.reason: count.n for count in progress.counts if count.reason} == found.skipped


async def test_a_scheduled_campaign_is_estimated_for_its_time(world, draft, clock) -> None:
    campaign = await draft(await world.list_of(2), send_at=clock.now() + timedelta(hours=11))
    async with world.database.transaction(world.workspace_id) as conn:
        found = await estimate(conn, campaign, clock=clock, gate_clock=clock)
    assert (found.sendable, found.deferred) == (2, 2)


async def test_each_zone_is_judged_at_the_time_at_which_it_is_due(world, draft, clock) -> None:
    """Eleven in Paris is night in Auckland: nobody waits when it is eleven there, and the first are those."""
    there = clock.now().astimezone(PARIS) + timedelta(days=2)
    at = there.replace(hour=11, minute=0, second=0, microsecond=0)
    campaign = await draft(*(await people(world)), body=BODY, send_at=at)
    async with world.database.transaction(world.workspace_id) as conn:
        at_once = await estimate(conn, campaign, clock=clock, gate_clock=clock)
        await timing.save(conn, campaign, Timing(how=How.LOCAL))
        found = await estimate(conn, campaign, clock=clock, gate_clock=clock)
        await timing.save(conn, campaign, Timing())
        await variants.add(conn, campaign, Difference(send_hour=15))
        await experiments.save(conn, campaign, Settings(test_percent=100))
        parted = await estimate(conn, campaign, clock=clock, gate_clock=clock)
    assert (at_once.deferred, found.deferred, found.sendable) == (2, 0, 8)
    zones = {zone.zones.split()[0]: zone for zone in found.zones}
    assert zones["Europe/Paris"].due_at == at
    apart = at - zones["Pacific/Auckland"].due_at
    assert timedelta(hours=10) <= apart <= timedelta(hours=12)
    [paris] = [zone for zone in parted.zones if "Europe/Paris" in zone.zones]
    assert {paris.due_at, paris.last_at} <= {at, at.replace(hour=15)}


async def test_who_is_due_after_the_hours_end_waits_for_the_next_day(world, draft, clock) -> None:
    there = clock.now().astimezone(PARIS) + timedelta(days=2)
    at = there.replace(hour=18, minute=0, second=0, microsecond=0)
    campaign = await draft(await world.list_of(16), send_at=at)
    async with world.database.transaction(world.workspace_id) as conn:
        await timing.save(conn, campaign, Timing(spread_minutes=7 * 60))
        found = await estimate(conn, campaign, clock=clock, gate_clock=clock)
    [zone] = found.zones
    assert zone.due_at == at
    assert zone.last_at > at + timedelta(hours=7)
    assert 0 < found.deferred < found.sendable == 16


async def test_no_price_list_is_no_cost(world, draft, clock) -> None:
    await world.database.engine.execute("delete from carrier_price")
    campaign = await draft(await world.list_of(2))
    async with world.database.transaction(world.workspace_id) as conn:
        found = await estimate(conn, campaign, clock=clock, gate_clock=clock)
    assert (found.sendable, found.cost, found.unpriced) == (2, [], 2)


async def test_each_gets_the_link_to_their_own_page_and_it_is_counted(world, draft, clock) -> None:
    links = PreferenceLinks(InstanceKeys.derive(bytes(32)), "https://sms.example.com")
    body = "Hello {{ first_name }}, {{ preferences_url }} is where you choose what comes. " + "x" * 90
    list_id = await world.list_of(3, attributes={"first_name": "Anna"})
    campaign = await draft(list_id, body=body)
    async with world.database.transaction(world.workspace_id) as conn:
        found = await estimate(conn, campaign, clock=clock, gate_clock=clock, links=links)
        await service.send(conn, world.workspace_id, campaign.id, clock=clock, gate_clock=clock)
    await Planner(PostgresPlanStore(world.database, clock), clock, clock, links=links).plan_due_runs()
    rows = await world.database.engine.fetch("select contact_id, body, parts from message")
    assert len(rows) == 3
    for row in rows:
        token = row["body"].split("/p/")[1].split(" ")[0]
        assert links.read(token, clock.now()) == (world.workspace_id, row["contact_id"])
    assert found.parts == sum(row["parts"] for row in rows) == 6


async def test_every_variant_is_counted_and_who_is_held_out(world, draft, planner_of, clock) -> None:
    campaign = await draft(await world.list_of(400, attributes={"first_name": "Anna"}))
    async with world.database.transaction(world.workspace_id) as conn:
        long = "Hello, " + "twenty percent off everything, " * 8 + "STOP 38200"
        await variants.add(conn, campaign, Difference(body=long))
        await experiments.save(conn, campaign, Settings(holdout_percent=10))
        found = await estimate(conn, campaign, clock=clock, gate_clock=clock)
        await service.send(conn, world.workspace_id, campaign.id, clock=clock, gate_clock=clock)
    await planner_of(20).plan_due_runs()
    async with world.database.transaction(world.workspace_id) as conn:
        now = await service.get(conn, world.workspace_id, campaign.id)
        held_out = await experiments.held_out(conn, now)
        planned = await conn.fetch("select parts, count(*) as n from message group by parts order by parts")
    assert found.skipped == {"held_out": held_out}
    assert found.sendable == 400 - held_out
    assert found.recipients == found.sendable + sum(found.skipped.values())
    assert found.lengths == {row["parts"]: row["n"] for row in planned}
    assert len(found.lengths) == 2
    assert [one.parts for one in found.longest] == [2] * 5
    [place] = found.places
    assert (place.country, place.messages, place.parts) == ("FR", found.sendable, found.parts)


async def test_what_contacts_bring_is_named(world, draft, clock) -> None:
    lists = [
        await world.list_of(3, attributes={"first_name": "Ōsaka"}),
        await world.list_of(2, first=FIRST + 10, attributes={"first_name": "Anna"}),
    ]
    campaign = await draft(*lists, body="Hello {{ first_name }}, 20% off. STOP 38200")
    async with world.database.transaction(world.workspace_id) as conn:
        found = await estimate(conn, campaign, clock=clock, gate_clock=clock)
    assert found.characters == {"Ō": 3}


async def test_a_sample_tells_its_error(world, draft, clock, monkeypatch) -> None:
    monkeypatch.setattr(estimator, "SAMPLE", 400)
    lists = [
        await world.list_of(1500, attributes={"first_name": "Anna"}),
        await world.list_of(700, first=FIRST + 5000, attributes={"first_name": "A" * 150}),
    ]
    campaign = await draft(*lists, body="Hello {{ first_name }}, 20% off today. STOP 38200")
    guessing = Estimator(world.database, clock, clock)
    async with world.database.transaction(world.workspace_id) as conn:
        guess = await guessing.guess(conn, campaign)
        whole = await estimate(conn, campaign, clock=clock, gate_clock=clock)
    assert not guess.exact
    assert guess.estimate.recipients == 2200
    assert 0.01 < guess.estimate.error < 0.1
    assert abs(guess.estimate.parts - whole.parts) <= 1.5 * guess.estimate.error * whole.parts


async def test_the_error_of_the_price_is_its_own(world, draft, clock) -> None:
    """Everybody has one part; one in five of them costs ten times as much."""
    lists = [await world.list_of(200), await world.list_of(50, first=FIRST + 1000)]
    await world.database.engine.execute(
        "insert into carrier_price (workspace_id, carrier_id, prefix, price, currency) "
        "select workspace_id, carrier_id, '336000010', 0.4, currency from carrier_price"
    )
    campaign = await draft(*lists)
    async with world.database.transaction(world.workspace_id) as conn:
        found = await estimate(conn, campaign, clock=clock, gate_clock=clock)
    assert found.error == 0
    # The mean is 0.112, and its variance 0.2 × 0.16 + 0.8 × 0.0016 − 0.112².
    assert found.cost_error == pytest.approx(1.96 * (0.033280 - 0.012544) ** 0.5 / 250**0.5 / 0.112)


@pytest.mark.parametrize(
    ("settings", "body", "parts"),
    [
        ({"charset": "latin1"}, "Hello Δ. STOP 38200", ("ucs2", 1)),
        ({"charset": "ascii"}, f"Hello é. STOP 38200 {'x' * 60}", ("ucs2", 2)),
        ({"national": "turkish"}, f"Hello ş. STOP 38200 {'x' * 60}", ("gsm7", 1)),
        ({"concatenation": "udh16"}, f"Hello. STOP 38200 {'x' * 288}", ("gsm7", 3)),
    ],
)
async def test_parts_are_those_that_the_carrier_makes(
    world, draft, planner_of, clock, settings, body, parts
) -> None:
    """Shown, planned and reserved alike: by how the route's first carrier wants its texts."""
    await world.database.engine.execute("update carrier set settings = settings || $1", settings)
    campaign = await draft(await world.list_of(2), body=body)
    async with world.database.transaction(world.workspace_id) as conn:
        found = await estimate(conn, campaign, clock=clock, gate_clock=clock)
        shown = await preview(conn, campaign, None, clock=clock, gate_clock=clock)
        await budgets.save(conn, campaign, Budget(amount=Decimal(1), currency="EUR"))
        await service.send(conn, world.workspace_id, campaign.id, clock=clock, gate_clock=clock)
    [(name, share)] = found.encodings.items()
    assert (name, share.parts) == (parts[0], 2 * parts[1])
    assert (len(shown.parts), shown.measure.parts, shown.unicode) == (parts[1], parts[1], name == "ucs2")
    await planner_of(1).plan_due_runs()
    rows = await world.database.engine.fetch("select parts from message")
    assert [row["parts"] for row in rows] == [parts[1]] * 2
    reserved = await world.database.engine.fetchval("select amount from spending")
    assert reserved == Decimal("0.04") * 2 * parts[1]


async def test_a_budget_reserves_the_parts_of_the_carrier_that_makes_most(
    world, draft, planner_of, clock
) -> None:
    execute = world.database.engine.execute
    other = await world.database.engine.fetchval(
        "insert into carrier (id, workspace_id, name, kind, settings) "
        "select $1, workspace_id, 'Other', kind, settings || $2 from carrier returning id",
        uuid7(),
        {"charset": "ascii"},
    )
    await execute(
        "insert into route_carrier (workspace_id, route_id, position, carrier_id) values (1, $1, 1, $2)",
        world.route_id,
        other,
    )
    campaign = await draft(await world.list_of(3), body=f"Hello é. STOP 38200 {'x' * 60}")
    async with world.database.transaction(world.workspace_id) as conn:
        await budgets.save(conn, campaign, Budget(amount=Decimal(1), currency="EUR"))
        await service.send(conn, world.workspace_id, campaign.id, clock=clock, gate_clock=clock)
    await planner_of(1).plan_due_runs()
    assert await world.database.engine.fetchval("select sum(parts) from message") == 3
    assert await world.database.engine.fetchval("select amount from spending") == Decimal("0.04") * 6

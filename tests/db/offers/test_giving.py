"""Codes of offers: each is given once, to one message, whatever happens at the same time."""

import asyncio
import random

import pytest

from chappe.campaigns import drafts, service
from chappe.campaigns.experiments import service as experiments
from chappe.campaigns.experiments.model import Decider, Settings
from chappe.campaigns.model import WrongState
from chappe.campaigns.offers import service as campaign_offers
from chappe.campaigns.offers.model import NoOffer, TooFewCodes
from chappe.campaigns.preview import preview
from chappe.campaigns.variants import service as variants
from chappe.campaigns.variants.model import Difference
from chappe.content.model import BadTemplate
from chappe.kit.ids import uuid7
from chappe.offers import service as offers
from chappe.offers.model import BadCodes, Given, OfferArchived, OfferNameTaken, UnknownOffer

BODY = 'Hello {{ first_name | default: "friend" }}, your code: {{ offer_code }}. STOP 38200'


@pytest.fixture
def made(world):
    """An offer with these codes, or with so many generated ones."""

    async def make(codes: list[str] | int, name: str = "Summer"):
        async with world.database.transaction(1) as conn:
            if isinstance(codes, int):
                return await offers.generate_offer(conn, 1, name, "SUMMER-########", codes, 10)
            return await offers.import_offer(conn, 1, name, codes, 10)

    return make


async def state(world) -> tuple[list[tuple[int, int]], list[int]]:
    """Code and message, and the codes that are free."""
    fetch = world.database.engine.fetch
    given = await fetch(
        "select n, first_message_id + n - lo as message_id from offer_given, "
        "generate_series(lo, lo + size - 1) as n"
    )
    free = await fetch("select generate_series(lo, hi - 1) as n from offer_range")
    return [tuple(row) for row in given], [row[0] for row in free]


async def test_every_code_is_given_once_by_many_transactions_of_which_some_fail(world, made) -> None:
    offer = await made(9_000)
    given: list[int] = []

    async def takes(seed: int) -> None:
        draw = random.Random(seed)
        while True:
            n = draw.choice((1, 7, 400, 1_500))
            try:
                async with world.database.engine_transaction() as conn:
                    taken = await offers.take(conn, 1, offer.id, n)
                    assert len(taken.codes) == len(set(taken.codes)) <= n
                    numbers = [at for span in taken.spans for at in range(span.lo, span.hi)]
                    rows = [Given(at, 1, at) for at in numbers]
                    await offers.give(conn, 1, offer.id, None, rows)
                    await asyncio.sleep(draw.random() / 100)
                    if draw.random() < 0.3:
                        raise InterruptedError
            except InterruptedError:
                continue
            given.extend(numbers)
            if not numbers:
                return

    await asyncio.gather(*(takes(seed) for seed in range(8)))
    assert sorted(given) == list(range(9_000))
    pairs, free = await state(world)
    assert sorted(n for n, _ in pairs) == list(range(9_000))
    assert free == []


async def test_each_message_of_a_campaign_has_its_own_code(world, draft, planner_of, made, clock) -> None:
    offer = await made([f"CODE-{n:03}" for n in range(50)])
    lists = [await world.list_of(20), await world.list_of(5, first=33600000101, granted=False)]
    campaign = await draft(*lists, body=BODY)
    async with world.database.transaction(1) as conn:
        with pytest.raises(NoOffer):
            await service.send(conn, 1, campaign.id, clock=clock, gate_clock=clock)
        await campaign_offers.save(conn, campaign, offer.id)
        other = await drafts.duplicate(conn, campaign, "Again", clock)
        assert await campaign_offers.offer_of(conn, 1, other.id) == offer.id
        sent = await service.send(conn, 1, campaign.id, clock=clock, gate_clock=clock)
        with pytest.raises(WrongState):
            await campaign_offers.save(conn, sent, None)
    await asyncio.gather(planner_of(3).plan_due_runs(), planner_of(4).plan_due_runs())
    rows = await world.database.engine.fetch("select id, body from message where body is not null")
    codes = {row["id"]: row["body"].split(": ")[1].removesuffix(". STOP 38200") for row in rows}
    assert len(codes) == len(set(codes.values())) == 20
    async with world.database.transaction(1) as conn:
        for message_id, code in codes.items():
            assert await offers.code_of_message(conn, 1, message_id) == code
            assert (await offers.told(conn, 1, code.lower())).message_id == message_id
        left = await offers.offer_of(conn, 1, offer.id)
        assert (left.free, left.given) == (30, 20)


async def test_variants_give_codes_of_their_own_offers_and_the_rest_those_of_the_winner(
    world, draft, planner_of, made, clock
) -> None:
    ten, twenty = await made(100, "Ten"), await made([f"TWENTY-{n:03}" for n in range(100)], "Twenty")
    campaign = await draft(await world.list_of(80), body=BODY)
    async with world.database.transaction(1) as conn:
        await campaign_offers.save(conn, campaign, ten.id)
        with pytest.raises(UnknownOffer):
            await variants.add(conn, campaign, Difference(offer_id=uuid7()))
        await variants.add(conn, campaign, Difference(offer_id=twenty.id))
        await experiments.save(conn, campaign, Settings(test_percent=50))
        copy = await drafts.duplicate(conn, campaign, "Again", clock)
        assert [each.offer_id for each in await variants.variants_of(conn, copy)] == [None, twenty.id]
        shown = await preview(conn, campaign, None, clock=clock, gate_clock=clock, letter="B")
        assert len(shown.text) == len("Hello friend, your code: TWENTY-001. STOP 38200")
        await service.send(conn, 1, campaign.id, clock=clock, gate_clock=clock)
    await planner_of(10).plan_due_runs()

    async def codes(where: str) -> set[str]:
        rows = await world.database.engine.fetch(
            "select split_part(split_part(m.body, ': ', 2), '-', 1) as offer from message m "
            f"join campaign_run r on r.id = m.run_id where {where}"
        )
        return {row["offer"] for row in rows}

    assert await codes("r.variant = 'A'") == {"SUMMER"}
    assert await codes("r.variant = 'B'") == {"TWENTY"}
    async with world.database.transaction(1) as conn:
        await experiments.choose(conn, campaign, "B", by=Decider.PERSON, now=clock.now())
    await planner_of(10).plan_due_runs()
    assert await codes("r.role = 'rest'") == {"TWENTY"}


async def test_an_offer_that_is_too_small_is_refused_and_one_that_runs_dry_skips(
    world, draft, planner_of, made, clock
) -> None:
    offer = await made([f"CODE-{n:03}" for n in range(10)])
    people = await world.list_of(8)
    campaign, second = [await draft(people, body=BODY) for _ in range(2)]
    async with world.database.transaction(1) as conn:
        await campaign_offers.save(conn, campaign, offer.id)
        await campaign_offers.save(conn, second, offer.id)
        for each in (campaign, second):
            await service.send(conn, 1, each.id, clock=clock, gate_clock=clock)
    await planner_of().plan_due_runs()
    reasons = await world.database.engine.fetch("select reason, count(*) from message_state group by reason")
    assert [tuple(row) for row in reasons] == [("no_offer_code", 6)]
    assert len((await state(world))[0]) == 10
    async with world.database.transaction(1) as conn:
        third = await drafts.duplicate(conn, second, "Third", clock)
        with pytest.raises(TooFewCodes):
            await service.send(conn, 1, third.id, clock=clock, gate_clock=clock)
        await offers.archive(conn, 1, offer.id, archived=True)
        with pytest.raises(OfferArchived):
            await service.send(conn, 1, third.id, clock=clock, gate_clock=clock)


async def test_codes_and_patterns_are_checked(world, made, draft) -> None:
    offer = await made(["ABCDEF", "abcdeg"])
    async with world.database.transaction(1) as conn:
        for codes in ([], ["ABC DEF"], ["ABCDE"], ["ABCDEH", "ABCDEFG"], ["ABCDEI", "abcdei"], ["abcdef"]):
            with pytest.raises(BadCodes):
                await offers.import_more(conn, 1, offer.id, codes)
        with pytest.raises(OfferNameTaken):
            await offers.import_offer(conn, 1, "SUMMER", ["XXXXXX"], 0)
        for pattern in ("AB-###", "AB-é#######", "A########B" * 4):
            with pytest.raises(BadCodes):
                await offers.generate_offer(conn, 1, "Other", pattern, 100, 0)
        assert (await offers.import_more(conn, 1, offer.id, ["ABCDEZ"])).free == 3
    with pytest.raises(BadTemplate):
        await draft(await world.list_of(1), body="Hello: {{ offer_code | upcase }} STOP 38200")

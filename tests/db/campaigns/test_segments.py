"""Segments beside lists in an audience: counted, shown, frozen at the start, and imported under way."""

import random
from itertools import pairwise
from typing import Any
from uuid import UUID, uuid4

import pytest

from chappe.audience import service as audiences
from chappe.audience.errors import UnknownSegment
from chappe.audience.model import SEGMENT_ID
from chappe.campaigns import repo
from chappe.campaigns.drawing import drawn
from chappe.campaigns.estimate import estimate
from chappe.campaigns.model import Audience, Halt, ListIsFilling
from chappe.contacts.model import LIST_ID
from chappe.kit.ids import public_id

COUNTRIES = ("FR", "BE", "US")


@pytest.fixture
def segment(world: Any, clock: Any) -> Any:
    """Make a segment of this rule."""

    async def make(rule: dict[str, Any], name: str = "") -> UUID:
        async with world.database.transaction(world.workspace_id) as conn:
            name = name or str(uuid4())
            return (await audiences.create(conn, world.workspace_id, name, rule, clock.now())).id

    return make


def of_country(code: str) -> dict[str, Any]:
    return {"kind": "country", "values": [code]}


async def test_who_is_drawn_is_who_should_be(world: Any, segment: Any, clock: Any) -> None:
    lists = [await world.list_of(6, first=33600000000 + 10 * n) for n in range(3)]
    await world.database.engine.execute(
        "update contact set state = case when id % 5 = 0 then 3 else 1 end, "
        "country = ($1::text[])[1 + id % 3]",
        list(COUNTRIES),
    )
    segments = [await segment(of_country(code)) for code in COUNTRIES]
    rows = await world.database.engine.fetch(
        "select c.id, c.state, c.country, m.list_id from contact c join list_member m on m.contact_id = c.id"
    )

    def within(row: Any, listed: tuple[UUID, ...], chosen: tuple[UUID, ...]) -> bool:
        code = COUNTRIES.index(row["country"])
        return row["list_id"] in listed or (row["state"] == 1 and segments[code] in chosen)

    draw = random.Random(7)
    async with world.database.transaction(world.workspace_id) as conn:
        for _ in range(40):
            parts = [tuple(draw.sample(of, draw.randint(0, 2))) for of in (lists, lists, segments, segments)]
            audience = Audience(*parts)
            whom = await drawn(conn, world.workspace_id, audience, clock.now())
            wanted = sorted(
                row["id"]
                for row in rows
                if within(row, audience.include, audience.include_segments)
                and not within(row, audience.exclude, audience.exclude_segments)
            )
            pages = [page async for page in repo.audience_pages(conn, whom, 4)]
            assert [row["id"] for page in pages for row in page] == wanted, audience
            assert await repo.audience_size(conn, whom) == len(wanted)
            every = await repo.audience_sampled(conn, whom, 1000, len(wanted))
            assert [row["id"] for row in every] == wanted
            some = await repo.audience_sampled(conn, whom, 2, 8)
            assert {row["id"] for row in some} <= set(wanted)
            for before, after in pairwise(wanted):
                assert await repo.audience_neighbour(conn, whom, before, before=False) == after
                assert await repo.audience_neighbour(conn, whom, after, before=True) == before


async def test_a_segment_is_frozen_when_the_campaign_starts(
    world: Any, sent: Any, segment: Any, planner_of: Any, each_once: Any, now: Any, clock: Any
) -> None:
    await world.list_of(5)
    await world.database.engine.execute("update contact set country = 'BE' where phone % 2 = 0")
    inner = await segment(of_country("FR"), "Inner")
    within = {"kind": "segment", "segment_id": public_id(SEGMENT_ID, inner)}
    french = await segment(within, "French")
    audience = Audience((), include_segments=(french,))
    campaign = await sent(audience=audience)
    async with world.database.transaction(world.workspace_id) as conn:
        counted = await estimate(conn, campaign, clock=clock, gate_clock=clock)
    await planner_of().plan_due_runs()
    async with world.database.transaction(world.workspace_id) as conn:
        everybody: dict[str, Any] = {"kind": "all", "of": []}
        await audiences.change(conn, world.workspace_id, french, "Everybody", everybody, clock.now())
        await audiences.change(conn, world.workspace_id, inner, "Inner", everybody, clock.now())
    await planner_of().plan_due_runs()
    count = await world.database.engine.fetchval("select count(*) from contact where country = 'FR'")
    assert 0 < count < 5
    assert counted.recipients == count
    await each_once(campaign, count)
    kept = {one.name: (one.rule, one.left_out, one.named) for one in (await now(campaign)).segments}
    assert kept == {"French": (within, False, True), "Inner": (of_country("FR"), False, False)}


async def test_a_segment_that_is_gone_stops_the_campaign(
    world: Any, draft: Any, sent: Any, segment: Any, planner_of: Any, now: Any
) -> None:
    await world.list_of(2)
    with pytest.raises(UnknownSegment) as refused:
        await draft(audience=Audience((), include_segments=(uuid4(),)))
    assert refused.value.field == "audience.include"
    gone = await segment(of_country("FR"))
    campaign = await sent(audience=Audience((), include_segments=(gone,)))
    async with world.database.transaction(world.workspace_id) as conn:
        await audiences.delete(conn, world.workspace_id, gone)
    await planner_of().plan_due_runs()
    stopped = await now(campaign)
    assert (stopped.state, stopped.error_code) == ("paused", Halt.PLANNING_FAILED)


async def test_a_list_that_a_segment_rests_on_must_be_whole(world: Any, sent: Any, segment: Any) -> None:
    filling = await world.list_of(1)
    await world.database.engine.execute(
        "insert into import (id, workspace_id, list_id, state, filename, default_country)"
        " values ($1, $2, $3, 'running', 'may.csv', 'FR')", uuid4(), world.workspace_id, filling
    )  # fmt: skip
    on_list = await segment({"kind": "list", "list_id": public_id(LIST_ID, filling)})
    resting = await segment({"kind": "segment", "segment_id": public_id(SEGMENT_ID, on_list)})
    with pytest.raises(ListIsFilling, match=r"may\.csv"):
        await sent(audience=Audience((), include_segments=(resting,)))

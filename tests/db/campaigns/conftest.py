"""Campaigns of the small world, and what must hold of every run that was planned."""

from collections.abc import Awaitable, Callable
from uuid import UUID

import pytest

from chappe.campaigns import service
from chappe.campaigns.model import Audience, Campaign, NewCampaign
from chappe.engine.campaign_jobs import Upkeep
from chappe.engine.planner import Planner
from chappe.engine.planner_store import PostgresPlanStore
from chappe.kit.clock import FakeClock
from chappe.messages.model import Purpose

BODY = "Hello {{ first_name }}, 20% off today. STOP 38200"


@pytest.fixture
def draft(world, clock: FakeClock) -> Callable[..., Awaitable[Campaign]]:
    """Make a draft to these lists."""

    async def make(*lists: UUID, **changes: object) -> Campaign:
        wanted: dict[str, object] = {
            "name": "Sale",
            "purpose": Purpose.MARKETING,
            "audience": Audience(lists),
            "sender_id": world.short_code,
            "body": BODY,
        }
        async with world.database.transaction(world.workspace_id) as conn:
            return await service.create(conn, world.workspace_id, NewCampaign(**wanted | changes), clock)

    return make


@pytest.fixture
def sent(world, draft, clock: FakeClock) -> Callable[..., Awaitable[Campaign]]:
    """Make a campaign and ask for it to be sent."""

    async def make(*lists: UUID, **changes: object) -> Campaign:
        campaign = await draft(*lists, **changes)
        async with world.database.transaction(world.workspace_id) as conn:
            return await service.send(conn, world.workspace_id, campaign.id, clock=clock, gate_clock=clock)

    return make


@pytest.fixture
def planner_of(world, clock: FakeClock) -> Callable[..., Planner]:
    """A planner with rows of two recipients, as if it were a process of its own."""

    def make(row_size: int = 2, parallel: int = 1) -> Planner:
        return Planner(PostgresPlanStore(world.database, clock, row_size), clock, clock, parallel)

    return make


@pytest.fixture
def upkeep(world, clock: FakeClock) -> Upkeep:
    return Upkeep(world.database, clock, clock)


@pytest.fixture
def now(world) -> Callable[[Campaign], Awaitable[Campaign]]:
    """The campaign as it is now."""

    async def read(campaign: Campaign) -> Campaign:
        async with world.database.transaction(world.workspace_id) as conn:
            return await service.get(conn, world.workspace_id, campaign.id)

    return read


@pytest.fixture
def each_once(world) -> Callable[[Campaign, int], Awaitable[None]]:
    """Every recipient has one message: with a state, or in one chunk; and the counts say the same."""

    async def check(campaign: Campaign, recipients: int) -> None:
        fetch = world.database.engine.fetch
        messages = await fetch(
            "select m.id, m.phone, m.body, s.state, "
            "(select count(*) from chunk k where k.run_id = $1 and m.id >= k.lo and m.id < k.hi) as chunks "
            "from message m left join message_state s on s.id = m.id where m.run_id = $1 order by m.id",
            campaign.runs[0],
        )
        assert len({row["phone"] for row in messages}) == len(messages) == recipients
        ids = [row["id"] for row in messages]
        assert ids == list(range(ids[0], ids[0] + recipients)) if ids else recipients == 0
        for row in messages:
            assert row["chunks"] == (1 if row["state"] is None else 0), dict(row)
            assert (row["body"] is not None) == (row["state"] is None), dict(row)
        counted = await fetch(
            "select state, sum(n)::int as n from run_delta where run_id = $1 group by 1", campaign.runs[0]
        )
        stored: dict[int, int] = {}
        for row in messages:
            state = 1 if row["state"] is None else row["state"]
            stored[state] = stored.get(state, 0) + 1
        assert {row["state"]: row["n"] for row in counted if row["n"]} == stored

    return check

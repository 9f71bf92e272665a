"""What leaves is what was looked at: nobody changes a draft between the look and the sending."""

import asyncio

import pytest

from chappe.campaigns import service
from chappe.campaigns.approvals import service as approvals
from chappe.campaigns.approvals.model import NotAsked
from chappe.campaigns.links import service as links
from chappe.campaigns.links.model import LinkSettings
from chappe.campaigns.marks import mark_of
from chappe.campaigns.model import ChangedSince, WrongState
from chappe.campaigns.timing import service as timing
from chappe.campaigns.timing.model import Timing
from chappe.campaigns.variants import service as variants
from chappe.campaigns.variants.model import Difference
from chappe.kit.ids import uuid7

LATER = Difference(body="Hello, another text. STOP 38200")


async def _waits(task) -> None:
    """It goes on, and does not end."""
    await asyncio.sleep(0.3)
    assert not task.done()


async def test_a_draft_that_is_being_sent_is_not_changed_any_more(world, draft, clock) -> None:
    campaign = await draft(await world.list_of(2))

    async def change() -> None:
        async with world.database.transaction(world.workspace_id) as conn:
            await variants.add(conn, campaign, LATER)

    async with world.database.transaction(world.workspace_id) as conn:
        await service.send(conn, world.workspace_id, campaign.id, clock=clock, gate_clock=clock)
        changing = asyncio.create_task(change())
        await _waits(changing)
    with pytest.raises(WrongState):
        await changing


async def test_a_draft_that_was_changed_is_not_sent_as_it_was_seen(world, draft, clock) -> None:
    campaign = await draft(await world.list_of(2))
    async with world.database.transaction(world.workspace_id) as conn:
        seen = await mark_of(conn, campaign)

    async def send(seen):
        async with world.database.transaction(world.workspace_id) as conn:
            return await service.send(
                conn, world.workspace_id, campaign.id, clock=clock, gate_clock=clock, seen=seen
            )

    async with world.database.transaction(world.workspace_id) as conn:
        await timing.save(conn, campaign, Timing(spread_minutes=30))
        sending = asyncio.create_task(send(seen))
        await _waits(sending)
    with pytest.raises(ChangedSince):
        await sending
    async with world.database.transaction(world.workspace_id) as conn:
        now = await mark_of(conn, campaign)
    assert (await send(now)).state == "preparing"


async def test_two_campaigns_of_one_text_have_each_their_own_price(world, draft) -> None:
    """Links and offers make texts longer: estimates are shared by mark."""
    people = await world.list_of(2)
    one, other = await draft(people), await draft(people)
    async with world.database.transaction(world.workspace_id) as conn:
        before = await mark_of(conn, other)
        assert await mark_of(conn, one) != before
        await links.save(conn, other, LinkSettings(shorten=True))
        assert await mark_of(conn, other) != before


async def test_an_approval_is_of_what_the_page_showed(world, draft, clock) -> None:
    writer, other = uuid7(), uuid7()
    campaign = await draft(await world.list_of(2))
    async with world.database.transaction(world.workspace_id) as conn:
        seen = await mark_of(conn, campaign)
        await timing.save(conn, campaign, Timing(spread_minutes=30))
        await approvals.ask(conn, campaign, writer, clock.now())
        with pytest.raises(NotAsked):
            await approvals.answer(conn, campaign, other, clock.now(), approved=True, words="", seen=seen)

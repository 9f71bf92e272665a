"""Where a workspace wants it, no campaign leaves before a second person has approved it as it is."""

from datetime import timedelta

import pytest

from chappe.audience import service as audiences
from chappe.audience.model import SEGMENT_ID
from chappe.campaigns import drafts, service
from chappe.campaigns.approvals import service as approvals
from chappe.campaigns.approvals.model import NotApproved, NotAsked, OwnRequest
from chappe.campaigns.drafts import MessageStep
from chappe.campaigns.experiments import service as experiments
from chappe.campaigns.experiments.model import Settings
from chappe.campaigns.links import service as links
from chappe.campaigns.links.model import LinkSettings
from chappe.campaigns.model import Audience
from chappe.campaigns.variants import service as variants
from chappe.campaigns.variants.model import Difference
from chappe.kit.ids import public_id, uuid7

WRITER, OTHER = uuid7(), uuid7()


@pytest.fixture
def do(world):
    """Runs something in a transaction of its own, as pages do."""

    async def run(act, *args, **more):
        async with world.database.transaction(world.workspace_id) as conn:
            return await act(conn, *args, **more)

    return run


async def test_it_leaves_once_another_person_has_approved_it(world, draft, do, clock) -> None:
    campaign = await draft(await world.list_of(2))
    send = {"clock": clock, "gate_clock": clock}
    await do(approvals.require, world.workspace_id, wanted=True)
    with pytest.raises(NotApproved):
        await do(service.send, world.workspace_id, campaign.id, **send)
    with pytest.raises(NotApproved):
        later = clock.now() + timedelta(days=1)
        await do(service.schedule, world.workspace_id, campaign.id, later, clock=clock)
    with pytest.raises(NotAsked):
        await do(approvals.answer, campaign, OTHER, clock.now(), approved=True, words="")
    await do(approvals.ask, campaign, WRITER, clock.now())
    with pytest.raises(OwnRequest):
        await do(approvals.answer, campaign, WRITER, clock.now(), approved=True, words="")
    with pytest.raises(NotApproved):
        await do(service.send, world.workspace_id, campaign.id, **send)
    await do(approvals.answer, campaign, OTHER, clock.now(), approved=True, words="Fine.")
    sent = await do(service.send, world.workspace_id, campaign.id, **send)
    assert sent.state == "preparing"


async def test_a_refusal_and_every_change_ask_again(world, draft, do, clock) -> None:
    campaign = await draft(await world.list_of(2))
    send = {"clock": clock, "gate_clock": clock}
    await do(approvals.require, world.workspace_id, wanted=True)
    await do(approvals.ask, campaign, WRITER, clock.now())
    await do(approvals.answer, campaign, OTHER, clock.now(), approved=False, words="Not the date.")
    known = await do(approvals.approval_of, campaign)
    assert (known.state, known.words, known.given) == ("refused", "Not the date.", False)
    with pytest.raises(NotApproved):
        await do(service.send, world.workspace_id, campaign.id, **send)
    await do(approvals.ask, campaign, WRITER, clock.now())
    await do(approvals.answer, campaign, OTHER, clock.now(), approved=True, words="")
    await do(variants.add, campaign, Difference(body="Hello, another text. STOP 38200"))
    await do(experiments.save, campaign, Settings(test_percent=50))
    with pytest.raises(NotApproved):
        await do(service.send, world.workspace_id, campaign.id, **send)
    await do(approvals.ask, campaign, OTHER, clock.now())
    await do(approvals.answer, campaign, WRITER, clock.now(), approved=True, words="")
    await do(links.save, campaign, LinkSettings(shorten=True, utm={"source": "sms"}))
    assert not (await do(approvals.approval_of, campaign)).given
    await do(approvals.ask, campaign, OTHER, clock.now())
    await do(approvals.answer, campaign, WRITER, clock.now(), approved=True, words="")
    written = MessageStep(sender_id=campaign.sender_id, body="Hello, changed. STOP 38200")
    changed = await do(drafts.save, campaign, written)
    assert not (await do(approvals.approval_of, changed)).given
    await do(approvals.require, world.workspace_id, wanted=False)
    assert (await do(service.send, world.workspace_id, campaign.id, **send)).state == "preparing"


async def test_a_segment_is_approved_as_it_reads(world, draft, do, clock, planner_of) -> None:
    """Changed before it is sent, or after: nobody gets what was not approved for them."""
    await world.list_of(3)
    dutch, german = ({"kind": "language", "values": [code]} for code in ("nl", "de"))
    here, send = world.workspace_id, {"clock": clock, "gate_clock": clock}
    await world.database.engine.execute("update contact set language = 'nl' where phone = 33600000001")
    inner = await do(audiences.create, here, "Dutch", dutch, clock.now())
    named = {"kind": "segment", "segment_id": public_id(SEGMENT_ID, inner.id)}
    outer = await do(audiences.create, here, "Those", named, clock.now())
    campaign = await draft(audience=Audience((), include_segments=(outer.id,)))
    await do(approvals.require, here, wanted=True)

    async def approve() -> None:
        await do(approvals.ask, campaign, WRITER, clock.now())
        await do(approvals.answer, campaign, OTHER, clock.now(), approved=True, words="")

    await approve()
    await do(audiences.change, here, inner.id, "Dutch", german, clock.now())
    with pytest.raises(NotApproved):
        await do(service.send, here, campaign.id, **send)
    await do(audiences.change, here, inner.id, "Nederlands", dutch, clock.now())
    await do(service.send, here, campaign.id, **send)
    await do(audiences.change, here, inner.id, "Dutch", german, clock.now())
    assert await planner_of().plan_due_runs() == 0
    waiting = await do(service.get, here, campaign.id)
    assert (waiting.state, waiting.error_code) == ("paused", "not_approved")
    assert await world.database.engine.fetchval("select count(*) from message") == 0
    await do(audiences.change, here, inner.id, "Dutch", dutch, clock.now())
    await do(service.resume, here, campaign.id)
    await planner_of().plan_due_runs()
    assert await world.database.engine.fetchval("select count(*) from message") == 1


async def test_another_hour_of_a_scheduled_campaign_is_not_the_approved_one(world, draft, do, clock) -> None:
    campaign = await draft(await world.list_of(2))
    at = clock.now() + timedelta(days=1)
    await do(service.schedule, world.workspace_id, campaign.id, at, clock=clock)
    await do(approvals.require, world.workspace_id, wanted=True)
    with pytest.raises(NotApproved, match="Cancel it"):
        await do(service.schedule, world.workspace_id, campaign.id, at + timedelta(hours=1), clock=clock)
    assert (await do(service.schedule, world.workspace_id, campaign.id, at, clock=clock)).state == "scheduled"

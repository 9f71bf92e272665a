"""Campaigns written in steps, and the list they stand in."""

from datetime import UTC, datetime, timedelta

import pytest

from chappe.campaigns import drafts, preview, service
from chappe.campaigns.drafts import AudienceStep, Clocks, MessageStep, ScheduleStep, Step
from chappe.campaigns.drawing import Drawn
from chappe.campaigns.estimator import Estimator
from chappe.campaigns.model import Audience, CampaignState, UnknownCampaignSender, Wanted, WrongState
from chappe.content.model import EmptyBody
from chappe.gate.model import Code
from chappe.messages.model import Purpose


def first_step(*lists, name: str = "Sale") -> AudienceStep:
    return AudienceStep(name=name, purpose=Purpose.MARKETING, audience=Audience(lists))


async def test_a_draft_is_saved_as_it_is_and_sent_only_when_it_is_whole(world, clock) -> None:
    people = await world.list_of(3)
    clocks = Clocks(clock, clock)
    async with world.database.transaction(world.workspace_id) as conn:
        draft = await drafts.begin(conn, world.workspace_id, first_step(people), clock)
        assert (draft.sender_id, draft.body, draft.state) == (None, "", CampaignState.DRAFT)
        faults = await drafts.faults(conn, draft, Step.REVIEW, clocks)
        assert {fault.field for fault in faults} == {"sender_id", "body"}
        with pytest.raises(EmptyBody):
            await service.send(conn, world.workspace_id, draft.id, clock=clock, gate_clock=clock)
        draft = await drafts.save(conn, draft, MessageStep(sender_id=None, body="Hello {{ nobody }}"))
        found = await drafts.faults(conn, draft, Step.MESSAGE, clocks)
        assert {fault.code for fault in found} == {"unknown_sender", "unknown_variable"}
        draft = await drafts.save(conn, draft, MessageStep(sender_id=None, body="Hello. STOP 38200"))
        with pytest.raises(UnknownCampaignSender):
            await service.send(conn, world.workspace_id, draft.id, clock=clock, gate_clock=clock)
        draft = await drafts.save(conn, draft, MessageStep(sender_id=world.short_code, body=draft.body))
        assert await drafts.faults(conn, draft, Step.REVIEW, clocks) == []
        sent = await service.send(conn, world.workspace_id, draft.id, clock=clock, gate_clock=clock)
        assert sent.state is CampaignState.PREPARING
        with pytest.raises(WrongState):
            await drafts.save(conn, sent, first_step(people, name="Too late"))


async def test_a_time_that_has_gone_by_is_a_fault_and_so_is_an_end_before_the_beginning(world, clock) -> None:
    people = await world.list_of(1)
    clocks = Clocks(clock, clock)
    async with world.database.transaction(world.workspace_id) as conn:
        draft = await drafts.begin(conn, world.workspace_id, first_step(people), clock)
        over = ScheduleStep(send_at=clock.now() - timedelta(hours=2), expires_at=None, parts_per_second=None)
        later = clock.now() + timedelta(days=1)
        ends_first = ScheduleStep(send_at=later, expires_at=later - timedelta(hours=1), parts_per_second=None)
        for written, field in ((over, "send_at"), (ends_first, "expires_at")):
            faults = await drafts.faults(conn, drafts.with_step(draft, written), Step.SCHEDULE, clocks)
            assert [fault.field for fault in faults] == [field]


async def test_a_copy_has_the_words_and_none_of_the_times(world, draft, clock) -> None:
    campaign = await draft(
        await world.list_of(1), send_at=clock.now() + timedelta(days=1), parts_per_second=5
    )
    async with world.database.transaction(world.workspace_id) as conn:
        copy = await drafts.duplicate(conn, campaign, "Sale again", clock)
    assert copy.id != campaign.id
    assert (copy.name, copy.body, copy.audience) == ("Sale again", campaign.body, campaign.audience)
    assert (copy.state, copy.send_at, copy.parts_per_second) == (CampaignState.DRAFT, None, 5)


async def test_the_list_is_in_order_of_moments_both_ways_and_filtered(world, draft, clock) -> None:
    people = await world.list_of(1)
    made = []
    for n in range(4):
        made.append(await draft(people, name=f"Sale {n}", send_at=clock.now() + timedelta(days=5 - n)))
    await world.database.engine.execute(
        "update campaign set state = 'finished', started_at = $2 where id = $1",
        made[3].id,
        datetime(2026, 1, 5, tzinfo=UTC),
    )

    async def names(wanted: Wanted | None = None, **how: object) -> list[str]:
        async with world.database.transaction(world.workspace_id) as conn:
            rows = await service.listed(conn, world.workspace_id, wanted or Wanted(), limit=10, **how)
            return [row.campaign.name for row in rows]

    assert await names() == ["Sale 0", "Sale 1", "Sale 2", "Sale 3"]
    assert await names(earliest_first=True) == ["Sale 3", "Sale 2", "Sale 1", "Sale 0"]
    assert await names(after=(made[1].moment, made[1].id)) == ["Sale 2", "Sale 3"]
    assert await names(Wanted(states=(CampaignState.FINISHED,))) == ["Sale 3"]
    assert await names(Wanted(text="sALE 2")) == ["Sale 2"]
    assert await names(Wanted(before=datetime(2026, 2, 1, tzinfo=UTC))) == ["Sale 3"]
    plan = await world.database.engine.fetchval(
        "explain (format json) select id from campaign where workspace_id = 1 "
        "and (moment, id) < (now(), $1::uuid) order by moment desc, id desc limit 51",
        made[0].id,
    )
    assert "campaign_moment" in str(plan)


async def test_the_preview_is_what_the_contact_would_get(world, draft, clock) -> None:
    people = await world.list_of(3)
    await world.suppress(33600000002)
    campaign = await draft(people, body="Hello {{ first_name }}, c’est ouvert. STOP 38200")
    async with world.database.transaction(world.workspace_id) as conn:
        whom = Drawn(world.workspace_id, campaign.audience, None)
        seen = []
        contact = await preview.chosen_contact(conn, whom, None)
        for _ in range(4):
            shown = await preview.preview(conn, campaign, contact, clock=clock, gate_clock=clock)
            assert shown.text == "Hello Anna, c’est ouvert. STOP 38200"
            assert shown.unicode
            seen.append((contact.phone, shown.code))
            contact = await preview.chosen_contact(conn, whom, contact.id, "next")
    assert seen == [
        (33600000001, Code.SEND), (33600000002, Code.SUPPRESSED), (33600000003, Code.SEND),
        (33600000001, Code.SEND),
    ]  # fmt: skip


async def test_a_guess_from_a_sample_is_scaled_and_says_so(
    world, draft, clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign = await draft(await world.list_of(40))
    estimator = Estimator(world.database, clock, clock)
    async with world.database.transaction(world.workspace_id) as conn:
        exact = await estimator.guess(conn, campaign)
        assert (exact.exact, exact.people, exact.estimate.sendable) == (True, 40, 40)
        monkeypatch.setattr("chappe.campaigns.estimator.SAMPLE", 10)
        scaled = await Estimator(world.database, clock, clock).guess(conn, campaign)
    assert (scaled.exact, scaled.people) == (False, 40)
    assert (scaled.estimate.parts, scaled.estimate.cost) == (exact.estimate.parts, exact.estimate.cost)
    look = await estimator.look(campaign, "as it is", patience=20.0)
    assert (look.done, look.fault) == (True, None)
    assert look.estimate == exact.estimate
    assert [(zone.zones, zone.messages) for zone in look.estimate.zones] == [("Europe/Paris", 40)]
    await estimator.close()

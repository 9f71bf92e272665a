"""A campaign's reply word: kept when the audience is taken, copied with it, counted when answered."""

import pytest

from chappe.campaigns import drafts, service
from chappe.campaigns.goals import service as goals
from chappe.campaigns.goals.model import BadReplyWord
from chappe.campaigns.model import WrongState
from chappe.tracking.jobs import settle_sold


async def test_an_answer_with_the_campaigns_word_counts_for_its_run(world, draft, planner_of, clock) -> None:
    campaign = await draft(await world.list_of(3))
    async with world.database.transaction(world.workspace_id) as conn:
        for wrong in ("STOP", "!", "x" * 31):
            with pytest.raises(BadReplyWord):
                await goals.save(conn, campaign, wrong)
        await goals.save(conn, campaign, "Non")
        assert await goals.save(conn, campaign, " Oui ") == "Oui"
        other = await drafts.duplicate(conn, campaign, "Again", clock)
        assert await goals.word_of(conn, world.workspace_id, other.id) == "Oui"
        assert await goals.save(conn, other, "") is None
        assert await goals.word_of(conn, world.workspace_id, other.id) is None
        sent = await service.send(conn, world.workspace_id, campaign.id, clock=clock, gate_clock=clock)
        with pytest.raises(WrongState):
            await goals.save(conn, sent, "Yes")
    await planner_of().plan_due_runs()
    for text in ("OUI !!", "bonjour"):
        await world.database.engine.execute(
            "insert into inbound (workspace_id, carrier_number, phone, source, destination, contact_id, "
            "body, fingerprint, session) "
            "select workspace_id, 1, phone, 'x', '38200', contact_id, $1, '', 1 from message limit 1",
            text,
        )
    await world.database.engine.execute("update inbound set answers = (select min(id) from message)")
    while await settle_sold(world.database):
        pass
    rows = await world.database.engine.fetch("select by, run_id = $1 as ours from conversion", sent.runs[0])
    assert [tuple(row) for row in rows] == [("reply", True)]

"""Counts equal a recount at any moment, and a recount finds what was miscounted."""

from chappe.campaigns import service
from chappe.messages import recount
from chappe.messages.model import MessageState
from chappe.messages.recount import Difference


async def test_counts_equal_a_recount_before_and_after_folding_and_while_half_is_planned(
    world, sent, planner_of, upkeep
) -> None:
    await world.suppress(33600000004)
    campaign = await sent(await world.list_of(9))
    await planner_of(3).plan_due_runs()

    async def differences() -> list[Difference]:
        async with world.database.transaction(world.workspace_id) as conn:
            now = await service.get(conn, world.workspace_id, campaign.id)
            [ids] = await service.message_ids(conn, now)
            return await recount.differences(conn, world.workspace_id, now.runs[0], ids)

    assert await differences() == []
    await upkeep.fold_counts()
    assert await differences() == []

    run = campaign.runs[0]
    await world.database.engine.execute(
        "update run_count set n = n - 1, parts = parts + 7 where run_id = $1 and state = 10", run
    )
    assert set(await differences()) == {
        Difference("messages", MessageState.SKIPPED, 0, 1),
        Difference("parts", None, 7, 0),
        Difference("minutes", MessageState.SKIPPED, 1, 0),
    }

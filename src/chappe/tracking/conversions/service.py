"""What other rooms and pages ask of goals and conversions. Nothing here commits."""

from collections.abc import Sequence

from chappe.db.pool import Connection
from chappe.tracking.conversions import repo
from chappe.tracking.conversions.model import (
    LONGEST_CLICK_DAYS,
    LONGEST_DELIVERY_HOURS,
    LONGEST_EVENT,
    MOST_GOALS,
    BadGoal,
    Conversion,
    Goal,
    Sold,
    UnknownGoal,
)


async def goals(conn: Connection, workspace_id: int) -> list[Goal]:
    """What counts in a workspace, in the order it was chosen."""
    return await repo.goals(conn, workspace_id)


async def save(conn: Connection, workspace_id: int, goal: Goal) -> Goal:
    """One more goal, or another way of counting one: what comes from now on. Raises BadGoal."""
    known = await repo.goals(conn, workspace_id)
    _check(goal)
    taken = {each.event: each for each in known if each.event != goal.event}
    if len(taken) >= MOST_GOALS:
        raise BadGoal(f"A workspace has at most {MOST_GOALS} goals: remove one first.", field="event")
    for other in taken.values():
        taken_back = goal.refund is not None and goal.refund in (other.event, other.refund)
        if goal.event == other.refund or taken_back:
            raise BadGoal(
                f"“{other.event}” counts this event already.", field="refund" if taken_back else "event"
            )
    await repo.save(conn, workspace_id, goal)
    return goal


async def remove(conn: Connection, workspace_id: int, event: str) -> None:
    """It counts no more; what counted stays. Raises UnknownGoal."""
    if not await repo.remove(conn, workspace_id, event):
        raise UnknownGoal(f"“{event}” is no goal here. See GET /v1/goals.")


async def begin_run(conn: Connection, workspace_id: int, run_id: int, reply_word: str) -> None:
    """Whoever answers a message of the run with this word is a conversion of it."""
    await repo.keep_word(conn, workspace_id, run_id, reply_word)


async def sold(conn: Connection, workspace_id: int, runs: Sequence[int]) -> list[Sold]:
    """What these runs sold, by goal and currency."""
    return await repo.sold(conn, workspace_id, runs)


async def of_contact(
    conn: Connection, workspace_id: int, contact_id: int, limit: int = 50
) -> list[Conversion]:
    """A person's conversions, the newest first."""
    return await repo.of_contact(conn, workspace_id, contact_id, limit)


def _check(goal: Goal) -> None:
    for field, event in (("event", goal.event), ("refund", goal.refund)):
        if event is not None and not 1 <= len(event.strip()) <= LONGEST_EVENT:
            raise BadGoal(f"Write the event's name, of at most {LONGEST_EVENT} characters.", field=field)
    if goal.event == goal.refund:
        raise BadGoal("The event that takes back must be another one.", field="refund")
    if not 0 <= goal.click_days <= LONGEST_CLICK_DAYS:
        raise BadGoal("Count for 0 to 90 days after a click.", field="click_days")
    if not 0 <= goal.delivery_hours <= LONGEST_DELIVERY_HOURS:
        raise BadGoal("Count for 0 to 2,160 hours after a message arrived.", field="delivery_hours")

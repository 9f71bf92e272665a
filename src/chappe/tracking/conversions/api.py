"""REST: /v1/goals."""

from typing import Annotated

import msgspec
from litestar import delete, get, put
from litestar.params import FromPath, JSONBody
from litestar.types import ControllerRouterHandler
from msgspec import Meta

from chappe.accounts.model import Scope
from chappe.api.bodies import Input
from chappe.api.caller import needs
from chappe.api.given import Asking, Conn
from chappe.tracking.conversions import service
from chappe.tracking.conversions.model import Goal

_TAGS = ["Conversions"]
_ONE = "/goals/{event:str}"


class GoalInput(Input, frozen=True, kw_only=True):
    """`refund`: the event that takes back what this one counted, by its `order_id`. An event is owed to the
    message whose link its person opened last, for `click_days` (0 to 90); else to the last campaign message
    that arrived, for `delivery_hours` (0 to 2,160). 0: never.
    """

    refund: Annotated[str, Meta(max_length=100)] | None = None
    click_days: Annotated[int, Meta(ge=0, le=90)] = 5
    delivery_hours: Annotated[int, Meta(ge=0, le=2160)] = 24


class GoalView(msgspec.Struct, frozen=True, kw_only=True):
    """An event that counts as a conversion."""

    event: str
    refund: str | None
    click_days: int
    delivery_hours: int


class GoalsView(msgspec.Struct, frozen=True, kw_only=True):
    data: list[GoalView]


@get("/goals", guards=[needs(Scope.CAMPAIGNS_READ)], summary="The events that count", tags=_TAGS)
async def list_goals(caller: Asking, conn: Conn) -> GoalsView:
    """A new workspace has one: `Order Completed`, taken back by `Order Refunded`."""
    return GoalsView(data=[_view(goal) for goal in await service.goals(conn, caller.workspace_id)])


@put(_ONE, guards=[needs(Scope.CAMPAIGNS_WRITE)], summary="Count an event", tags=_TAGS)
async def save_goal(event: FromPath[str], data: JSONBody[GoalInput], caller: Asking, conn: Conn) -> GoalView:
    """As it is named in `POST /v1/events`. It holds for events from now on; ten goals at most."""
    goal = Goal(
        event=event.strip(),
        refund=(data.refund or "").strip() or None,
        click_days=data.click_days,
        delivery_hours=data.delivery_hours,
    )
    return _view(await service.save(conn, caller.workspace_id, goal))


@delete(_ONE, guards=[needs(Scope.CAMPAIGNS_WRITE)], summary="Count an event no more", tags=_TAGS)
async def remove_goal(event: FromPath[str], caller: Asking, conn: Conn) -> None:
    """What counted stays counted."""
    await service.remove(conn, caller.workspace_id, event)


def _view(goal: Goal) -> GoalView:
    return GoalView(**msgspec.structs.asdict(goal))


routes: list[ControllerRouterHandler] = [list_goals, save_goal, remove_goal]

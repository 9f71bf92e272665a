"""/settings/conversions: which events count as sold, and to which message they are owed."""

from typing import Any, Final

import msgspec
from litestar import Response, get, post
from litestar.types import ControllerRouterHandler

from chappe.accounts import acts
from chappe.accounts.permissions import Permission
from chappe.api.given import Db
from chappe.tracking.conversions import service
from chappe.tracking.conversions.model import (
    LONGEST_CLICK_DAYS,
    LONGEST_DELIVERY_HOURS,
    LONGEST_EVENT,
    Goal,
    UnknownGoal,
)
from chappe.web.forms import Errors, Reading, Submitted
from chappe.web.page import GivenPage, Page
from chappe.web.viewer import GivenViewer, needs

PATH: Final = "/settings/conversions"
_MAY_CHANGE = needs(Permission.SETTINGS_WRITE)


@get(PATH, opt=needs(Permission.SETTINGS_READ))
async def goals_page(page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    """With `event`, the form holds that goal."""
    async with db.transaction(viewer.workspace_id) as conn:
        known = await service.goals(conn, viewer.workspace_id)
    chosen = next((goal for goal in known if goal.event == page.asked("event")), None)
    values = msgspec.structs.asdict(chosen or Goal(event=""))
    written = [(name, "" if each is None else str(each)) for name, each in values.items()]
    return _show(page, known, Submitted(written), chosen)


@post(PATH, opt=_MAY_CHANGE)
async def save_goal(page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    reading = Reading(await page.form())
    goal = _read(reading)
    async with db.transaction(viewer.workspace_id) as conn:
        known = await service.goals(conn, viewer.workspace_id)
        before = next((each for each in known if each.event == goal.event), None)
        if not reading.errors:
            with reading.errors.caught():
                await service.save(conn, viewer.workspace_id, goal)
        if not reading.errors and before != goal:
            action = "goal.changed" if before else "goal.added"
            await acts.record_here(
                conn, page, viewer, action, target=goal.event, before=_told(before), after=_told(goal)
            )
    if reading.errors:
        return _show(page, known, reading.form, before, reading.errors)
    return page.redirect(f"{PATH}?notice=goal_saved")


@post(f"{PATH}/validate", opt=_MAY_CHANGE)
async def validate_goal(page: GivenPage) -> Response[Any]:
    """One field, while somebody fills the form in."""
    reading = Reading(await page.form())
    _read(reading)
    field = reading.form.field
    return page.render("tracking/conversions/note.html", field=field, problem=reading.errors.of(field))


@post(f"{PATH}/remove", opt=_MAY_CHANGE)
async def remove_goal(page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    event = (await page.form()).one("event")
    try:
        async with db.transaction(viewer.workspace_id) as conn:
            await service.remove(conn, viewer.workspace_id, event)
            await acts.record_here(conn, page, viewer, "goal.removed", target=event)
    except UnknownGoal:
        return page.redirect(PATH)  # asked twice
    return page.redirect(f"{PATH}?notice=goal_removed")


def _read(reading: Reading) -> Goal:
    return Goal(
        event=reading.text("event", most=LONGEST_EVENT),
        refund=reading.text("refund", most=LONGEST_EVENT, required=False) or None,
        click_days=reading.whole("click_days", least=0, most=LONGEST_CLICK_DAYS) or 0,
        delivery_hours=reading.whole("delivery_hours", least=0, most=LONGEST_DELIVERY_HOURS) or 0,
    )


def _told(goal: Goal | None) -> dict[str, Any] | None:
    return None if goal is None else msgspec.structs.asdict(goal)


def _show(
    page: Page, known: list[Goal], values: Submitted, chosen: Goal | None, errors: Errors | None = None
) -> Response[Any]:
    return page.render(
        "tracking/conversions/goals.html",
        status=422 if errors else 200,
        goals=known,
        chosen=chosen,
        values=values,
        errors=errors or Errors(),
    )


routes: list[ControllerRouterHandler] = [goals_page, save_goal, validate_goal, remove_goal]

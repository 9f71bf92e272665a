"""GET /workspaces: every workspace of a person, with how it is doing."""

from datetime import timedelta
from typing import Any

from litestar import Response, get
from litestar.types import ControllerRouterHandler

from chappe.accounts.model import WORKSPACE_ID
from chappe.accounts.permission_words import ROLE_NAMES
from chappe.accounts.permissions import Permission, permissions_of
from chappe.accounts.team import workspaces as accounts
from chappe.api.given import Db, Ids, WallClock
from chappe.desk.portfolio.figures import MOST_COUNTED, figures
from chappe.web.page import GivenPage
from chappe.web.viewer import ANYBODY, GivenViewer

PERIOD = timedelta(days=30)


@get("/workspaces", opt={ANYBODY: True})
async def workspaces(
    page: GivenPage, viewer: GivenViewer, db: Db, ids: Ids, clock: WallClock
) -> Response[Any]:
    async with db.engine_transaction() as conn:
        own = await accounts.workspaces_of(conn, viewer.user_id)
        # The figures are those of the home page: for whoever may see that.
        seen = [one.id for one in own if Permission.HOME_READ in permissions_of(one.role)]
        counted = await figures(conn, seen, since=clock.now() - PERIOD)
    return page.render(
        "desk/workspaces.html",
        own=own,
        figures=counted,
        most=MOST_COUNTED,
        role_names=ROLE_NAMES,
        id_of=lambda one: ids.encode(WORKSPACE_ID, one.id),
        test_id_of=lambda one: None if one.test_id is None else ids.encode(WORKSPACE_ID, one.test_id),
    )


routes: list[ControllerRouterHandler] = [workspaces]

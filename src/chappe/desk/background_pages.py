"""/jobs: what is being done in the background, live, and what became of it."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import SkipValidation
from litestar.response import ServerSentEvent
from litestar.types import ControllerRouterHandler

from chappe.accounts.permissions import Permission
from chappe.api.given import Db, WallClock
from chappe.desk.background import background, still_of_interest
from chappe.web.page import GivenPage
from chappe.web.streams import Closing, live_blocks
from chappe.web.viewer import GivenViewer, needs

GivenClosing = NamedDependency[SkipValidation[Closing]]
PATH = "/jobs"
_EVERY = 1.0


@get(PATH, opt=needs(Permission.JOBS_READ))
async def jobs(page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    async with db.transaction(viewer.workspace_id) as conn:
        found = await background(conn, viewer.workspace_id)
    return page.render("desk/jobs.html", jobs=found)


@get(f"{PATH}/live", opt=needs(Permission.JOBS_READ))
async def live(page: GivenPage, viewer: GivenViewer, db: Db, closing: GivenClosing) -> ServerSentEvent:
    async def changes() -> AsyncGenerator[Mapping[str, str], None]:
        while True:
            async with db.transaction(viewer.workspace_id) as conn:
                found = await background(conn, viewer.workspace_id)
            yield {"jobs": page.fragment("desk/jobs_live.html", jobs=found)}
            await asyncio.sleep(_EVERY)

    return live_blocks(changes(), closing)


@get(f"{PATH}/tray", opt=needs(Permission.JOBS_READ))
async def tray(page: GivenPage, viewer: GivenViewer, db: Db, clock: WallClock) -> Response[Any]:
    """What goes on, and what ended a moment ago, for the foot of every page's navigation."""
    async with db.transaction(viewer.workspace_id) as conn:
        found = await background(conn, viewer.workspace_id)
    return page.render("desk/tray.html", jobs=still_of_interest(found, clock.now()))


routes: list[ControllerRouterHandler] = [jobs, live, tray]

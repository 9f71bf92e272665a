"""/consents/ledger/key: a new signing key, to which the one before hands over."""

from typing import Any, Final

from litestar import Response, get, post
from litestar.types import ControllerRouterHandler

from chappe.accounts import acts
from chappe.accounts.permissions import Permission
from chappe.api.given import Db, Keys, WallClock
from chappe.consent.ledger import log
from chappe.consent.ledger.handing import hand_over
from chappe.consent.ledger.signing import fingerprint
from chappe.web.page import GivenPage
from chappe.web.viewer import GivenViewer, needs

PATH: Final = "/consents/ledger/key"
_MAY_CHANGE: Final = needs(Permission.SETTINGS_WRITE)


@get(PATH, opt=_MAY_CHANGE)
async def ask(page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    """As a dialog over the page where scripts run."""
    async with db.transaction(viewer.workspace_id) as conn:
        standing = await log.standing(conn, viewer.workspace_id)
    return page.render("ledger/new_key.html", standing=standing)


@post(PATH, opt=_MAY_CHANGE)
async def change(page: GivenPage, viewer: GivenViewer, db: Db, keys: Keys, clock: WallClock) -> Response[Any]:
    """NothingToProve before the first checkpoint."""
    here = viewer.workspace_id
    async with db.engine_transaction() as conn:
        before = (await log.standing(conn, here)).fingerprint
        made = await hand_over(conn, keys, here, clock.now())
        await acts.record_here(
            conn, page, viewer, "consent.key_changed",
            before={"fingerprint": before}, after={"fingerprint": fingerprint(made.public_key)},
        )  # fmt: skip
    return page.leave("/consents?notice=key")


routes: list[ControllerRouterHandler] = [ask, change]

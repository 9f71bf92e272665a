"""Actions on many contacts: those that are checked at once, all that match by the worker, with a page of
their own. Both can be taken back.
"""

from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from chappe.accounts import acts
from chappe.accounts.permissions import Permission
from chappe.api.given import Db, Ids, WallClock
from chappe.contacts import bulk, lists
from chappe.contacts.bulk import BULK_ID, Bulk, BulkState, Whom
from chappe.contacts.errors import UnknownBulk
from chappe.contacts.events import By, Deed
from chappe.contacts.model import LIST_ID
from chappe.contacts.pages import table
from chappe.contacts.pages.contacts import PATH
from chappe.contacts.pages.export import csv_of
from chappe.contacts.search import finding
from chappe.db.pool import Connection, Database
from chappe.kit.clock import Clock
from chappe.kit.ids import IdCipher, parse_public_id, public_id
from chappe.web.bulk import Chosen, chosen
from chappe.web.page import GivenPage, Page, local_path
from chappe.web.viewer import GivenViewer, Viewer, needs

DEEDS: Final = {
    "archive": Deed.ARCHIVED,
    "restore": Deed.RESTORED,
    "block": Deed.BLOCKED,
    "unblock": Deed.UNBLOCKED,
    "list_add": Deed.JOINED,
    "list_remove": Deed.LEFT,
}
_EXPORT: Final = "export"
_ON_A_LIST: Final = (Deed.JOINED, Deed.LEFT)
_RECORDED: Final = {Deed.JOINED: "contacts.added", Deed.LEFT: "contacts.removed"}
# So many are changed while the person waits.
_AT_ONCE: Final = 1_000


@post(f"{PATH}/bulk", opt=needs(Permission.CONTACTS_WRITE))
async def act(page: GivenPage, viewer: GivenViewer, db: Db, ids: Ids, clock: WallClock) -> Response[Any]:
    return await run(page, viewer, db, ids, clock, path=PATH)


@get(PATH + "/bulk/{bulk_id:str}", opt=needs(Permission.CONTACTS_READ))
async def one(bulk_id: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    """How far it is: the whole page, or for htmx the progress alone."""
    async with db.transaction(viewer.workspace_id) as conn:
        found = await bulk.of_id(conn, viewer.workspace_id, _id(bulk_id))
        named = {} if found.list_id is None else await lists.names(conn, viewer.workspace_id, [found.list_id])
    template = "contacts/bulk_progress.html" if page.wants_fragment else "contacts/bulk.html"
    list_name = named.get(found.list_id, "") if found.list_id else ""
    answer = page.render(template, bulk=found, bulk_id=bulk_id, list_name=list_name)
    if page.wants_fragment and found.finished_at is not None:
        # At its end the page as a whole says more: what can be taken back.
        answer.headers["hx-refresh"] = "true"
    return answer


@post(PATH + "/bulk/{bulk_id:str}/undo", opt=needs(Permission.CONTACTS_WRITE))
async def undo(
    bulk_id: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db, clock: WallClock
) -> Response[Any]:
    async with db.transaction(viewer.workspace_id) as conn:
        done = await bulk.of_id(conn, viewer.workspace_id, _id(bulk_id))
        back = await bulk.undo(conn, viewer.workspace_id, done.id, _by(viewer))
        if done.changed <= _AT_ONCE:
            back = await bulk.finish(conn, back, clock)
        await _record(conn, page, viewer, back)
    if back.state is BulkState.FINISHED:
        asked = local_path((await page.form()).one("back"))
        return page.redirect(f"{PATH if asked == '/' else asked}?notice=undone&n={back.changed}")
    return page.redirect(f"{PATH}/bulk/{public_id(BULK_ID, back.id)}")


async def run(
    page: Page,
    viewer: Viewer,
    db: Database,
    ids: IdCipher,
    clock: Clock,
    *,
    path: str,
    list_id: UUID | None = None,
) -> Response[Any]:
    """What the bar under a table of contacts posts. `list_id`: the list whose own table it is."""
    async with db.transaction(viewer.workspace_id) as conn:
        around = await table.around(conn, viewer.workspace_id, of_list=list_id is not None)
        asked = await chosen(around.table, page, path=path, options=around.options)
        which = table.narrowed(asked.view, list_id)
        contact_ids = None if asked.everything else table.keys(ids, asked.keys)
        whom = Whom(which=which, contact_ids=contact_ids, country=around.country)
        if asked.action == _EXPORT:
            await _record_export(conn, page, viewer, asked)
            return csv_of(db, viewer.workspace_id, ids, whom)
        deed = DEEDS.get(asked.action, Deed.ARCHIVED)
        form = await page.form()
        target = list_id if deed is Deed.LEFT and list_id else parse_public_id(LIST_ID, form.one("list"))
        if (deed in _ON_A_LIST and target is None) or (asked.everything and form.one("sure") != "1"):
            search = await finding.prepare(conn, viewer.workspace_id, which, around.country)
            count = (
                len(asked.keys)
                if contact_ids is not None
                else await finding.count(conn, viewer.workspace_id, search)
            )
            return page.render(
                "contacts/bulk_ask.html", asked=asked, count=count, most=search.most, path=f"{path}/bulk",
                form=form, lists=around.options["list"], needs_list=deed in _ON_A_LIST and target is None,
            )  # fmt: skip
        started = await bulk.start(
            conn, viewer.workspace_id, deed, whom, _by(viewer), list_id=target if deed in _ON_A_LIST else None
        )
        if contact_ids is not None:
            started = await bulk.finish(conn, started, clock)
        await _record(conn, page, viewer, started)
    return _done(page, asked, started)


def _done(page: Page, asked: Chosen, started: Bulk) -> Response[Any]:
    shown_id = public_id(BULK_ID, started.id)
    if started.state is not BulkState.FINISHED:
        return page.redirect(f"{PATH}/bulk/{shown_id}")
    join = "&" if "?" in asked.back else "?"
    return page.redirect(f"{asked.back}{join}notice={started.kind}&n={started.changed}&bulk={shown_id}")


async def _record(conn: Connection, page: Page, viewer: Viewer, started: Bulk) -> None:
    list_id = None if started.list_id is None else public_id(LIST_ID, started.list_id)
    await acts.record_here(
        conn,
        page,
        viewer,
        _RECORDED.get(started.kind, f"contacts.{started.kind}"),
        target=public_id(BULK_ID, started.id),
        after={"list": list_id, "contacts": started.total, "matching": started.whom.which.text or None},
    )


async def _record_export(conn: Connection, page: Page, viewer: Viewer, asked: Chosen) -> None:
    await acts.record_here(
        conn,
        page,
        viewer,
        "contacts.exported",
        after={"matching": asked.view.matching, "contacts": None if asked.everything else len(asked.keys)},
    )


def _by(viewer: Viewer) -> By:
    return By(viewer.user_id, viewer.name)


def _id(text: str) -> UUID:
    found = parse_public_id(BULK_ID, text)
    if found is None:
        raise UnknownBulk("There is no such action.")
    return found


routes: list[ControllerRouterHandler] = [act, one, undo]

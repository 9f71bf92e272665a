"""/contacts/duplicates: pairs that may be one person; each is merged, or told apart."""

from typing import Any, Final

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from chappe.accounts import acts
from chappe.accounts.permissions import Permission
from chappe.api.given import Db, Ids, WallClock
from chappe.contacts import exporting
from chappe.contacts import service as contacts
from chappe.contacts.events import By
from chappe.contacts.merges import service as merges
from chappe.contacts.merges.service import CannotMerge, CannotUnmerge, Pair
from chappe.contacts.model import CONTACT_ID
from chappe.contacts.names import called
from chappe.db.pool import Connection
from chappe.desk.duplicates import service
from chappe.kit.ids import IdCipher
from chappe.web.page import GivenPage
from chappe.web.viewer import GivenViewer, Viewer, needs

PATH: Final = "/contacts/duplicates"
_SHOWN: Final = 100
_READ, _WRITE = needs(Permission.CONTACTS_READ), needs(Permission.CONTACTS_WRITE)


@get(PATH, opt=_READ)
async def index(page: GivenPage, viewer: GivenViewer, db: Db, ids: Ids) -> Response[Any]:
    """With `look`, the pairs: all contacts are read for them, so the page asks when it is there."""
    pairs = None
    if page.asked("look"):
        async with db.transaction(viewer.workspace_id) as conn:
            found = await merges.alike(conn, viewer.workspace_id, limit=_SHOWN)
            pairs = await _told(conn, viewer.workspace_id, found, ids)
    return page.render("contacts/duplicates/duplicates.html", pairs=pairs, called=called)


@get("/contacts/{contact:str}/merge", opt=_WRITE)
async def ask(
    contact: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db, ids: Ids
) -> Response[Any]:
    """Which number stays."""
    here = viewer.workspace_id
    async with db.transaction(here) as conn:
        one = await contacts.get_contact(conn, here, ids.decode(CONTACT_ID, contact))
        other = await contacts.get_contact(conn, here, ids.decode(CONTACT_ID, page.asked("with")))
        lists = {each.contact.id: each for each in await exporting.people(conn, here, [one.id, other.id])}
    return page.render(
        "contacts/duplicates/merge.html",
        both=[(ids.encode(CONTACT_ID, each.id), each, lists[each.id]) for each in (one, other)],
        called=called,
    )


@post("/contacts/{contact:str}/merge", opt=_WRITE)
async def merge(
    contact: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db, ids: Ids
) -> Response[Any]:
    """`contact` stays unless the form names the other one."""
    form, here = await page.form(), viewer.workspace_id
    kept_id, gone_id = contact, form.one("with")
    if form.one("kept") == gone_id:
        kept_id, gone_id = gone_id, contact
    kept, gone = (ids.decode(CONTACT_ID, each) or 0 for each in (kept_id, gone_id))
    try:
        async with db.transaction(here) as conn:
            await service.merge(conn, here, kept, gone, _by(viewer))
            await acts.record_here(conn, page, viewer, "contact.merged", kept_id, after={"contact": gone_id})
    except CannotMerge:
        return page.leave(f"/contacts/{kept_id}?notice=cannot_merge")
    return page.leave(f"/contacts/{kept_id}?notice=merged")


@post("/contacts/{contact:str}/unmerge", opt=_WRITE)
async def unmerge(
    contact: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db, ids: Ids, clock: WallClock
) -> Response[Any]:
    here = viewer.workspace_id
    try:
        async with db.transaction(here) as conn:
            found = await contacts.get_contact(conn, here, ids.decode(CONTACT_ID, contact))
            undone = await service.unmerge(conn, here, found.id, _by(viewer), clock)
            kept = ids.encode(CONTACT_ID, undone.kept.id)
            await acts.record_here(conn, page, viewer, "contact.unmerged", kept, after={"contact": contact})
    except CannotUnmerge:
        return page.redirect(f"/contacts/{contact}?notice=cannot_unmerge")
    return page.redirect(f"/contacts/{contact}?notice=unmerged")


@post("/contacts/{contact:str}/apart", opt=_WRITE)
async def apart(
    contact: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db, ids: Ids
) -> Response[Any]:
    """These are two people."""
    here, with_id = viewer.workspace_id, (await page.form()).one("with")
    async with db.transaction(here) as conn:
        one = await contacts.get_contact(conn, here, ids.decode(CONTACT_ID, contact))
        other = await contacts.get_contact(conn, here, ids.decode(CONTACT_ID, with_id))
        await merges.tell_apart(conn, here, one.id, other.id)
        await acts.record_here(conn, page, viewer, "contact.told_apart", contact, after={"contact": with_id})
    return page.redirect(f"{PATH}?notice=told_apart")


async def _told(
    conn: Connection, workspace_id: int, pairs: list[Pair], ids: IdCipher
) -> list[tuple[str, list[tuple[str, exporting.Person]]]]:
    """Rule, and both with their ids."""
    people = await exporting.people(conn, workspace_id, merges.names(pairs))
    known = {each.contact.id: (ids.encode(CONTACT_ID, each.contact.id), each) for each in people}
    return [(pair.rule, [known[pair.lower_id], known[pair.higher_id]]) for pair in pairs]


def _by(viewer: Viewer) -> By:
    return By(viewer.user_id, viewer.name)


routes: list[ControllerRouterHandler] = [index, ask, merge, unmerge, apart]

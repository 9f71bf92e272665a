"""/contacts/…/notes/…: who wrote a note changes it, or takes it back."""

from typing import Any, Final

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from chappe.accounts import acts
from chappe.accounts.permissions import Permission
from chappe.api.given import Db, Ids
from chappe.contacts import service as contacts
from chappe.contacts.model import CONTACT_ID
from chappe.contacts.notes import service as notes
from chappe.web.forms import Reading, Submitted
from chappe.web.page import GivenPage
from chappe.web.viewer import GivenViewer, needs

_PATH: Final = "/contacts/{contact:str}/notes/{note:int}"
LONGEST_NOTE: Final = 2_000
_WRITE = needs(Permission.CONTACTS_WRITE)


@get(_PATH, opt=_WRITE)
async def edit(
    contact: FromPath[str], note: FromPath[int], page: GivenPage, viewer: GivenViewer, db: Db, ids: Ids
) -> Response[Any]:
    here = viewer.workspace_id
    async with db.transaction(here) as conn:
        found = await contacts.get_contact(conn, here, ids.decode(CONTACT_ID, contact))
        known = await notes.own_note(conn, here, found.id, note, viewer.user_id)
    reading = Reading(Submitted([("text", known)]))
    return _form(page, contact, note, reading)


@post(_PATH, opt=_WRITE)
async def save(
    contact: FromPath[str], note: FromPath[int], page: GivenPage, viewer: GivenViewer, db: Db, ids: Ids
) -> Response[Any]:
    """Another text, or with `delete` none."""
    form, here = await page.form(), viewer.workspace_id
    reading, gone = Reading(form), bool(form.one("delete"))
    text = "" if gone else reading.text("text", most=LONGEST_NOTE)
    if reading.errors:
        return _form(page, contact, note, reading)
    async with db.transaction(here) as conn:
        found = await contacts.get_contact(conn, here, ids.decode(CONTACT_ID, contact))
        before = await notes.own_note(conn, here, found.id, note, viewer.user_id)
        await notes.change_note(conn, here, found.id, note, text)
        what = "note_deleted" if gone else "note_changed"
        after = None if gone else {"text": text}
        await acts.record_here(
            conn, page, viewer, f"contact.{what}", contact, before={"text": before}, after=after
        )
    return page.leave(f"/contacts/{contact}?notice={what}")


def _form(page: GivenPage, contact_id: str, note: int, reading: Reading) -> Response[Any]:
    return page.render(
        "contacts/edit_note.html",
        status=422 if reading.errors else 200,
        contact_id=contact_id,
        note=note,
        values=reading.form,
        errors=reading.errors,
    )


routes: list[ControllerRouterHandler] = [edit, save]

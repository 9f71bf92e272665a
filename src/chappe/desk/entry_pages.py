"""/contacts/new and /contacts/…/edit: a contact by hand."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from chappe.accounts import acts
from chappe.accounts.permissions import Permission
from chappe.api.given import Db, Ids
from chappe.contacts import entry
from chappe.contacts import service as contacts
from chappe.contacts.attributes import service as attributes
from chappe.contacts.attributes.model import Attribute
from chappe.contacts.attributes.notation import notation
from chappe.contacts.entry import Entry
from chappe.contacts.errors import ContactChanged, ExternalIdTaken
from chappe.contacts.events import By
from chappe.contacts.model import CONTACT_ID, Contact
from chappe.contacts.names import SEARCHED
from chappe.contacts.search import finding
from chappe.db.pool import Connection
from chappe.desk import contact_form
from chappe.desk.contact_form import Filled
from chappe.rules.service import zone_names
from chappe.web.forms import Reading, Submitted
from chappe.web.page import GivenPage, Page
from chappe.web.viewer import GivenViewer, Viewer, needs

PATH: Final = "/contacts"
# Each in its own words, which need no translation.
_SPOKEN: Final = (
    ("fr", "Français"),
    ("en", "English"),
    ("de", "Deutsch"),
    ("es", "Español"),
    ("it", "Italiano"),
    ("nl", "Nederlands"),
    ("pt", "Português"),
)


@get(f"{PATH}/new", opt=needs(Permission.CONTACTS_WRITE))
async def new(page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    async with db.transaction(viewer.workspace_id) as conn:
        return await _form(page, viewer, conn, Reading(Submitted()))


@post(f"{PATH}/new", opt=needs(Permission.CONTACTS_WRITE))
async def create(page: GivenPage, viewer: GivenViewer, db: Db, ids: Ids) -> Response[Any]:
    here = viewer.workspace_id
    async with db.transaction(here) as conn:
        filled = await _filled(page, conn, here, new=True)
        if not filled.reading.errors:
            with filled.reading.errors.caught():
                by = By(viewer.user_id, viewer.name)
                placed = contact_form.placed(filled.entry, filled.number)
                made = await entry.create(conn, here, filled.number, placed, by)
                await _name_new_field(conn, here, filled)
                contact_id = ids.encode(CONTACT_ID, made.id)
                await acts.record_here(conn, page, viewer, "contact.created", contact_id)
                return page.leave(f"{PATH}/{contact_id}?notice=contact_added")
        return await _form(page, viewer, conn, filled.reading)


@post(f"{PATH}/validate", opt=needs(Permission.CONTACTS_WRITE))
async def validate(page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    """One field, while somebody fills the form in, by the rule of the save."""
    here = viewer.workspace_id
    async with db.transaction(here) as conn:
        filled = await _filled(page, conn, here, new=True)
        if filled.number:
            with filled.reading.errors.caught():
                await entry.check_free(conn, here, filled.number)
    field = filled.reading.form.field
    return page.render("contacts/note.html", field=field, problem=filled.reading.errors.of(field))


@get(PATH + "/{contact:str}/edit", opt=needs(Permission.CONTACTS_WRITE))
async def edit(
    contact: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db, ids: Ids
) -> Response[Any]:
    async with db.transaction(viewer.workspace_id) as conn:
        here = viewer.workspace_id
        found = await contacts.get_contact(conn, here, ids.decode(CONTACT_ID, contact))
        known = await attributes.known(conn, here)
        written = notation(await entry.home_country(conn, here), page.language)
        form = contact_form.of_contact(found, known, written)
        return await _form(page, viewer, conn, Reading(form), contact)


@post(PATH + "/{contact:str}/edit", opt=needs(Permission.CONTACTS_WRITE))
async def save(
    contact: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db, ids: Ids
) -> Response[Any]:
    here = viewer.workspace_id
    async with db.transaction(here) as conn:
        found = await contacts.get_contact(conn, here, ids.decode(CONTACT_ID, contact))
        filled = await _filled(page, conn, here, new=False)
        known = await attributes.known(conn, here)
        if not filled.reading.errors:
            by = By(viewer.user_id, viewer.name)
            try:
                seen = datetime.fromisoformat(filled.reading.form.one("seen"))
                kept = _with_archived(contact_form.placed(filled.entry, found.phone, found), found, known)
                _, changed = await entry.save(conn, here, found, seen, kept, by)
            except (ContactChanged, ExternalIdTaken, ValueError) as problem:
                changed_meanwhile = ContactChanged("Look at it, and save again.")
                filled.reading.errors.add(
                    problem if isinstance(problem, ExternalIdTaken) else changed_meanwhile
                )
                return await _form(page, viewer, conn, filled.reading, contact)
            await _name_new_field(conn, here, filled)
            if changed:
                before = {name: pair[0] for name, pair in changed.items()}
                after = {name: pair[1] for name, pair in changed.items()}
                await acts.record_here(
                    conn, page, viewer, "contact.changed", contact, before=before, after=after
                )
            return page.leave(f"{PATH}/{contact}?notice=contact_saved")
        return await _form(page, viewer, conn, filled.reading, contact)


async def _filled(page: Page, conn: Connection, workspace_id: int, *, new: bool) -> Filled:
    known = await attributes.known(conn, workspace_id)
    country = await entry.home_country(conn, workspace_id)
    return contact_form.read(await page.form(), known, country, notation(country, page.language), new=new)


def _with_archived(stated: Entry, before: Contact, known: Mapping[str, Attribute]) -> Entry:
    """The form has no field for archived attributes: what they hold stays."""
    kept = {name: value for name, value in before.attributes.items() if name not in known}
    return msgspec.structs.replace(stated, attributes=kept | stated.attributes)


async def _form(
    page: Page, viewer: Viewer, conn: Connection, reading: Reading, contact_id: str = ""
) -> Response[Any]:
    known = await attributes.known(conn, viewer.workspace_id)
    codes = await finding.countries(conn, viewer.workspace_id)
    return page.render(
        "contacts/edit.html" if contact_id else "contacts/new.html",
        status=422 if reading.errors else 200,
        values=reading.form,
        errors=reading.errors,
        contact_id=contact_id,
        others=contact_form.others(known),
        number=reading.form.one("phone"),
        spoken=_SPOKEN,
        countries=codes,
        zone_names=zone_names(),
    )


async def _name_new_field(conn: Connection, workspace_id: int, filled: Filled) -> None:
    """Templates may use it from now on, and the names that a file would bring."""
    labels = {name: name for name in SEARCHED if filled.entry.attributes.get(name)}
    if called := filled.reading.form.one("new_name"):
        labels[entry.field_name(called, field="new_name")] = called
    await contacts.name_attributes(conn, workspace_id, labels)


routes: list[ControllerRouterHandler] = [new, create, validate, edit, save]

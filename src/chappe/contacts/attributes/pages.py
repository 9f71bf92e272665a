"""/contacts/attributes: what is known of contacts, of which kind each is, and how many hold it."""

from typing import Any, Final

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from chappe.accounts import acts
from chappe.accounts.permissions import Permission
from chappe.api.given import Db, Ids, WallClock
from chappe.contacts import entry
from chappe.contacts.attributes import changing, service
from chappe.contacts.attributes.model import Attribute, Change
from chappe.contacts.attributes.notation import notation
from chappe.contacts.attributes.values import Kind, Shape
from chappe.contacts.model import CONTACT_ID
from chappe.contacts.names import SEARCHED
from chappe.db.pool import Connection
from chappe.web.forms import Errors, Reading, Submitted
from chappe.web.page import GivenPage, Page
from chappe.web.viewer import GivenViewer, Viewer, needs

PATH: Final = "/contacts/attributes"
_LONGEST_LABEL: Final = 100
_LONGEST_OPTIONS: Final = 20_000
_KINDS: Final = tuple(kind.value for kind in Kind)
_READ, _WRITE = needs(Permission.CONTACTS_READ), needs(Permission.CONTACTS_WRITE)


@get(PATH, opt=_READ)
async def index(page: GivenPage, viewer: GivenViewer, db: Db, ids: Ids) -> Response[Any]:
    """With `held`, how many hold each: contacts are read for it, so the page asks when it is there."""
    here = viewer.workspace_id
    async with db.transaction(here) as conn:
        every = await service.every(conn, here)
        changes = await changing.asked(conn, here)
        held = await service.held(conn, here) if page.asked("held") else None
    return page.render(
        "contacts/attributes/attributes.html",
        attributes=[one for one in every if one.archived_at is None],
        archived=[one for one in every if one.archived_at is not None],
        changes=changes,
        held=held,
        contact_id=lambda key: ids.encode(CONTACT_ID, key),
    )


@get(f"{PATH}/new", opt=_WRITE)
async def new(page: GivenPage) -> Response[Any]:
    return _new_form(page, Submitted([("kind", Kind.TEXT)]), Errors())


@post(f"{PATH}/new", opt=_WRITE)
async def create(page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    reading = Reading(await page.form())
    label, shape = _label(reading), _shape(reading)
    name = ""
    if label:
        with reading.errors.caught():
            name = entry.field_name(label, field="label")
    if not reading.errors:
        async with db.transaction(viewer.workspace_id) as conn:
            with reading.errors.caught():
                made = await service.create(conn, viewer.workspace_id, name, label, shape)
                await _record(conn, page, viewer, "created", made)
                return page.leave(f"{PATH}?notice=attribute_added")
    if (taken := reading.errors.of("name")) is not None:
        taken.field = "label"
        reading.errors.add(taken)
    return _new_form(page, reading.form, reading.errors)


@get(PATH + "/{name:str}", opt=_WRITE)
async def edit(name: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    async with db.transaction(viewer.workspace_id) as conn:
        known = await service.one(conn, viewer.workspace_id, name)
    form = Submitted(
        [("label", known.called), ("kind", known.kind.value), ("options", "\n".join(known.options))]
    )
    return _edit_form(page, known, form, Errors())


@post(PATH + "/{name:str}", opt=_WRITE)
async def save(name: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    """Another label at once; another kind, or options taken away, when every value was found to fit."""
    reading, here = Reading(await page.form()), viewer.workspace_id
    label, shape = _label(reading), _shape(reading)
    async with db.transaction(here) as conn:
        before = await service.one(conn, here, name)
        if not reading.errors:
            with reading.errors.caught():
                asked = await _change(conn, page, here, before, label, shape)
                after = await service.one(conn, here, name)
                await _record(conn, page, viewer, "changed", after, before)
                return page.leave(f"{PATH}?notice={'attribute_checked' if asked else 'attribute_saved'}")
    return _edit_form(page, before, reading.form, reading.errors)


@post(PATH + "/{name:str}/archive", opt=_WRITE)
async def archive(
    name: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db, clock: WallClock
) -> Response[Any]:
    """Put away, or with `back` offered again. The values stay."""
    back, here = bool((await page.form()).one("back")), viewer.workspace_id
    async with db.transaction(here) as conn:
        known = await service.one(conn, here, name)
        if back:
            changed = await service.bring_back(conn, here, name)
        else:
            changed = await service.put_away(conn, here, name, clock)
        if changed:
            await _record(conn, page, viewer, "restored" if back else "archived", known)
    return page.redirect(f"{PATH}?notice={'attribute_restored' if back else 'attribute_archived'}")


async def _change(
    conn: Connection, page: Page, workspace_id: int, before: Attribute, label: str, shape: Shape
) -> Change | None:
    """What is to be checked first, None when nothing has to be."""
    wanted = service.check_shape(before.name, shape)
    if service.only_adds(before.shape, wanted):
        await service.label(conn, workspace_id, before.name, label, wanted.options)
        return None
    await service.label(conn, workspace_id, before.name, label, before.options)
    written = notation(await entry.home_country(conn, workspace_id), page.language)
    return await changing.ask(conn, workspace_id, before.name, wanted, written)


def _label(reading: Reading) -> str:
    return reading.text("label", most=_LONGEST_LABEL)


def _shape(reading: Reading) -> Shape:
    kind = reading.choice("kind", _KINDS)
    options = reading.text("options", most=_LONGEST_OPTIONS, required=False)
    return Shape(Kind(kind) if kind else Kind.TEXT, tuple(options.splitlines()))


def _new_form(page: Page, form: Submitted, errors: Errors) -> Response[Any]:
    status = 422 if errors else 200
    return page.render("contacts/attributes/new.html", status=status, values=form, errors=errors)


def _edit_form(page: Page, known: Attribute, form: Submitted, errors: Errors) -> Response[Any]:
    return page.render(
        "contacts/attributes/edit.html",
        status=422 if errors else 200,
        attribute=known,
        fixed=known.name in SEARCHED,
        values=form,
        errors=errors,
    )


async def _record(
    conn: Connection,
    page: Page,
    viewer: Viewer,
    what: str,
    after: Attribute,
    before: Attribute | None = None,
) -> None:
    def told(one: Attribute) -> dict[str, Any]:
        return {"label": one.called, "kind": one.kind.value, "options": list(one.options)}

    await acts.record_here(
        conn,
        page,
        viewer,
        f"attribute.{what}",
        after.name,
        before=None if before is None else told(before),
        after=told(after),
    )


routes: list[ControllerRouterHandler] = [index, new, create, edit, save, archive]

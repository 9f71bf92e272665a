"""/templates: the library of texts, their versions."""

from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from msgspec import structs

from chappe.accounts import acts
from chappe.accounts.permissions import Permission
from chappe.api.given import Db
from chappe.contacts import service as contacts
from chappe.content.model import STANDARD_VARIABLES
from chappe.content.templates import service
from chappe.content.templates.model import (
    TEMPLATE_ID,
    SavedTemplate,
    TooManyTemplates,
    Written,
    difference,
    found,
)
from chappe.db.pool import Connection, Database
from chappe.kit.ids import parse_public_id, public_id
from chappe.sms.parts import measure
from chappe.web.forms import Errors, Reading, Submitted
from chappe.web.page import GivenPage, Page
from chappe.web.viewer import GivenViewer, Viewer, needs

PATH: Final = "/templates"
_READ, _WRITE = needs(Permission.CAMPAIGNS_READ), needs(Permission.CAMPAIGNS_WRITE)
_ONE: Final = PATH + "/{template:str}"


@get(PATH, opt=_READ)
async def listed(page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    """`q`: words that are looked for; `folder`: those of one."""
    async with db.transaction(viewer.workspace_id) as conn:
        known = await service.templates(conn, viewer.workspace_id)
    q, folder = page.asked("q"), page.asked("folder") or None
    folders = sorted({one.folder for one in known if one.folder})
    shown = [one for one in found(known, q) if folder in (None, one.folder)]
    return page.render(
        "content/list.html",
        total=len(known),
        q=q,
        folder=folder,
        folders=[(one, f"{PATH}?{urlencode({'folder': one})}", one == folder) for one in folders],
        templates=[(public_id(TEMPLATE_ID, one.id), one, measure(one.body)) for one in shown],
    )


@get(f"{PATH}/new", opt=_WRITE)
async def new(page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    async with db.transaction(viewer.workspace_id) as conn:
        return await _form(page, viewer, conn, None, Submitted([]))


@post(f"{PATH}/new", opt=_WRITE)
async def create(page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    return await _save(page, viewer, db, None)


@post(f"{PATH}/count", opt=_WRITE)
async def count(page: GivenPage) -> Response[Any]:
    """The length of a text while it is written."""
    body = (await page.form()).one("body")
    return page.render("content/parts.html", measured=measure(body) if body else None)


@get(_ONE, opt=_WRITE)
async def edit(template: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    async with db.transaction(viewer.workspace_id) as conn:
        known = await service.template(conn, viewer.workspace_id, _id(template))
        values = [(name, str(each)) for name, each in structs.asdict(known).items()]
        return await _form(page, viewer, conn, known, Submitted(values))


@post(_ONE, opt=_WRITE)
async def change(template: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    async with db.transaction(viewer.workspace_id) as conn:
        known = await service.template(conn, viewer.workspace_id, _id(template))
    return await _save(page, viewer, db, known)


@post(f"{_ONE}/delete", opt=_WRITE)
async def delete(template: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    async with db.transaction(viewer.workspace_id) as conn:
        known = await service.template(conn, viewer.workspace_id, _id(template))
        await service.remove(conn, viewer.workspace_id, known)
        await _note(conn, page, viewer, "deleted", known.id, before=known)
    return page.redirect(f"{PATH}?notice=template_deleted")


@get(f"{_ONE}/versions", opt=_WRITE)
async def versions(template: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    async with db.transaction(viewer.workspace_id) as conn:
        known = await service.template(conn, viewer.workspace_id, _id(template))
        kept = await service.versions(conn, viewer.workspace_id, known.id)
    before = [*(one.body for one in kept[1:]), kept[-1].body]
    told = [(one, difference(older, one.body)) for one, older in zip(kept, before, strict=True)]
    return page.render("content/versions.html", template_id=template, known=known, versions=told)


@post(f"{_ONE}/versions/{{version:int}}", opt=_WRITE)
async def restore(
    template: FromPath[str], version: FromPath[int], page: GivenPage, viewer: GivenViewer, db: Db
) -> Response[Any]:
    here = viewer.workspace_id
    async with db.transaction(here) as conn:
        known = await service.template(conn, here, _id(template))
        old = await service.version(conn, here, known.id, version)
        saved = await service.change(conn, known, here, structs.replace(known, body=old.body))
        await _note(conn, page, viewer, "restored", known.id, before=known, after=saved)
    return page.redirect(f"{PATH}/{template}?notice=template_restored")


async def _save(page: Page, viewer: Viewer, db: Database, known: SavedTemplate | None) -> Response[Any]:
    reading, here = Reading(await page.form()), viewer.workspace_id
    written = read(reading)
    seen = reading.whole("version", least=1, most=2**31 - 1, required=False)
    async with db.transaction(here) as conn:
        with reading.errors.caught(TooManyTemplates):
            if not reading.errors and known is None:
                made = await service.add(conn, here, written)
                await _note(conn, page, viewer, "created", made.id, after=made)
            elif not reading.errors and known is not None:
                saved = await service.change(conn, known, here, written, seen)
                await _note(conn, page, viewer, "changed", known.id, before=known, after=saved)
        if reading.errors:
            return await _form(page, viewer, conn, known, reading.form, reading.errors)
    return page.redirect(f"{PATH}?notice=template_saved")


def read(reading: Reading) -> Written:
    """What a form says of a template; what cannot be read is noted."""
    language = reading.choice("language", ("", "en", "fr"))
    return Written(
        name=reading.form.one("name"),
        folder=reading.form.one("folder"),
        language="fr" if language == "fr" else "en" if language == "en" else "",
        body=reading.form.one("body"),
    )


async def _form(
    page: Page,
    viewer: Viewer,
    conn: Connection,
    known: SavedTemplate | None,
    values: Submitted,
    errors: Errors | None = None,
) -> Response[Any]:
    names = sorted({*await contacts.attribute_names(conn, viewer.workspace_id), *STANDARD_VARIABLES})
    body = values.one("body")
    return page.render(
        "content/form.html",
        status=422 if errors else 200,
        known=known,
        template_id=public_id(TEMPLATE_ID, known.id) if known else None,
        values=values,
        errors=errors or Errors(),
        folders=sorted({one.folder for one in await service.templates(conn, viewer.workspace_id)} - {""}),
        variables=" ".join(f"{{{{ {name} }}}}" for name in names),
        measured=measure(body) if body else None,
    )


async def _note(
    conn: Connection,
    page: Page,
    viewer: Viewer,
    action: str,
    template_id: UUID,
    *,
    before: SavedTemplate | None = None,
    after: SavedTemplate | None = None,
) -> None:
    told = [None if one is None else {"name": one.name, "body": one.body} for one in (before, after)]
    target = public_id(TEMPLATE_ID, template_id)
    await acts.record_here(
        conn, page, viewer, f"template.{action}", target=target, before=told[0], after=told[1]
    )


def _id(text: str) -> UUID | None:
    return parse_public_id(TEMPLATE_ID, text)


routes: list[ControllerRouterHandler] = [listed, new, create, count, edit, change, delete, versions, restore]

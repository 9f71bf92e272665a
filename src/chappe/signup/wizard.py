"""The steps of an import: file → columns → preview → consent. Each is a page of its own and a form; what is
settled is kept with the draft, so that a step can be gone back to, and left.
"""

from collections.abc import Sequence
from typing import Any

import phonenumbers
from babel import Locale
from litestar import Request, Response, get, post
from litestar.datastructures import UploadFile
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from chappe.accounts import acts
from chappe.accounts.permissions import Permission
from chappe.api.given import Db
from chappe.consent.topics.model import Topic
from chappe.contacts import service as contacts
from chappe.contacts.entry import OWN_FIELDS
from chappe.contacts.errors import ListNameTaken
from chappe.contacts.model import LIST_ID
from chappe.db.pool import Connection, Database
from chappe.kit.errors import Problem
from chappe.kit.ids import parse_public_id, public_id
from chappe.signup import drafts, service, stating
from chappe.signup.errors import EmptyFile, NotADraft
from chappe.signup.files import shown_name, uploaded_blocks
from chappe.signup.model import IMPORT_ID, MOST_BYTES, Import, ImportState, NewImport
from chappe.web.forms import Errors, Missing, Submitted
from chappe.web.page import GivenPage, Page
from chappe.web.viewer import GivenViewer, Viewer, needs

PATH = "/imports"
# The form around the file.
_ENVELOPE = 1 << 20
_LISTS = 500
_NEW_LIST = "new"
_WRITE = needs(Permission.CONTACTS_WRITE)


@get(f"{PATH}/new", opt=_WRITE)
async def new(page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    return await _upload_form(page, viewer, db, Submitted([("list", page.asked("list"))]), Errors())


@post(f"{PATH}/new", opt=_WRITE, request_max_body_size=MOST_BYTES + _ENVELOPE)
async def upload(
    request: Request[Any, Any, Any], page: GivenPage, viewer: GivenViewer, db: Db
) -> Response[Any]:
    """Keep the file as a draft; memory stays flat, whatever its size."""
    file = (await request.form()).get("file")
    form, errors = await page.form(), Errors()
    if not isinstance(file, UploadFile) or not file.filename:
        errors.add(EmptyFile("Choose a file.", field="file"))
    elif form.one("list") == _NEW_LIST and not form.one("name"):
        errors.add(Missing("Name the list.", field="name"))
    else:
        try:
            made = await _keep(db, viewer, form, file)
            return page.redirect(f"{PATH}/{public_id(IMPORT_ID, made.id)}/columns")
        except Problem as problem:
            errors.add(_placed(problem))
    return await _upload_form(page, viewer, db, form, errors)


@get(PATH + "/{import_id:str}/columns", opt=_WRITE)
async def columns(import_id: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    async with db.transaction(viewer.workspace_id) as conn:
        draft = await drafts.get_draft(conn, viewer.workspace_id, _id(import_id))
        return await _columns_form(page, conn, draft, Errors())


@post(PATH + "/{import_id:str}/columns", opt=_WRITE)
async def settle(import_id: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    form = await page.form()
    async with db.transaction(viewer.workspace_id) as conn:
        draft = await drafts.get_draft(conn, viewer.workspace_id, _id(import_id))
        seen = await drafts.glance(conn, draft)
        names = [column.name for column in seen.columns]
        chosen: dict[str, str | None] = {
            # Of two columns of one name the first is meant, as a mapping names columns.
            name: form.one(f"column-{names.index(name)}") or None
            for name in names
        }
        try:
            await drafts.settle_columns(conn, draft, chosen, form.one("country") or None)
        except NotADraft:
            raise
        except Problem as problem:
            return await _columns_form(page, conn, draft, Errors([problem]), chosen)
    return page.redirect(f"{PATH}/{import_id}/preview")


@get(PATH + "/{import_id:str}/preview", opt=_WRITE)
async def preview(import_id: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    """What the import would make of the first rows, by the very reader that it uses."""
    async with db.transaction(viewer.workspace_id) as conn:
        draft = await drafts.get_draft(conn, viewer.workspace_id, _id(import_id))
        if draft.mapping is None:
            return page.redirect(f"{PATH}/{import_id}/columns")
        found, known = await drafts.preview(conn, draft)
    return page.render("signup/preview.html", draft=draft, import_id=import_id, found=found, known=known)


@get(PATH + "/{import_id:str}/consent", opt=_WRITE)
async def consent(import_id: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    async with db.transaction(viewer.workspace_id) as conn:
        draft = await drafts.get_draft(conn, viewer.workspace_id, _id(import_id))
        offered = await stating.offered(conn, viewer.workspace_id)
    if draft.mapping is None:
        return page.redirect(f"{PATH}/{import_id}/columns")
    return _consent_form(page, import_id, draft, Submitted(), Errors(), offered)


@post(PATH + "/{import_id:str}/consent", opt=_WRITE)
async def begin(import_id: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    """State the consent, or say that there is none, and hand the file to a worker."""
    form = await page.form()
    async with db.transaction(viewer.workspace_id) as conn:
        draft = await drafts.get_draft(conn, viewer.workspace_id, _id(import_id))
        offered = await stating.offered(conn, viewer.workspace_id)
        stated, errors = stating.read(form, offered)
        if errors:
            return _consent_form(page, import_id, draft, form, errors, offered)
        begun = await drafts.begin(conn, draft, stated, f"user {viewer.user_id}")
        await _record(conn, page, viewer, "import.started", begun)
    return page.redirect(f"{PATH}/{import_id}")


@get(PATH + "/{import_id:str}/discard", opt=_WRITE)
async def ask_discard(
    import_id: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db
) -> Response[Any]:
    async with db.transaction(viewer.workspace_id) as conn:
        draft = await drafts.get_draft(conn, viewer.workspace_id, _id(import_id))
    return page.render("signup/discard.html", draft=draft, import_id=import_id)


@post(PATH + "/{import_id:str}/discard", opt=_WRITE)
async def discard(import_id: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    async with db.transaction(viewer.workspace_id) as conn:
        draft = await drafts.get_draft(conn, viewer.workspace_id, _id(import_id))
        await drafts.discard(conn, draft)
        await _record(conn, page, viewer, "import.canceled", draft)
    return page.leave(f"{PATH}?notice=discarded")


async def _keep(db: Database, viewer: Viewer, form: Submitted, file: UploadFile) -> Import:
    async with db.transaction(viewer.workspace_id) as conn:
        if form.one("list") == _NEW_LIST:
            target = await contacts.create_list(conn, viewer.workspace_id, form.one("name")[:200])
        else:
            chosen = parse_public_id(LIST_ID, form.one("list"))
            target = await contacts.get_list(conn, viewer.workspace_id, chosen, field="list")
        new = NewImport(
            list_id=target.id,
            filename=shown_name(file.filename),
            default_country=form.one("country") or None,
            consent=None,
            mapping=None,
        )
        blocks = uploaded_blocks(file)
        made = await service.open_import(conn, viewer.workspace_id, new, blocks, state=ImportState.DRAFT)
        # What cannot be read is said now, while the file is at hand.
        await drafts.glance(conn, made)
        return made


def _placed(problem: Problem) -> Problem:
    """At the field of this form that it is about."""
    if isinstance(problem, ListNameTaken):
        return problem
    problem.field = {"default_country": "country", "list": "list"}.get(problem.field or "", "file")
    return problem


async def _upload_form(
    page: Page, viewer: Viewer, db: Database, form: Submitted, errors: Errors
) -> Response[Any]:
    async with db.transaction(viewer.workspace_id) as conn:
        known = await contacts.page_lists(conn, viewer.workspace_id, after=None, limit=_LISTS)
        country = await service.home_country(conn, viewer.workspace_id)
    return page.render(
        "signup/upload.html",
        status=422 if errors else 200,
        values=form,
        errors=errors,
        lists=[(public_id(LIST_ID, one.id), one.name) for one in known],
        countries=countries(page.language),
        country=form.one("country") or country,
        most_megabytes=MOST_BYTES >> 20,
    )


async def _columns_form(
    page: Page,
    conn: Connection,
    draft: Import,
    errors: Errors,
    chosen: dict[str, str | None] | None = None,
) -> Response[Any]:
    seen = await drafts.glance(conn, draft)
    known = {**await contacts.attribute_labels(conn, draft.workspace_id)}
    rows = [
        (column.name, samples, chosen.get(column.name) if chosen is not None else column.field)
        for column, samples in zip(seen.columns, seen.samples, strict=True)
    ]
    return page.render(
        "signup/columns.html",
        status=422 if errors else 200,
        draft=draft,
        import_id=public_id(IMPORT_ID, draft.id),
        rows=rows,
        phone_known=seen.phone,
        own=OWN_FIELDS,
        attributes=known,
        errors=errors,
        countries=countries(page.language),
    )


def _consent_form(
    page: Page, import_id: str, draft: Import, form: Submitted, errors: Errors, offered: Sequence[Topic]
) -> Response[Any]:
    return page.render(
        "signup/consent.html",
        status=422 if errors else 200,
        draft=draft,
        import_id=import_id,
        values=form,
        errors=errors,
        topics=stating.choices(form, offered),
    )


def countries(language: str) -> list[tuple[str, str]]:
    """ISO code and name of every country that has a numbering plan, by name."""
    names = Locale(language).territories
    known = [(code, names[code]) for code in phonenumbers.SUPPORTED_REGIONS if code in names]
    return sorted(known, key=lambda pair: pair[1])


async def _record(conn: Connection, page: Page, viewer: Viewer, action: str, known: Import) -> None:
    consent_stated = None if known.consent is None else {"basis": known.consent.basis}
    await acts.record_here(
        conn,
        page,
        viewer,
        action,
        target=public_id(IMPORT_ID, known.id),
        after={"file": known.filename, "consent": consent_stated},
    )


def _id(text: str) -> Any:
    return parse_public_id(IMPORT_ID, text)


routes: list[ControllerRouterHandler] = [
    new,
    upload,
    columns,
    settle,
    preview,
    consent,
    begin,
    ask_discard,
    discard,
]

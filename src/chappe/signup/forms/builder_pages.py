"""/forms/new and /forms/{form}/edit: the builder, with the form as people will see it beside it."""

from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from chappe.accounts import acts
from chappe.accounts.permissions import Permission
from chappe.accounts.settings.service import countries
from chappe.api.given import Db
from chappe.consent.topics import service as topics
from chappe.consent.topics.errors import NotATopic
from chappe.consent.topics.model import TOPIC_ID
from chappe.contacts import service as contacts
from chappe.contacts.attributes import service as attributes
from chappe.db.pool import Connection
from chappe.kit.ids import parse_public_id, public_id
from chappe.signup.forms import (
    building,
    keywords,
    offers,
    service,
    share_pages,
    showing,
    texting,
    wording,
)
from chappe.signup.forms.building import Draft
from chappe.signup.forms.errors import TooManyForms
from chappe.signup.forms.model import COMMON_FIELDS, FORM_ID, LANGUAGES, Form, FormContent
from chappe.web.forms import Errors, Reading, Submitted
from chappe.web.page import GivenPage, Page
from chappe.web.viewer import GivenViewer, Viewer, needs

PATH: Final = "/forms"
_PAGE: Final = "signup/forms/edit.html"
_VIEWS: Final = ("page", "thanks", "texts")


@get(f"{PATH}/new", opt=needs(Permission.CONTACTS_WRITE))
async def new(page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    async with db.transaction(viewer.workspace_id) as conn:
        home = (await service.brand(conn, viewer.workspace_id)).country
        return await _builder(conn, page, viewer, None, Reading(building.filled(None, [], home)))


@post(f"{PATH}/new", opt=needs(Permission.CONTACTS_WRITE))
async def create(page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    here, made = viewer.workspace_id, None
    async with db.transaction(here) as conn:
        reading, draft = await _read(conn, viewer, await page.form())
        if not reading.errors:
            with reading.errors.caught(TooManyForms, NotATopic):
                async with conn.transaction():
                    made = await service.create(conn, here, draft.name, draft.content)
                    await keywords.choose(conn, here, made.id, draft.keywords)
        if made is None or reading.errors:
            return await _builder(conn, page, viewer, None, reading)
        await _record(conn, page, viewer, "form.created", made)
    return page.redirect(f"{PATH}/{public_id(FORM_ID, made.id)}?notice=form_created")


@get(PATH + "/{form_id:str}/edit", opt=needs(Permission.CONTACTS_WRITE))
async def edit(form_id: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    here = viewer.workspace_id
    async with db.transaction(here) as conn:
        known = await service.form(conn, here, _key(form_id))
        home = (await service.brand(conn, here)).country
        values = building.filled(known, await keywords.of_form(conn, here, known.id), home)
        return await _builder(conn, page, viewer, known, Reading(values))


@post(PATH + "/{form_id:str}/edit", opt=needs(Permission.CONTACTS_WRITE))
async def change(form_id: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    """Saves, and publishes where that button was pressed."""
    here, saved = viewer.workspace_id, None
    async with db.transaction(here) as conn:
        known = await service.form(conn, here, _key(form_id))
        form = await page.form()
        reading, draft = await _read(conn, viewer, form)
        if not reading.errors:
            with reading.errors.caught(NotATopic):
                async with conn.transaction():
                    saved = await service.change(conn, here, known.id, draft.name, draft.content)
                    await keywords.choose(conn, here, known.id, draft.keywords)
        if saved is None or reading.errors:
            return await _builder(conn, page, viewer, known, reading)
        await _record(conn, page, viewer, "form.changed", saved)
        if form.one("do") == "publish":
            saved = await service.publish(conn, here, known.id)
            await _record(conn, page, viewer, "form.published", saved)
            return page.redirect(f"{PATH}/{form_id}?notice=form_published")
    return page.redirect(f"{PATH}/{form_id}?notice=form_saved")


@post(f"{PATH}/preview", opt=needs(Permission.CONTACTS_WRITE))
async def preview(page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    """The form as it stands in the builder, saved or not; or what comes after it."""
    form = await page.form()
    language = form.one("seen_in")
    if language in LANGUAGES:
        page.turn_to(language)
    async with db.transaction(viewer.workspace_id) as conn:
        _, draft = await _read(conn, viewer, form)
        seen = await _seen(conn, viewer, draft.content, form, page.language)
    return page.render("signup/forms/seen.html", **seen)


@post(f"{PATH}/validate", opt=needs(Permission.CONTACTS_WRITE))
async def validate(page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    """One field, by the rule of `create` and `change`."""
    form = await page.form()
    async with db.transaction(viewer.workspace_id) as conn:
        reading, _ = await _read(conn, viewer, form)
    return page.render("signup/forms/note.html", field=form.field, problem=reading.errors.of(form.field))


async def _read(conn: Connection, viewer: Viewer, form: Submitted) -> tuple[Reading, Draft]:
    reading, draft = building.read(form, await contacts.attribute_names(conn, viewer.workspace_id))
    with reading.errors.caught(NotATopic):
        await service.check(conn, viewer.workspace_id, draft.content)
    with reading.errors.caught():
        for text in draft.keywords:
            keywords.checked(text)
    return reading, draft


async def _builder(
    conn: Connection, page: Page, viewer: Viewer, form: Form | None, reading: Reading
) -> Response[Any]:
    here = viewer.workspace_id
    known = await attributes.known(conn, here)
    language = page.language
    _, draft = building.read(reading.form, known)
    brand = (await service.brand(conn, here)).name
    offered = await service.offered(conn, here, draft.content)
    return page.render(
        _PAGE,
        status=422 if reading.errors else 200,
        form=form,
        form_id="" if form is None else public_id(FORM_ID, form.id),
        values=reading.form,
        errors=reading.errors or Errors(),
        topics=[(public_id(TOPIC_ID, each.id), each) for each in await topics.topics(conn, here)],
        own_fields=[known[name] for name in sorted(known) if name not in COMMON_FIELDS],
        countries=countries(language),
        codes=None if form is None else await offers.counts(conn, here, form.id),
        ours={each: wording.ours(each, brand, offered) for each in LANGUAGES},
        **await _seen(conn, viewer, draft.content, reading.form, language),
    )


async def _seen(
    conn: Connection, viewer: Viewer, content: FormContent, form: Submitted, language: str
) -> dict[str, Any]:
    """What stands beside the builder: `seen_as` says which of the three."""
    here = viewer.workspace_id
    seen: dict[str, Any] = {"shown": await showing.shown(conn, here, content, language)}
    seen_as = form.one("seen_as")
    if seen_as == "texts":
        seen["texts"] = await texting.texts(conn, here, content, _key(form.one("form")), language)
        seen["sender"] = await share_pages.answering(conn, here)
    return seen | {"seen_as": seen_as if seen_as in _VIEWS else _VIEWS[0]}


async def _record(conn: Connection, page: Page, viewer: Viewer, action: str, form: Form) -> None:
    told = {"name": form.name, "version": form.version}
    await acts.record_here(conn, page, viewer, action, target=public_id(FORM_ID, form.id), after=told)


def _key(text: str) -> UUID | None:
    return parse_public_id(FORM_ID, text)


routes: list[ControllerRouterHandler] = [new, create, preview, validate, edit, change]

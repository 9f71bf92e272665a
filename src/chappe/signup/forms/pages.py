"""/forms: what there is, how many came by each and from where, what was published."""

from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from markupsafe import Markup

from chappe.accounts import acts
from chappe.accounts.permissions import Permission
from chappe.api.given import Db, WallClock
from chappe.kit.ids import parse_public_id, public_id
from chappe.signup.forms import (
    builder_pages,
    embedded_pages,
    hosted_pages,
    keywords,
    offers,
    service,
    share_pages,
    showing,
)
from chappe.signup.forms.errors import FormNameTaken
from chappe.signup.forms.figures import figures
from chappe.signup.forms.given import GivenBase
from chappe.signup.forms.model import FORM_ID, LANGUAGES, Form, FormState
from chappe.web.filters import Filter, FilterKind
from chappe.web.formats import Formats
from chappe.web.navigation import mark
from chappe.web.page import GivenPage
from chappe.web.tables import Column, Table
from chappe.web.viewer import GivenViewer, needs

PATH: Final = "/forms"
TABLE: Final = Table(
    "forms",
    columns=(
        Column("name", mark("Name"), always=True),
        Column("state", mark("State")),
        Column("sign_ups", mark("Sign-ups"), figure=True),
        Column("source", mark("Source"), shown=False),
        Column("changed", mark("Changed on")),
        Column("created", mark("Created on"), sort="created"),
    ),
    filters=(
        Filter(
            "state",
            mark("State"),
            options=(
                ("draft", mark("Draft")),
                ("published", mark("Published")),
                ("archived", mark("Archived")),
            ),
            kind=FilterKind.CHOICE,
        ),
    ),
    sorts={"created": (UUID,)},
    default_sort="-created",
)
# At most some hundreds with the archived ones: all of them are read.
_MOST: Final = 1_000
_OTHERS: Final = mark("Others")
_HUES: Final = ("hue-1", "hue-2", "hue-3", "hue-4", "hue-5")


@get(PATH, opt=needs(Permission.CONTACTS_READ))
async def index(page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    view = TABLE.read(page)
    wanted = view.many("state") or [FormState.DRAFT, FormState.PUBLISHED]
    async with db.transaction(viewer.workspace_id) as conn:
        found = await service.page(conn, viewer.workspace_id, after=None, limit=_MOST, archived=True)
    down, after = view.sort.startswith("-"), view.after
    rows = sorted([each for each in found if each.state in wanted], key=_cursor, reverse=down)
    total = len(rows)
    if after is not None:
        rows = [each for each in rows if (_cursor(each) < after if down else _cursor(each) > after)]
    shown = view.page(rows[: view.limit], cursor=_cursor, key=id_of, total=total)
    return page.render("signup/forms/list.html", shown=shown, id_of=id_of)


@get(PATH + "/{form_id:str}", opt=needs(Permission.CONTACTS_READ))
async def one(
    form_id: FromPath[str],
    page: GivenPage,
    viewer: GivenViewer,
    db: Db,
    clock: WallClock,
    base_url: GivenBase,
) -> Response[Any]:
    here = viewer.workspace_id
    async with db.transaction(here) as conn:
        form = await service.form(conn, here, _key(form_id))
        formats = Formats(page.language)
        found = await figures(conn, here, form.id, clock.now(), viewer.zone)
        return page.render(
            "signup/forms/form.html",
            form=form,
            form_id=form_id,
            address=f"{base_url}/f/{form_id}",
            figures=found,
            columns=[
                (line or page.word(_OTHERS), hue) for line, hue in zip(found.lines, _HUES, strict=False)
            ],
            rows=[(formats.short_day(day), numbers) for day, numbers in found.days],
            keywords=await keywords.of_form(conn, here, form.id),
            number=await share_pages.answering(conn, here),
            codes=(codes := await offers.counts(conn, here, form.id)),
            days_left=offers.days_left(codes, found.recent),
            versions=await service.versions(conn, here, form.id),
            shown=await showing.shown(conn, here, form.draft, page.language),
        )


@get(PATH + "/{form_id:str}/versions/{number:int}", opt=needs(Permission.CONTACTS_READ))
async def version(
    form_id: FromPath[str], number: FromPath[int], page: GivenPage, viewer: GivenViewer, db: Db
) -> Response[Any]:
    """What people saw, word for word, in both languages."""
    here = viewer.workspace_id
    async with db.transaction(here) as conn:
        form = await service.form(conn, here, _key(form_id))
        seen = await service.version(conn, here, form.id, number)
        wordings = await service.wordings(conn, here, seen)
        own, sheets = page.language, {}
        for language in LANGUAGES:
            page.turn_to(language)
            shown = await showing.shown(conn, here, seen.content, language, wordings[language])
            sheet = page.fragment("signup/forms/preview.html", shown=shown)
            sheets[language] = Markup(sheet)  # noqa: S704 (a template of ours, which escapes)
        page.turn_to(own)
    return page.render("signup/forms/version.html", form=form, form_id=form_id, seen=seen, sheets=sheets)


@post(PATH + "/{form_id:str}/publish", opt=needs(Permission.CONTACTS_WRITE))
async def publish(form_id: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    async with db.transaction(viewer.workspace_id) as conn:
        form = await service.publish(conn, viewer.workspace_id, _key(form_id))
        told = {"name": form.name, "version": form.version}
        await acts.record_here(conn, page, viewer, "form.published", target=form_id, after=told)
    return page.redirect(f"{PATH}/{form_id}?notice=form_published")


@get(PATH + "/{form_id:str}/archive", opt=needs(Permission.CONTACTS_WRITE))
async def ask_archive(form_id: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    async with db.transaction(viewer.workspace_id) as conn:
        form = await service.form(conn, viewer.workspace_id, _key(form_id))
    return page.render("signup/forms/archive.html", form=form, form_id=form_id)


@post(PATH + "/{form_id:str}/archive", opt=needs(Permission.CONTACTS_WRITE))
async def archive(form_id: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    async with db.transaction(viewer.workspace_id) as conn:
        form = await service.archive(conn, viewer.workspace_id, _key(form_id))
        before = {"name": form.name}
        await acts.record_here(conn, page, viewer, "form.archived", target=form_id, before=before)
    return page.leave(f"{PATH}?notice=form_archived")


@post(PATH + "/{form_id:str}/restore", opt=needs(Permission.CONTACTS_WRITE))
async def restore(form_id: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    try:
        async with db.transaction(viewer.workspace_id) as conn:
            form = await service.restore(conn, viewer.workspace_id, _key(form_id))
            after = {"name": form.name}
            await acts.record_here(conn, page, viewer, "form.restored", target=form_id, after=after)
    except FormNameTaken:
        return page.redirect(f"{PATH}/{form_id}?notice=form_name_taken")
    return page.redirect(f"{PATH}/{form_id}?notice=form_restored")


def _cursor(each: Form) -> tuple[UUID]:
    return (each.id,)


def id_of(each: Form) -> str:
    return public_id(FORM_ID, each.id)


def _key(text: str) -> UUID | None:
    return parse_public_id(FORM_ID, text)


routes: list[ControllerRouterHandler] = [
    index,
    *share_pages.early_routes,
    *builder_pages.routes,
    one,
    version,
    publish,
    ask_archive,
    archive,
    restore,
    *share_pages.routes,
    *hosted_pages.routes,
    *embedded_pages.routes,
]

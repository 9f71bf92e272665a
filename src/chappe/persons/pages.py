"""/exports: files of what is kept, asked for on a page and fetched when they are there."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from chappe.accounts import acts
from chappe.accounts.permissions import Permission
from chappe.api.given import Db, WallClock
from chappe.audience import service as audience
from chappe.audience.model import SEGMENT_ID
from chappe.campaigns import service as campaigns
from chappe.campaigns.model import CAMPAIGN_ID
from chappe.contacts import entry, lists
from chappe.contacts.model import LIST_ID, ContactState
from chappe.contacts.search.finding import Narrowed
from chappe.db.pool import Connection
from chappe.kit.ids import parse_public_id, public_id
from chappe.persons import exports
from chappe.persons.downloads import GivenFolder, download
from chappe.persons.errors import UnknownExport
from chappe.persons.model import EXPORT_ID, By, Export, ExportFormat, ExportKind, NewExport, Which
from chappe.web.forms import Reading, Submitted
from chappe.web.navigation import mark
from chappe.web.page import GivenPage, Page
from chappe.web.tables import Column, Table
from chappe.web.viewer import GivenViewer, Viewer, needs

PATH: Final = "/exports"
TABLE: Final = Table(
    "exports",
    columns=(
        Column("what", mark("File"), always=True),
        Column("state", mark("State")),
        Column("rows", mark("Rows"), figure=True),
        Column("size", mark("Size"), figure=True),
        Column("by", mark("Asked for by")),
        Column("created", mark("Asked for"), sort="created"),
        Column("expires", mark("Deleted on")),
    ),
    sorts={"created": (UUID,)},
    default_sort="-created",
)
_KINDS: Final = tuple(kind for kind in ExportKind if kind is not ExportKind.PERSON)
_FORMATS: Final = (ExportFormat.CSV, ExportFormat.NDJSON)
# What a form hands on of the list or page that it was opened from.
_OF: Final = ("q", "list", "consent", "state", "country", "segment", "campaign")


@get(PATH, opt=needs(Permission.EXPORTS_READ))
async def listed(page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    view = TABLE.read(page)
    after = view.after[0] if view.after else None
    newest = view.sort.startswith("-")
    async with db.transaction(viewer.workspace_id) as conn:
        rows = await exports.sorted_page(
            conn, viewer.workspace_id, beyond=after, newest=newest, limit=view.limit
        )
    shown = view.page(rows, cursor=lambda one: (one.id,), key=_id_of)
    return page.render("persons/exports.html", shown=shown, id_of=_id_of)


@get(f"{PATH}/new", opt=needs(Permission.EXPORTS_WRITE))
async def new(page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    """With what the address names (a filter, a segment, a campaign) chosen already."""
    kind = page.asked("kind") or (ExportKind.MESSAGES if page.asked("campaign") else ExportKind.CONTACTS)
    given = [(name, value) for name in _OF for value in page.asked_all(name)]
    return await _form(page, viewer, db, Reading(Submitted([("kind", kind), ("format", "csv"), *given])))


@post(f"{PATH}/new", opt=needs(Permission.EXPORTS_WRITE))
async def start(page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    reading = Reading(await page.form())
    kind = reading.choice("kind", list(_KINDS))
    form = reading.choice("format", list(_FORMATS))
    if reading.errors:
        return await _form(page, viewer, db, reading)
    async with db.transaction(viewer.workspace_id) as conn:
        which = await _which(conn, viewer, ExportKind(kind), reading.form)
        wanted = NewExport(ExportKind(kind), ExportFormat(form), which)
        made = await exports.start(conn, viewer.workspace_id, wanted, By(viewer.name, viewer.user_id))
        await _record(conn, page, viewer, "export.started", made)
    return page.leave(f"{PATH}/{_id_of(made)}")


@get(PATH + "/{export:str}", opt=needs(Permission.EXPORTS_READ))
async def one(export: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    async with db.transaction(viewer.workspace_id) as conn:
        found = await _listed(conn, viewer, export)
        of = await _named(conn, viewer, found.which)
    return page.render("persons/export.html", found=found, export_id=export, of=of)


@get(PATH + "/{export:str}/progress", opt=needs(Permission.EXPORTS_READ))
async def progress(export: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    """The part of the page that moves; at its end the whole page comes again."""
    async with db.transaction(viewer.workspace_id) as conn:
        found = await _listed(conn, viewer, export)
    answer = page.render("persons/export_progress.html", found=found, export_id=export)
    if found.finished_at is not None:
        answer.headers["hx-refresh"] = "true"
    return answer


@get(PATH + "/{export:str}/file", opt=needs(Permission.EXPORTS_READ))
async def fetch(
    export: FromPath[str],
    page: GivenPage,
    viewer: GivenViewer,
    db: Db,
    clock: WallClock,
    export_folder: GivenFolder,
) -> Response[Any]:
    async with db.transaction(viewer.workspace_id) as conn:
        await _listed(conn, viewer, export)
        key = parse_public_id(EXPORT_ID, export)
        found = await exports.fetchable(conn, viewer.workspace_id, key, clock.now())
        await _record(conn, page, viewer, "export.downloaded", found)
    return download(export_folder, found)


async def _listed(conn: Connection, viewer: Viewer, export: str) -> Export:
    """Not those of one person: who may see them is another question. UnknownExport."""
    found = await exports.get(conn, viewer.workspace_id, parse_public_id(EXPORT_ID, export))
    if found.kind is ExportKind.PERSON:
        raise UnknownExport("There is no such export.")
    return found


async def _form(page: Page, viewer: Viewer, db: Db, reading: Reading) -> Response[Any]:
    form = reading.form
    async with db.transaction(viewer.workspace_id) as conn:
        kind = ExportKind.CONTACTS if form.one("kind") not in _KINDS else ExportKind(form.one("kind"))
        of = await _named(conn, viewer, await _which(conn, viewer, kind, form))
    return page.render(
        "persons/export_new.html",
        status=422 if reading.errors else 200,
        values=form,
        errors=reading.errors,
        handed=[(name, value) for name in _OF for value in form.all(name)],
        narrowed=any(form.all(name) for name in ("q", "list", "consent", "state", "country")),
        of=of,
    )


async def _which(conn: Connection, viewer: Viewer, kind: ExportKind, form: Submitted) -> Which:
    if kind is ExportKind.MESSAGES:
        return Which(campaign_id=parse_public_id(CAMPAIGN_ID, form.one("campaign")))
    if kind is not ExportKind.CONTACTS:
        return Which()
    segment_id = parse_public_id(SEGMENT_ID, form.one("segment"))
    country = await entry.home_country(conn, viewer.workspace_id)
    return Which(narrowed=_narrowed(form), country=country, segment_id=segment_id)


def _narrowed(form: Submitted) -> Narrowed:
    """As the filters of /contacts stand in its address."""
    labels = {state.label: int(state) for state in ContactState}
    return Narrowed(
        text=form.one("q"),
        states=tuple(labels[word] for word in form.all("state") if word in labels),
        countries=tuple(form.all("country")),
        list_id=parse_public_id(LIST_ID, form.one("list")),
        consent=tuple(form.all("consent")),
    )


async def _named(conn: Connection, viewer: Viewer, which: Which) -> Sequence[str]:
    """What the file is of, in its owner's words: kind and name."""
    here = viewer.workspace_id
    if which.segment_id is not None:
        return ("segment", (await audience.get(conn, here, which.segment_id)).name)
    if which.campaign_id is not None:
        return ("campaign", (await campaigns.get(conn, here, which.campaign_id)).name)
    if which.narrowed.list_id is not None:
        return ("list", (await lists.of_id(conn, here, which.narrowed.list_id, deleted=True)).name)
    return ("", "")


async def _record(conn: Connection, page: Page, viewer: Viewer, action: str, made: Export) -> None:
    await acts.record_here(conn, page, viewer, action, _id_of(made), after=exports.told(made))


def _id_of(one: Export) -> str:
    return public_id(EXPORT_ID, one.id)


routes: list[ControllerRouterHandler] = [listed, new, start, one, progress, fetch]

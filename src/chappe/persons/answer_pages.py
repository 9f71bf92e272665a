"""/compliance/requests/…: one asked, and how it is answered."""

from typing import Any, Final

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from chappe.accounts import acts
from chappe.accounts.permissions import Permission
from chappe.api.given import Db, Ids, WallClock
from chappe.contacts import service as contacts
from chappe.contacts.names import called
from chappe.db.pool import Connection
from chappe.kit.phone import to_e164
from chappe.persons import exports, requests
from chappe.persons.downloads import GivenFolder, download
from chappe.persons.errors import IdentityUnchecked, UnknownExport
from chappe.persons.model import Export
from chappe.persons.request_model import PersonRequest, RequestKind
from chappe.persons.request_pages import LONGEST_NOTE, PATH, by, contact_id, found, shown_id, today
from chappe.web.forms import Errors, Reading, Submitted
from chappe.web.page import GivenPage, Page
from chappe.web.viewer import GivenViewer, Viewer, needs

_ONE: Final = PATH + "/{asked:str}"
_LANGUAGES: Final = ("en", "fr")
# What the button of a note may do with the request.
_ENDS: Final = ("note", "prolong", "refuse", "done")


@get(_ONE, opt=needs(Permission.REQUESTS_READ))
async def one(
    asked: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db, ids: Ids, clock: WallClock
) -> Response[Any]:
    return await _show(asked, page, viewer, db, ids, clock, Errors(), Submitted())


@post(_ONE + "/identity", opt=needs(Permission.REQUESTS_WRITE))
async def identify(
    asked: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db, ids: Ids, clock: WallClock
) -> Response[Any]:
    """How it was checked that they are who they say."""
    reading = Reading(await page.form())
    how = reading.text("identity", most=LONGEST_NOTE)
    if reading.errors:
        return await _show(asked, page, viewer, db, ids, clock, reading.errors, reading.form)
    async with db.transaction(viewer.workspace_id) as conn:
        known = await found(conn, viewer, asked)
        await requests.identify(conn, known, how, by(viewer))
        await acts.record_here(conn, page, viewer, "request.noted", asked)
    return page.redirect(f"{PATH}/{asked}?notice=identified")


@post(_ONE + "/note", opt=needs(Permission.REQUESTS_WRITE))
async def note(
    asked: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db, ids: Ids, clock: WallClock
) -> Response[Any]:
    """Words on it, and with them more time, a refusal, or its end."""
    reading = Reading(await page.form())
    end = reading.choice("end", _ENDS, otherwise="note")
    text = reading.text("text", most=LONGEST_NOTE, required=end in ("prolong", "refuse"))
    if reading.errors:
        return await _show(asked, page, viewer, db, ids, clock, reading.errors, reading.form)
    async with db.transaction(viewer.workspace_id) as conn:
        known = await found(conn, viewer, asked)
        if end == "prolong":
            await requests.prolong(conn, known, text, by(viewer))
        elif end == "refuse":
            await requests.refuse(conn, known, text, by(viewer), clock.now())
        elif end == "done":
            await requests.finish(conn, known, text, by(viewer), clock.now())
        elif text:
            await requests.note(conn, known, text, by(viewer))
        action = {"note": "noted", "prolong": "prolonged", "refuse": "refused", "done": "done"}[end]
        await acts.record_here(conn, page, viewer, f"request.{action}", asked)
    return page.redirect(f"{PATH}/{asked}?notice={action}")


@post(_ONE + "/archive", opt=needs(Permission.REQUESTS_WRITE))
async def make_archive(
    asked: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db, ids: Ids, clock: WallClock
) -> Response[Any]:
    reading = Reading(await page.form())
    language = reading.choice("language", _LANGUAGES, otherwise=page.language)
    try:
        async with db.transaction(viewer.workspace_id) as conn:
            known = await found(conn, viewer, asked)
            await requests.make_archive(conn, known, language, by(viewer))
            await acts.record_here(conn, page, viewer, "request.archive_made", asked)
    except IdentityUnchecked as problem:
        return await _show(asked, page, viewer, db, ids, clock, Errors([problem]), Submitted())
    return page.redirect(f"{PATH}/{asked}")


@get(_ONE + "/archive", opt=needs(Permission.REQUESTS_WRITE))
async def fetch(
    asked: FromPath[str],
    page: GivenPage,
    viewer: GivenViewer,
    db: Db,
    clock: WallClock,
    export_folder: GivenFolder,
) -> Response[Any]:
    async with db.transaction(viewer.workspace_id) as conn:
        known = await found(conn, viewer, asked)
        ready = await exports.fetchable(conn, viewer.workspace_id, known.export_id, clock.now())
        await acts.record_here(conn, page, viewer, "request.archive_downloaded", asked)
    return download(export_folder, ready)


@get(_ONE + "/archive/progress", opt=needs(Permission.REQUESTS_READ))
async def progress(asked: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    """Of the archive; at its end the whole page comes again."""
    async with db.transaction(viewer.workspace_id) as conn:
        known = await found(conn, viewer, asked)
        made = await _archive(conn, viewer, known)
    answer = page.render("persons/archive_progress.html", made=made, request_id=asked)
    if made is None or made.finished_at is not None:
        answer.headers["hx-refresh"] = "true"
    return answer


@post(_ONE + "/object", opt=needs(Permission.REQUESTS_WRITE))
async def object_to_marketing(
    asked: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db, clock: WallClock
) -> Response[Any]:
    async with db.transaction(viewer.workspace_id) as conn:
        known = await found(conn, viewer, asked)
        await requests.object_to_marketing(conn, known, by(viewer), clock.now())
        await acts.record_here(conn, page, viewer, "request.done", asked, after={"kind": known.kind})
    return page.redirect(f"{PATH}/{asked}?notice=suppressed")


@get(_ONE + "/erase", opt=needs(Permission.REQUESTS_WRITE))
async def ask_erase(asked: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    async with db.transaction(viewer.workspace_id) as conn:
        known = await found(conn, viewer, asked)
    return _ask(page, known, Reading(Submitted()))


@post(_ONE + "/erase", opt=needs(Permission.REQUESTS_WRITE))
async def erase(
    asked: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db, ids: Ids, clock: WallClock
) -> Response[Any]:
    """For good, of every room, when the number's end has been typed: as the engine role."""
    reading = Reading(await page.form())
    async with db.engine_transaction() as conn:
        known = await found(conn, viewer, asked)
        reading.typed("typed", _word(known))
        if known.identity and not reading.errors:
            await requests.erase(conn, known, db.number_keys, ids, by(viewer), clock.now())
            await acts.record_here(conn, page, viewer, "person.erased", asked)
            return page.leave(f"{PATH}/{asked}?notice=erased")
    return _ask(page, known, reading)


def _ask(page: Page, known: PersonRequest, reading: Reading) -> Response[Any]:
    return page.render(
        "persons/erase.html",
        status=422 if reading.errors else 200,
        one=known,
        request_id=shown_id(known),
        word=_word(known),
        problem=reading.errors.of("typed"),
    )


def _word(known: PersonRequest) -> str:
    """What is typed to erase: the last four digits of the number."""
    return str(known.phone or "")[-4:]


async def _show(
    asked: str,
    page: Page,
    viewer: Viewer,
    db: Db,
    ids: Ids,
    clock: WallClock,
    errors: Errors,
    form: Submitted,
) -> Response[Any]:
    here = viewer.workspace_id
    async with db.transaction(here) as conn:
        known = await found(conn, viewer, asked)
        contact = None
        if known.phone is not None:
            contact = (await contacts.by_phone(conn, here, [known.phone])).get(known.phone)
        values: dict[str, Any] = {
            "steps": await requests.steps(conn, known),
            "made": await _archive(conn, viewer, known),
            "called": called(contact.attributes) if contact else None,
        }
    return page.render(
        "persons/request.html",
        status=422 if errors else 200,
        one=known,
        request_id=asked,
        contact_id=contact_id(known, ids) if contact else "",
        phone=to_e164(known.phone) if known.phone else "",
        days=known.days_left(today(viewer, clock)),
        own_archive=known.kind is RequestKind.ACCESS,
        errors=errors,
        values=form,
        **values,
    )


async def _archive(conn: Connection, viewer: Viewer, known: PersonRequest) -> Export | None:
    try:
        return await exports.get(conn, viewer.workspace_id, known.export_id)
    except UnknownExport:
        return None


routes: list[ControllerRouterHandler] = [
    one,
    identify,
    note,
    make_archive,
    fetch,
    progress,
    object_to_marketing,
    ask_erase,
    erase,
]

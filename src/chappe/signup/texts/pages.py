"""/settings/sign-up: who is asked to confirm by text, from which sender, and what people read then."""

from collections.abc import Sequence
from typing import Any, Final

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from chappe.accounts import acts
from chappe.accounts.permissions import Permission
from chappe.accounts.settings.service import countries
from chappe.api.given import Db
from chappe.carriers import service as carriers
from chappe.consent.opt_in import service as opt_in
from chappe.consent.opt_in.texts import LANGUAGES, LONGEST
from chappe.consent.topics import service as topics
from chappe.consent.topics.model import Topic
from chappe.db.pool import Connection
from chappe.signup.joining import answered_sender
from chappe.signup.texts import writing
from chappe.signup.texts.conversation import conversation
from chappe.signup.texts.writing import Able
from chappe.web.forms import Reading
from chappe.web.page import GivenPage, Page
from chappe.web.viewer import GivenViewer, Viewer, needs

PATH: Final = "/settings/sign-up"
_SHOWN: Final = 2


@get(PATH, opt=needs(Permission.SETTINGS_READ))
async def texts(page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    async with db.transaction(viewer.workspace_id) as conn:
        now = await opt_in.settings(conn, viewer.workspace_id)
        return await _shown(conn, page, viewer, Reading(writing.filled(now)))


@post(PATH, opt=needs(Permission.SETTINGS_WRITE))
async def save(page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    here = viewer.workspace_id
    async with db.transaction(here) as conn:
        reading, wanted = writing.read(await page.form(), await _able(conn, here))
        if reading.errors:
            return await _shown(conn, page, viewer, reading)
        before = await opt_in.settings(conn, here)
        number = await opt_in.save_settings(conn, here, wanted)
        await acts.record_here(
            conn,
            page,
            viewer,
            "sign_up_texts.changed",
            before={"version": before.version, "countries": list(before.countries)},
            after={"version": number, "countries": list(wanted.countries)},
        )
    return page.redirect(f"{PATH}?notice=saved")


@post(f"{PATH}/preview", opt=needs(Permission.SETTINGS_WRITE), status_code=200)
async def preview(page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    """The conversation as it would be with what is written, saved or not."""
    form = await page.form()
    language = form.one("seen_in") if form.one("seen_in") in LANGUAGES else page.language
    async with db.transaction(viewer.workspace_id) as conn:
        reading, _ = writing.read(form, await _able(conn, viewer.workspace_id))
        return page.render("signup/texts/phone.html", **await _phone(conn, viewer, reading, language))


@post(f"{PATH}/validate", opt=needs(Permission.SETTINGS_WRITE), status_code=200)
async def validate(page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    """One field, by the rule of `save`."""
    form = await page.form()
    async with db.transaction(viewer.workspace_id) as conn:
        reading, _ = writing.read(form, await _able(conn, viewer.workspace_id))
    return page.render("signup/texts/note.html", field=form.field, problem=reading.errors.of(form.field))


@get(PATH + "/versions/{number:int}", opt=needs(Permission.SETTINGS_READ))
async def version(number: FromPath[int], page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    """What people read in it, in both languages: proofs name its number."""
    here = viewer.workspace_id
    async with db.transaction(here) as conn:
        kept = await opt_in.version(conn, here, number)
        about = await _about(conn, here)
        shown = {
            language: await conversation(conn, here, kept.texts, about, language) for language in LANGUAGES
        }
        sender = await _sender(conn, here)
    return page.render("signup/texts/version.html", kept=kept, shown=shown, sender=sender)


async def _shown(conn: Connection, page: Page, viewer: Viewer, reading: Reading) -> Response[Any]:
    here = viewer.workspace_id
    return page.render(
        "signup/texts/edit.html",
        status=422 if reading.errors else 200,
        values=reading.form,
        errors=reading.errors,
        countries=countries(page.language),
        senders=await _able(conn, here),
        confirmed=[each for each in await topics.topics(conn, here) if each.double_opt_in],
        versions=await opt_in.versions(conn, here),
        most=LONGEST,
        **await _phone(conn, viewer, reading, _in_sight(reading, page.language)),
    )


def _in_sight(reading: Reading, language: str) -> str:
    """The language to show: that of the first error, else the one that was in sight."""
    wrong = (each for each, _, field in writing.FIELDS if reading.errors.of(field))
    seen = reading.form.one("seen_in")
    return next(wrong, seen if seen in LANGUAGES else language)


async def _phone(conn: Connection, viewer: Viewer, reading: Reading, language: str) -> dict[str, Any]:
    """What the phone shows: the words as they are written, however wrong they still are."""
    here = viewer.workspace_id
    written = {
        kind.value: " ".join(reading.form.one(field).split())[:LONGEST]
        for each, kind, field in writing.FIELDS
        if each == language
    }
    about = await _about(conn, here)
    shown = await conversation(conn, here, {language: written}, about, language)
    return {
        "shown": shown,
        "sender": await _sender(conn, here, reading.form.one("sender")),
        "seen_in": language,
    }


async def _about(conn: Connection, workspace_id: int) -> Sequence[Topic]:
    """Topics to show the texts with: those that are confirmed by text, else the one everybody begins with."""
    known = await topics.topics(conn, workspace_id)
    asked = [each for each in known if each.double_opt_in]
    return asked[:_SHOWN] or known[:1]


async def _sender(conn: Connection, workspace_id: int, chosen: str = "") -> str | None:
    """Whom the phone shows: the one chosen on the page, else the one that texts leave from."""
    now = await answered_sender(conn, workspace_id)
    able = await _able(conn, workspace_id)
    return next(
        (each.address for each in able if each.key == chosen or (not chosen and each.id == now)), None
    )


async def _able(conn: Connection, workspace_id: int) -> list[Able]:
    return writing.able(await carriers.senders(conn, workspace_id))


routes: list[ControllerRouterHandler] = [texts, save, preview, validate, version]

"""/f/{form}: the page of a form, for anybody. No login, no cookie, no script needed.

There is nothing to forge here in somebody's name: who posts is nobody to us, and no cookie is read. What is
signed instead is when and for which form the page was made (`trap.py`).
"""

from typing import Any, Final, NamedTuple
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from chappe.api.given import Db, WallClock
from chappe.consent.topics.model import TOPIC_ID
from chappe.db.pool import Connection, Database
from chappe.kit.ids import parse_public_id
from chappe.signup import look as looks
from chappe.signup.forms import answers, checks, repo, service, showing
from chappe.signup.forms.answers import CONSENT, TOPIC, Given
from chappe.signup.forms.errors import FormClosed, UnknownForm
from chappe.signup.forms.given import GivenReception, GivenTrap
from chappe.signup.forms.model import FORM_ID, LANGUAGES, Channel, FormContent, FormState, FormVersion
from chappe.signup.forms.signing import NOT_NOW, Came
from chappe.signup.forms.trap import HONEYPOT, MADE
from chappe.web.forms import Errors, Submitted
from chappe.web.page import GivenPage, Page
from chappe.web.policy import PAGE_HEADERS
from chappe.web.viewer import PUBLIC

PATH: Final = "/f/{form_id:str}"
# Litestar's name for a handler that checks no token of its own.
OPEN: Final[dict[str, Any]] = {PUBLIC: True, "exclude_from_csrf": True}
_PAGE: Final = "signup/hosted/page.html"
_LONGEST_ADDRESS: Final = 500
_KEPT: Final = "public, max-age=31536000, immutable"


class Seen(NamedTuple):
    """A published form, whose it is, and the consent that people agree to by language."""

    workspace_id: int
    version: FormVersion
    wordings: dict[str, str]


@get(PATH, opt=OPEN)
async def form(
    form_id: FromPath[str], page: GivenPage, db: Db, clock: WallClock, trap: GivenTrap
) -> Response[Any]:
    turn(page, page.asked("lang"))
    try:
        key, workspace_id = await whose(db, form_id)
    except FormClosed as gone:
        return await _closed(page, db, gone.workspace_id, form_id)
    async with db.transaction(workspace_id) as conn:
        seen = await _seen(conn, workspace_id, key)
        values = Submitted([("s", page.asked("s") or page.asked("source"))])
        return await _shown(page, conn, seen, form_id, values, trap.token(key, clock.now()))


@post(PATH, opt=OPEN)
async def sign_up(
    form_id: FromPath[str],
    page: GivenPage,
    db: Db,
    clock: WallClock,
    trap: GivenTrap,
    reception: GivenReception,
) -> Response[Any]:
    """A form on another site, without our token, is led to ours with what was filled in: one more press."""
    posted = await page.form()
    turn(page, posted.one("lang"))
    try:
        key, workspace_id = await whose(db, form_id)
    except FormClosed as gone:
        return await _closed(page, db, gone.workspace_id, form_id)
    done = page.redirect(f"/f/{form_id}/thanks?lang={page.language}")
    if posted.one(HONEYPOT):
        return done
    async with db.transaction(workspace_id) as conn:
        seen = await _seen(conn, workspace_id, key)
        token = trap.token(key, clock.now())
        if not trap.is_person(key, posted.one(MADE), "", clock.now()):
            return await _shown(page, conn, seen, form_id, posted, token, again=True)
        held = await service.held_to(conn, workspace_id, page.language)
        read, errors = answers.read(seen.version.content, given_in(posted), held)
        if read is not None:
            with errors.caught(*NOT_NOW):
                told = came(page, posted, seen.version, Channel.WEB, page.path)
                await reception.sign_up(conn, workspace_id, seen.version, read, told)
        if errors:
            return await _shown(page, conn, seen, form_id, posted, token, errors)
    return done


@get(PATH + "/thanks", opt=OPEN)
async def thanks(form_id: FromPath[str], page: GivenPage, db: Db) -> Response[Any]:
    """The same for everybody: whether a number was known is nobody's business."""
    turn(page, page.asked("lang"))
    key, workspace_id = await whose(db, form_id)
    async with db.transaction(workspace_id) as conn:
        seen = await _seen(conn, workspace_id, key)
        shown = await showing.open_to(conn, workspace_id, seen.version, page.language)
    answer = page.render("signup/hosted/thanks.html", shown=shown, form_id=form_id)
    return framed(answer, seen.version)


@get(PATH + "/look.css", opt=OPEN)
async def stylesheet(form_id: FromPath[str], db: Db) -> Response[Any]:
    """The brand's colour: the policy forbids style attributes."""
    _, workspace_id = await whose(db, form_id, closed=True)
    async with db.transaction(workspace_id) as conn:
        text = (await looks.of(conn, workspace_id)).stylesheet
    return Response(text, media_type="text/css", headers={"cache-control": _KEPT})


@get(PATH + "/logo", opt=OPEN)
async def logo(form_id: FromPath[str], db: Db) -> Response[Any]:
    _, workspace_id = await whose(db, form_id, closed=True)
    async with db.transaction(workspace_id) as conn:
        found = await looks.logo(conn, workspace_id)
    if found is None:
        raise UnknownForm("This brand has no logo.")
    return Response(found.data, media_type=found.kind, headers={"cache-control": _KEPT})


async def whose(db: Database, form_id: str, *, closed: bool = False) -> tuple[UUID, int]:
    """The key of a published form, and its workspace. Raises UnknownForm; FormClosed, unless one that is
    archived is asked for too.
    """
    key = parse_public_id(FORM_ID, form_id)
    async with db.engine_transaction() as conn:
        found = None if key is None else await repo.workspace_of(conn, key)
    if key is None or found is None:
        raise UnknownForm("This form is not there any more.")
    workspace_id, state = found
    if state is not FormState.PUBLISHED and not closed:
        raise FormClosed("This form is closed.", workspace_id)
    return key, workspace_id


def given_in(posted: Submitted) -> Given:
    """What a page posted; several values of one name are a JSON list, as attributes keep it."""
    values = {
        name: posted.one(name)
        if len(several := posted.all(name)) == 1
        else msgspec.json.encode(several).decode()
        for name in posted.names()
    }
    chosen = [parse_public_id(TOPIC_ID, text) for text in posted.all(TOPIC)]
    return Given(values, tuple(key for key in chosen if key is not None), posted.has(CONSENT))


def framed(answer: Response[Any], version: FormVersion) -> Response[Any]:
    """With the sites that may show it in a frame, in the place of none."""
    if sites := version.content.sites:
        policy = PAGE_HEADERS["content-security-policy"]
        told = f"frame-ancestors 'self' {' '.join(sites)}"
        answer.headers["content-security-policy"] = policy.replace("frame-ancestors 'none'", told)
        answer.headers["cross-origin-resource-policy"] = "cross-origin"
    return answer


async def _closed(page: Page, db: Database, workspace_id: int, form_id: str) -> Response[Any]:
    """A poster hangs longer than its offer lasts: who comes late reads so in the brand's own look."""
    async with db.transaction(workspace_id) as conn:
        shown = await showing.shown(conn, workspace_id, FormContent(), page.language)
    return page.render("signup/hosted/closed.html", status=404, shown=shown, form_id=form_id)


async def _seen(conn: Connection, workspace_id: int, key: UUID) -> Seen:
    version = await service.published(conn, workspace_id, key)
    return Seen(workspace_id, version, await service.wordings(conn, workspace_id, version))


async def _shown(
    page: Page,
    conn: Connection,
    seen: Seen,
    form_id: str,
    values: Submitted,
    token: str,
    errors: Errors | None = None,
    *,
    again: bool = False,
) -> Response[Any]:
    consent = seen.wordings[page.language]
    shown = await showing.open_to(conn, seen.workspace_id, seen.version, page.language, consent)
    answer = page.render(
        _PAGE,
        status=422 if errors else 200,
        shown=shown,
        form_id=form_id,
        values=values,
        errors=errors or Errors(),
        token=token,
        again=again,
    )
    return framed(answer, seen.version)


def came(page: Page, posted: Submitted, seen: FormVersion, channel: Channel, stood_on: str) -> Came:
    """How, from where and in which language; a source that cannot stand in a link is the form's own."""
    source = posted.one("s")
    known = source if checks.is_source(source) else seen.content.source
    return Came(channel, known, page.language, page.address, stood_on[:_LONGEST_ADDRESS])


def turn(page: Page, wanted: str) -> None:
    """To the language of the address, where it is one of the forms'."""
    if wanted in LANGUAGES:
        page.turn_to(wanted)


routes: list[ControllerRouterHandler] = [form, sign_up, thanks, stylesheet, logo]

"""What a form on another site asks of us: its script, a token, and the answer to a sign-up.

Browsers let a page read these answers where the form names its site (Fetch standard, CORS); elsewhere the
form still works as a link to ours. No cookie is read or sent.
"""

from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.enums import MediaType
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from chappe.api.given import Db, WallClock
from chappe.signup.forms import answers, service, showing
from chappe.signup.forms.given import GivenReception, GivenTrap
from chappe.signup.forms.hosted_pages import OPEN, PATH, came, given_in, turn, whose
from chappe.signup.forms.model import Channel, FormVersion
from chappe.signup.forms.signing import NOT_NOW
from chappe.signup.forms.snippet import SCRIPT
from chappe.signup.forms.trap import HONEYPOT, MADE
from chappe.web.page import GivenPage

_HOUR: Final = "public, max-age=3600"


@get(PATH + "/form.js", opt=OPEN)
async def script(form_id: FromPath[str]) -> Response[str]:
    """The same for every form."""
    headers = {"cache-control": _HOUR, "cross-origin-resource-policy": "cross-origin"}
    return Response(SCRIPT, media_type="text/javascript", headers=headers)


@get(PATH + "/made", opt=OPEN)
async def made(
    form_id: FromPath[str], request: Request[Any, Any, Any], db: Db, clock: WallClock, trap: GivenTrap
) -> Response[str]:
    """A token, for a form that somebody begins to fill in."""
    key, workspace_id = await whose(db, form_id)
    async with db.transaction(workspace_id) as conn:
        seen = await service.published(conn, workspace_id, key)
    token = trap.token(key, clock.now())
    return Response(token, media_type=MediaType.TEXT, headers=_shared(request, seen))


@post(PATH + "/embedded", opt=OPEN, status_code=200)
async def embedded(
    form_id: FromPath[str],
    request: Request[Any, Any, Any],
    page: GivenPage,
    db: Db,
    clock: WallClock,
    trap: GivenTrap,
    reception: GivenReception,
) -> Response[Any]:
    """`done` with the thanks; `again` where our own page has to take over; else what is wrong, by field."""
    posted = await page.form()
    turn(page, posted.one("lang"))
    key, workspace_id = await whose(db, form_id)
    async with db.transaction(workspace_id) as conn:
        seen = await service.published(conn, workspace_id, key)
        shown = await showing.shown(conn, workspace_id, seen.content, page.language)
        headers = _shared(request, seen)
        done = {"done": True, "text": shown.words.thanks}
        if posted.one(HONEYPOT):
            return Response(done, headers=headers)
        if not trap.is_person(key, posted.one(MADE), "", clock.now()):
            return Response({"again": True}, headers=headers)
        held = await service.held_to(conn, workspace_id, page.language)
        read, errors = answers.read(seen.content, given_in(posted), held)
        if read is not None:
            told = came(page, posted, seen, Channel.EMBEDDED, request.headers.get("referer", ""))
            with errors.caught(*NOT_NOW):
                await reception.sign_up(conn, workspace_id, seen, read, told)
        if not errors:
            return Response(done, headers=headers)
        words = {
            field: page.fragment("signup/forms/said.html", problem=problem).strip()
            for field, problem in errors
        }
    return Response({"text": " ".join(dict.fromkeys(words.values())), "errors": words}, headers=headers)


def _shared(request: Request[Any, Any, Any], seen: FormVersion) -> dict[str, str]:
    """With whom a browser shares the answer: the sites that the form names."""
    origin = request.headers.get("origin", "")
    if origin not in seen.content.sites:
        return {"vary": "Origin"}
    return {
        "vary": "Origin",
        "access-control-allow-origin": origin,
        "cross-origin-resource-policy": "cross-origin",
    }


routes: list[ControllerRouterHandler] = [script, made, embedded]

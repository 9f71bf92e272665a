"""A forgotten password: asking for a link, and choosing another password by it."""

from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, SkipValidation, URLEncodedBody
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from chappe.accounts.errors import ResetOver, TooManyLogins, WeakPassword
from chappe.accounts.mails import Outbox
from chappe.accounts.pages import GivenLogins, minutes_of
from chappe.accounts.passwords import Passwords
from chappe.accounts.security import resets
from chappe.accounts.security.model import RESET_LASTS
from chappe.api.given import Db, WallClock
from chappe.web.forms import Errors
from chappe.web.page import GivenPage, Page
from chappe.web.preferences import own_cookie
from chappe.web.viewer import PUBLIC

GivenPasswords = NamedDependency[SkipValidation[Passwords]]
GivenOutbox = NamedDependency[SkipValidation[Outbox]]

# The link's token goes from the address into a cookie: addresses stand in logs and histories.
RESET_COOKIE = "__Host-chappe-reset"
_FORGOT, _RESET = "logins/forgot.html", "logins/reset.html"


class Forgotten(msgspec.Struct, frozen=True):
    email: str = ""


class Chosen(msgspec.Struct, frozen=True):
    password: str = ""


@get("/password/forgot", opt={PUBLIC: True})
async def forgot_form(page: GivenPage, outbox: GivenOutbox) -> Response[Any]:
    return page.render(_FORGOT, asked=None, sends=outbox.sends, minutes=0)


@post("/password/forgot", opt={PUBLIC: True})
async def forgot(
    data: URLEncodedBody[Forgotten], page: GivenPage, db: Db, logins: GivenLogins, outbox: GivenOutbox
) -> Response[Any]:
    """The same answer to everybody."""
    try:
        if data.email.strip() and await logins.allow_reset(data.email, page.address):
            async with db.engine_transaction() as conn:
                await resets.ask(conn, data.email, page.language)
    except TooManyLogins as refused:
        minutes = minutes_of(refused)
        return page.render(_FORGOT, status=refused.status, asked=None, sends=outbox.sends, minutes=minutes)
    return page.render(_FORGOT, asked=data.email.strip(), sends=outbox.sends, minutes=0)


@get("/password/reset/{token:str}", opt={PUBLIC: True})
async def follow_link(token: FromPath[str], page: GivenPage) -> Redirect:
    response = page.redirect("/password/reset")
    response.set_cookie(own_cookie(RESET_COOKIE, token, int(RESET_LASTS.total_seconds())))
    return response


@get("/password/reset", opt={PUBLIC: True})
async def reset_form(
    request: Request[Any, Any, Any], page: GivenPage, db: Db, clock: WallClock
) -> Response[Any]:
    return await _form(page, db, clock, request.cookies.get(RESET_COOKIE, ""), Errors())


@post("/password/reset", opt={PUBLIC: True})
async def reset(
    request: Request[Any, Any, Any],
    data: URLEncodedBody[Chosen],
    page: GivenPage,
    db: Db,
    clock: WallClock,
    passwords: GivenPasswords,
) -> Response[Any]:
    token = request.cookies.get(RESET_COOKIE, "")
    try:
        await resets.use(db, clock, passwords, token, data.password, page.address)
    except ResetOver:
        return _over(page)
    except WeakPassword as weak:
        return await _form(page, db, clock, token, Errors([weak]))
    response = page.redirect("/login?notice=password")
    response.set_cookie(own_cookie(RESET_COOKIE, "", 0))
    return response


async def _form(page: Page, db: Db, clock: WallClock, token: str, errors: Errors) -> Response[Any]:
    try:
        async with db.engine_transaction() as conn:
            person = await resets.person_of(conn, clock, token)
    except ResetOver:
        return _over(page)
    return page.render(_RESET, status=422 if errors else 200, email=person.email, errors=errors)


def _over(page: Page) -> Response[Any]:
    return page.render(_RESET, status=ResetOver.status, email=None, errors=Errors())


routes: list[ControllerRouterHandler] = [forgot_form, forgot, follow_link, reset_form, reset]

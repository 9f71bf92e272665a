"""One's own account: name and language, e-mail, password, sessions."""

import asyncio
from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, SkipValidation, URLEncodedBody
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from chappe.accounts import strength
from chappe.accounts.errors import UnknownSession
from chappe.accounts.security import repo
from chappe.accounts.security.account import Account
from chappe.accounts.security.devices import browser_of, is_portable, system_of
from chappe.accounts.security.model import SESSION_ID, SessionView
from chappe.accounts.security.reset_pages import GivenOutbox, GivenPasswords
from chappe.api.given import Db, WallClock
from chappe.kit.crypto import sha256
from chappe.kit.ids import parse_public_id, public_id
from chappe.web.forms import Errors
from chappe.web.language import LANGUAGES
from chappe.web.page import LANGUAGE_COOKIE, GivenPage, Page
from chappe.web.preferences import LONGEST, own_cookie
from chappe.web.viewer import ANYBODY, SESSION_COOKIE, GivenViewer

_EMAIL, _PASSWORD = "account/email.html", "account/password.html"
AnyRequest = Request[Any, Any, Any]


class Device(msgspec.Struct, frozen=True, kw_only=True):
    """A session with what its browser said of itself."""

    id: str
    browser: str
    system: str
    portable: bool
    session: SessionView


class Profile(msgspec.Struct, frozen=True):
    name: str = ""
    language: str = ""


class NewEmail(msgspec.Struct, frozen=True):
    email: str = ""
    current: str = ""


class NewPassword(msgspec.Struct, frozen=True):
    current: str = ""
    password: str = ""


async def of_viewer(
    request: AnyRequest,
    page: GivenPage,
    viewer: GivenViewer,
    db: Db,
    passwords: GivenPasswords,
    outbox: GivenOutbox,
) -> Account:
    """What a handler asks for by the name `account`."""
    return Account(
        db,
        passwords,
        outbox,
        user_id=viewer.user_id,
        workspace_id=viewer.account_id,
        token=request.cookies[SESSION_COOKIE],
        origin=page.address,
    )


WITH_ACCOUNT = {"account": Provide(of_viewer)}
GivenAccount = NamedDependency[SkipValidation[Account]]


@get("/account", opt={ANYBODY: True}, dependencies=WITH_ACCOUNT)
async def show(
    request: AnyRequest, page: GivenPage, db: Db, clock: WallClock, account: GivenAccount
) -> Response[Any]:
    return await _page(request, page, db, clock, account, Errors())


@post("/account/profile", opt={ANYBODY: True}, dependencies=WITH_ACCOUNT)
async def change_profile(
    request: AnyRequest,
    data: URLEncodedBody[Profile],
    page: GivenPage,
    db: Db,
    clock: WallClock,
    account: GivenAccount,
) -> Response[Any]:
    language = data.language if data.language in LANGUAGES else None
    errors = Errors()
    with errors.caught():
        await account.change_profile(data.name, language)
    if errors:
        return await _page(request, page, db, clock, account, errors)
    response = page.redirect("/account?notice=saved")
    # The browser's own choice comes first, or the page would go on in the language of before.
    response.set_cookie(own_cookie(LANGUAGE_COOKIE, language or "", LONGEST if language else 0))
    return response


@get("/account/email", opt={ANYBODY: True})
async def email_form(page: GivenPage) -> Response[Any]:
    return page.render(_EMAIL, email="", errors=Errors())


@post("/account/email", opt={ANYBODY: True}, dependencies=WITH_ACCOUNT)
async def change_email(
    data: URLEncodedBody[NewEmail], page: GivenPage, account: GivenAccount
) -> Response[Any]:
    errors = Errors()
    with errors.caught():
        token = await account.change_email(data.current, data.email)
        return with_token(page.leave("/account?notice=email"), token)
    return page.invalid(_EMAIL, errors, email=data.email)


@get("/account/password", opt={ANYBODY: True})
async def password_form(page: GivenPage) -> Response[Any]:
    return page.render(_PASSWORD, errors=Errors())


@post("/account/password", opt={ANYBODY: True}, dependencies=WITH_ACCOUNT)
async def change_password(
    data: URLEncodedBody[NewPassword], page: GivenPage, account: GivenAccount
) -> Response[Any]:
    errors = Errors()
    with errors.caught():
        token = await account.change_password(data.current, data.password)
        return with_token(page.leave("/account?notice=password"), token)
    return page.invalid(_PASSWORD, errors)


@post("/account/password/validate", opt={ANYBODY: True}, dependencies=WITH_ACCOUNT)
async def validate(page: GivenPage, account: GivenAccount) -> Response[Any]:
    """The new password while it is typed, by the rule of `change_password`."""
    form, errors = await page.form(), Errors()
    if form.field == "password":
        person = await account.person()
        with errors.caught():
            await asyncio.to_thread(strength.check, form.one("password"), person.words)
    return page.render("logins/note.html", field=form.field, problem=errors.of(form.field))


@post("/account/sessions/{session:str}/end", opt={ANYBODY: True}, dependencies=WITH_ACCOUNT)
async def end_session(
    session: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db, account: GivenAccount
) -> Redirect:
    session_id = parse_public_id(SESSION_ID, session)
    async with db.engine_transaction() as conn:
        if session_id is None or not await repo.end_session(conn, viewer.user_id, session_id):
            raise UnknownSession("This session has ended already.")
        await account.record(conn, "session.revoked")
    return page.redirect("/account?notice=session")


@post("/account/sessions/end-others", opt={ANYBODY: True}, dependencies=WITH_ACCOUNT)
async def end_others(
    request: AnyRequest, page: GivenPage, viewer: GivenViewer, db: Db, account: GivenAccount
) -> Redirect:
    async with db.engine_transaction() as conn:
        await repo.end_others(conn, viewer.user_id, sha256(request.cookies[SESSION_COOKIE]))
        await account.record(conn, "session.revoked", None, {"sessions": "all others"})
    return page.redirect("/account?notice=sessions")


def with_token(response: Response[Any], token: str) -> Response[Any]:
    """The session's new token."""
    response.set_cookie(own_cookie(SESSION_COOKIE, token, LONGEST))
    return response


async def _page(
    request: AnyRequest, page: Page, db: Db, clock: WallClock, account: Account, errors: Errors
) -> Response[Any]:
    person = await account.person()
    async with db.engine_transaction() as conn:
        digest = sha256(request.cookies[SESSION_COOKIE])
        sessions = await repo.sessions_of(conn, person.id, digest, clock.now())
        factor = await repo.factor_state(conn, person.id)
    return page.render(
        "account/account.html",
        status=422 if errors else 200,
        person=person,
        factor=factor,
        sessions=[
            Device(
                id=public_id(SESSION_ID, each.id),
                browser=browser_of(each.agent),
                system=system_of(each.agent),
                portable=is_portable(each.agent),
                session=each,
            )
            for each in sessions
        ],
        now=clock.now(),
        errors=errors,
    )


routes: list[ControllerRouterHandler] = [
    show,
    change_profile,
    email_form,
    change_email,
    password_form,
    change_password,
    validate,
    end_session,
    end_others,
]

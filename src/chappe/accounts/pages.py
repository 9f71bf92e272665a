"""Login and logout."""

from typing import Any
from urllib.parse import urlencode

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import SkipValidation, URLEncodedBody
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from chappe.accounts import audit, service
from chappe.accounts.errors import BadCode, BadLogin, LoginOver, NowhereToGo, TooManyLogins
from chappe.accounts.logins import Logins
from chappe.accounts.model import WORKSPACE_ID, AwaitedCode, NewSession
from chappe.accounts.security.model import CODE_WITHIN
from chappe.accounts.security.sign_on_repo import any_configured
from chappe.api.given import Db
from chappe.db.pool import Database
from chappe.kit.clock import Clock
from chappe.kit.errors import Problem
from chappe.kit.ids import IdCipher
from chappe.web.page import GivenPage, Page, local_path
from chappe.web.preferences import LONGEST, own_cookie
from chappe.web.viewer import (
    ANYBODY,
    PUBLIC,
    SESSION_COOKIE,
    SETTING_UP,
    GivenViewer,
    OtherWorkspace,
    Viewer,
)

GivenLogins = NamedDependency[SkipValidation[Logins]]
# Between password and code.
STEP_COOKIE = "__Host-chappe-step"
_LOGIN, _CODE = "logins/login.html", "logins/code.html"


class Credentials(msgspec.Struct, frozen=True):
    """The form. `next` is where the person wanted to go."""

    email: str = ""
    password: str = ""
    next: str = "/"


class Code(msgspec.Struct, frozen=True):
    """Of the app, or one of the ten for the day it is lost."""

    code: str = ""
    next: str = "/"


class SessionViewers:
    """Finds who looks at a page by the session's token: what the shell asks for."""

    def __init__(self, db: Database, clock: Clock, ids: IdCipher) -> None:
        self._db = db
        self._clock = clock
        self._ids = ids

    async def viewer(self, token: str) -> Viewer | None:
        async with self._db.engine_transaction() as conn:
            session = await service.session_of(conn, self._clock, token)
        if session is None:
            return None
        numbers = [number for number, _ in session.workspaces]
        public = dict(zip(numbers, self._ids.encode_many(WORKSPACE_ID, numbers), strict=True))
        test_id = session.test_id
        return Viewer(
            workspace_id=session.workspace_id,
            workspace_name=session.workspace_name,
            account_id=session.account_id,
            account=public[session.account_id],
            test=session.test,
            test_id=None if test_id is None else self._ids.encode(WORKSPACE_ID, test_id),
            workspaces=tuple(
                OtherWorkspace(public[number], name, number == session.account_id)
                for number, name in session.workspaces
            ),
            zone=session.zone,
            currency=session.currency,
            user_id=session.user.id,
            name=session.user.name,
            email=session.user.email,
            language=session.user.language,
            role=session.role,
            permissions=session.permissions,
            must_set_up_factor=session.must_set_up_factor,
        )


@get("/login", opt={PUBLIC: True}, name="login")
async def login_form(page: GivenPage, db: Db) -> Response[Any]:
    wanted = local_path(page.asked("next"))
    if page.viewer is not None:
        return page.redirect(wanted)
    return await _form(page, db, wanted)


@post("/login", opt={PUBLIC: True})
async def log_in(
    request: Request[Any, Any, Any],
    data: URLEncodedBody[Credentials],
    page: GivenPage,
    db: Db,
    logins: GivenLogins,
) -> Response[Any]:
    wanted = local_path(data.next)
    try:
        entered = await logins.login(data.email, data.password, page.address)
    except (BadLogin, NowhereToGo, TooManyLogins) as refused:
        return await _form(page, db, wanted, email=data.email, refused=refused)
    if isinstance(entered, AwaitedCode):
        response = page.redirect(f"/login/code?{urlencode({'next': wanted})}")
        response.set_cookie(own_cookie(STEP_COOKIE, entered.token, int(CODE_WITHIN.total_seconds())))
        return response
    return await came_in(request, page, db, entered, wanted)


@get("/login/code", opt={PUBLIC: True})
async def code_form(request: Request[Any, Any, Any], page: GivenPage, logins: GivenLogins) -> Response[Any]:
    wanted = local_path(page.asked("next"))
    if not await logins.awaits_code(request.cookies.get(STEP_COOKIE, "")):
        return page.redirect(f"/login?{urlencode({'next': wanted})}")
    return page.render(_CODE, next=wanted, failed=None, minutes=0)


@post("/login/code", opt={PUBLIC: True})
async def enter_code(
    request: Request[Any, Any, Any], data: URLEncodedBody[Code], page: GivenPage, db: Db, logins: GivenLogins
) -> Response[Any]:
    wanted = local_path(data.next)
    try:
        session = await logins.code(request.cookies.get(STEP_COOKIE, ""), data.code, page.address)
    except LoginOver:
        return page.redirect(f"/login?{urlencode({'next': wanted, 'notice': 'over'})}")
    except (BadCode, TooManyLogins) as refused:
        return page.render(
            _CODE, status=refused.status, next=wanted, failed=refused.code, minutes=minutes_of(refused)
        )
    response = await came_in(request, page, db, session, wanted)
    response.set_cookie(own_cookie(STEP_COOKIE, "", 0))
    return response


@post("/logout", opt={ANYBODY: True, SETTING_UP: True})
async def log_out(request: Request[Any, Any, Any], page: GivenPage, viewer: GivenViewer, db: Db) -> Redirect:
    async with db.engine_transaction() as conn:
        await service.logout(conn, request.cookies[SESSION_COOKIE])
        await audit.record(
            conn,
            workspace_id=viewer.account_id,
            actor=audit.Person(viewer.user_id),
            action="session.closed",
            address=page.address,
        )
    response = page.redirect("/login")
    # The same attributes as it was set with, or a browser keeps a `__Host-` cookie.
    response.set_cookie(own_cookie(SESSION_COOKIE, "", 0))
    return response


def minutes_of(refused: Problem) -> int:
    """How long to wait, as people count."""
    return int(str(refused.params.get("retry_after", 0))) // 60 + 1


async def _form(
    page: Page, db: Database, wanted: str, *, email: str = "", refused: Problem | None = None
) -> Response[Any]:
    async with db.engine_transaction() as conn:
        provider = await any_configured(conn)
    return page.render(
        _LOGIN,
        status=refused.status if refused else 200,
        next=wanted,
        email=email,
        failed=refused.code if refused else None,
        minutes=minutes_of(refused) if refused else 0,
        notice=page.asked("notice"),
        provider=provider,
    )


async def came_in(
    request: Request[Any, Any, Any], page: Page, db: Database, session: NewSession, wanted: str
) -> Redirect:
    """On to where the person wanted to go; a session that the browser had before is over."""
    if old := request.cookies.get(SESSION_COOKIE):
        async with db.engine_transaction() as conn:
            await service.logout(conn, old)
    response = page.redirect(wanted)
    # The database says when a session ends, and moves that end while it is used.
    response.set_cookie(own_cookie(SESSION_COOKIE, session.token, LONGEST))
    return response


routes: list[ControllerRouterHandler] = [login_form, log_in, code_form, enter_code, log_out]

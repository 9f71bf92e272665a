"""Login and logout."""

from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import SkipValidation, URLEncodedBody
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from chappe.accounts import service
from chappe.accounts.errors import BadLogin, TooManyLogins
from chappe.accounts.logins import Logins
from chappe.accounts.model import WORKSPACE_ID
from chappe.api.given import Db
from chappe.db.pool import Database
from chappe.kit.clock import Clock
from chappe.kit.ids import IdCipher
from chappe.web.page import GivenPage, local_path
from chappe.web.preferences import LONGEST, own_cookie
from chappe.web.viewer import ANYBODY, PUBLIC, SESSION_COOKIE, OtherWorkspace, Viewer

GivenLogins = NamedDependency[SkipValidation[Logins]]
_LOGIN = "accounts/login.html"


class Credentials(msgspec.Struct, frozen=True):
    """The form. `next` is where the person wanted to go."""

    email: str = ""
    password: str = ""
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
        )


@get("/login", opt={PUBLIC: True}, name="login")
async def login_form(request: Request[Any, Any, Any], page: GivenPage) -> Response[Any]:
    wanted = local_path(request.query_params.get("next"))
    if page.viewer is not None:
        return page.redirect(wanted)
    return page.render(_LOGIN, next=wanted, email="", failed=None, minutes=0)


@post("/login", opt={PUBLIC: True})
async def log_in(
    request: Request[Any, Any, Any],
    data: URLEncodedBody[Credentials],
    page: GivenPage,
    logins: GivenLogins,
) -> Response[Any]:
    address = request.client.host if request.client else ""
    wanted = local_path(data.next)
    try:
        session = await logins.login(data.email, data.password, address)
    except (BadLogin, TooManyLogins) as refused:
        seconds = int(str(refused.params.get("retry_after", 0)))
        return page.render(
            _LOGIN,
            status=refused.status,
            next=wanted,
            email=data.email,
            failed=refused.code,
            minutes=seconds // 60 + 1,
        )
    response = page.redirect(wanted)
    # The database says when a session ends, and moves that end while it is used.
    response.set_cookie(own_cookie(SESSION_COOKIE, session.token, LONGEST))
    return response


@post("/logout", opt={ANYBODY: True})
async def log_out(request: Request[Any, Any, Any], page: GivenPage, db: Db) -> Redirect:
    async with db.engine_transaction() as conn:
        await service.logout(conn, request.cookies[SESSION_COOKIE])
    response = page.redirect("/login")
    # The same attributes as it was set with, or a browser keeps a `__Host-` cookie.
    response.set_cookie(own_cookie(SESSION_COOKIE, "", 0))
    return response


routes: list[ControllerRouterHandler] = [login_form, log_in, log_out]

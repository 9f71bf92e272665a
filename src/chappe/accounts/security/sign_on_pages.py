"""Logging in with the company's own account."""

from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import SkipValidation, URLEncodedBody
from litestar.types import ControllerRouterHandler

from chappe.accounts.errors import NoProvider, SignOnOver
from chappe.accounts.pages import came_in
from chappe.accounts.security.single_sign_on import AWAY, CALLBACK, SingleSignOn
from chappe.api.given import Db
from chappe.kit.crypto import new_token
from chappe.kit.errors import Problem
from chappe.web.page import GivenPage, local_path
from chappe.web.preferences import own_cookie
from chappe.web.viewer import PUBLIC

GivenSignOn = NamedDependency[SkipValidation[SingleSignOn]]
# Ties the way back to the browser that went there.
SIGN_ON_COOKIE = "__Host-chappe-sso"
_SIGN_ON, _LEAVING = "logins/sign_on.html", "logins/sign_on_leaving.html"


class Asked(msgspec.Struct, frozen=True):
    email: str = ""
    next: str = "/"


@get("/login/sso", opt={PUBLIC: True})
async def sign_on_form(page: GivenPage) -> Response[Any]:
    return page.render(_SIGN_ON, email="", next=local_path(page.asked("next")), failed=None)


@post("/login/sso", opt={PUBLIC: True})
async def leave(data: URLEncodedBody[Asked], page: GivenPage, sign_on: GivenSignOn) -> Response[Any]:
    wanted, browser = local_path(data.next), new_token()
    try:
        name, address = await sign_on.begin(data.email, wanted, browser)
    except Problem as problem:
        status = 422 if isinstance(problem, NoProvider) else problem.status
        return page.render(_SIGN_ON, status=status, email=data.email, next=wanted, failed=problem.code)
    # A page between: the policy lets forms lead to ourselves only, and a redirect of theirs counts.
    response = page.render(_LEAVING, name=name, address=address)
    response.set_cookie(own_cookie(SIGN_ON_COOKIE, browser, int(AWAY.total_seconds())))
    return response


@get(CALLBACK, opt={PUBLIC: True})
async def come_back(
    request: Request[Any, Any, Any], page: GivenPage, db: Db, sign_on: GivenSignOn
) -> Response[Any]:
    browser = request.cookies.get(SIGN_ON_COOKIE, "")
    try:
        if page.asked("error") or not browser:
            raise SignOnOver("The provider did not let you in.")
        session, wanted = await sign_on.finish(page.asked("state"), page.asked("code"), browser, page.address)
    except Problem as problem:
        return page.render(_SIGN_ON, status=problem.status, email="", next="/", failed=problem.code)
    response = await came_in(request, page, db, session, local_path(wanted))
    response.set_cookie(own_cookie(SIGN_ON_COOKIE, "", 0))
    return response


routes: list[ControllerRouterHandler] = [sign_on_form, leave, come_back]

"""/setup/{token}: where the link of a fresh installation leads."""

from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, SkipValidation
from litestar.types import ControllerRouterHandler

from chappe.accounts import audit
from chappe.accounts import service as accounts
from chappe.accounts.claiming import service
from chappe.accounts.errors import WeakPassword
from chappe.accounts.model import USER_ID
from chappe.accounts.passwords import Passwords
from chappe.accounts.team.errors import BadEmail, BadName
from chappe.accounts.team.model import NAME_LENGTH
from chappe.api.given import Db, WallClock
from chappe.kit.ids import public_id
from chappe.web.forms import Reading, Submitted
from chappe.web.page import GivenPage, Page
from chappe.web.preferences import LONGEST, own_cookie
from chappe.web.viewer import PUBLIC, SESSION_COOKIE

GivenPasswords = NamedDependency[SkipValidation[Passwords]]

PATH = "/setup/{token:str}"
_PASSWORD_LENGTH = 1_000
_EMAIL_LENGTH = 254


@get(PATH, opt={PUBLIC: True})
async def setup(token: FromPath[str], page: GivenPage, db: Db) -> Response[Any]:
    async with db.engine_transaction() as conn:
        await service.check(conn, token)
    return _form(page, token, Reading(Submitted()))


@post(PATH, opt={PUBLIC: True})
async def claim(
    token: FromPath[str], page: GivenPage, db: Db, clock: WallClock, passwords: GivenPasswords
) -> Response[Any]:
    reading = Reading(await page.form())
    name = reading.text("name", most=NAME_LENGTH)
    email = reading.text("email", most=_EMAIL_LENGTH)
    password = reading.form.one("password")
    reading.text("password", most=_PASSWORD_LENGTH)
    if reading.errors:
        return _form(page, token, reading)
    try:
        async with db.engine_transaction() as conn:
            workspace_id, user = await service.claim(
                conn, passwords, token, name=name, email=email, password=password, language=page.language
            )
            session = await accounts.open_session(conn, clock, workspace_id, user, page.address)
            await audit.record(
                conn,
                workspace_id=workspace_id,
                actor=audit.Person(user.id),
                action="account.created",
                target=public_id(USER_ID, user.id),
                after={"email": user.email},
                address=page.address,
            )
    except (BadName, BadEmail, WeakPassword) as problem:
        reading.errors.add(problem)
        return _form(page, token, reading)
    response = page.redirect("/start")
    response.set_cookie(own_cookie(SESSION_COOKIE, session.token, LONGEST))
    return response


def _form(page: Page, token: str, reading: Reading) -> Response[Any]:
    return page.render(
        "start/claim.html",
        status=422 if reading.errors else 200,
        token=token,
        values=reading.form,
        errors=reading.errors,
    )


routes: list[ControllerRouterHandler] = [setup, claim]

"""Codes at login: setting them up, the codes for the day the phone is lost, turning them off."""

from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import SkipValidation, URLEncodedBody
from litestar.types import ControllerRouterHandler

from chappe.accounts.errors import BadCode, FactorRequired, WrongPassword
from chappe.accounts.security import codes
from chappe.accounts.security.account_pages import WITH_ACCOUNT, GivenAccount, with_token
from chappe.accounts.security.second_factor import SecondFactors
from chappe.api.given import Db
from chappe.web.forms import Errors
from chappe.web.page import GivenPage
from chappe.web.policy import PAGE_HEADERS
from chappe.web.preferences import LONGEST, own_cookie
from chappe.web.viewer import ANYBODY, SESSION_COOKIE, SETTING_UP, GivenViewer

GivenFactors = NamedDependency[SkipValidation[SecondFactors]]
_SET_UP, _SHOWN, _PROVE = (f"account/{name}.html" for name in ("second_factor", "recovery_codes", "prove"))
_MINE = {ANYBODY: True, SETTING_UP: True}


class FirstCode(msgspec.Struct, frozen=True):
    code: str = ""


class Again(msgspec.Struct, frozen=True):
    """The password, asked for once more."""

    current: str = ""


class Shown(msgspec.Struct, frozen=True):
    """The codes on the page, to be taken along as a file."""

    codes: str = ""


@get("/account/second-factor", opt=_MINE, dependencies=WITH_ACCOUNT)
async def set_up(page: GivenPage, viewer: GivenViewer, db: Db, second_factors: GivenFactors) -> Response[Any]:
    return await _set_up(page, viewer, db, second_factors)


@post("/account/second-factor", opt=_MINE, dependencies=WITH_ACCOUNT)
async def confirm(
    data: URLEncodedBody[FirstCode],
    page: GivenPage,
    viewer: GivenViewer,
    db: Db,
    second_factors: GivenFactors,
    account: GivenAccount,
) -> Response[Any]:
    try:
        async with db.engine_transaction() as conn:
            fresh = await second_factors.confirm(conn, viewer.user_id, data.code)
            await account.record(conn, "account.second_factor_on")
            token = await account.renewed(conn)
    except BadCode as bad:
        return await _set_up(page, viewer, db, second_factors, bad)
    response = page.render(_SHOWN, codes=fresh, first=True)
    response.set_cookie(own_cookie(SESSION_COOKIE, token, LONGEST))
    return response


@get("/account/second-factor/off", opt={ANYBODY: True}, dependencies=WITH_ACCOUNT)
async def off_form(page: GivenPage) -> Response[Any]:
    return page.render(_PROVE, task="off", errors=Errors())


@post("/account/second-factor/off", opt={ANYBODY: True}, dependencies=WITH_ACCOUNT)
async def turn_off(
    data: URLEncodedBody[Again],
    page: GivenPage,
    viewer: GivenViewer,
    db: Db,
    second_factors: GivenFactors,
    account: GivenAccount,
) -> Response[Any]:
    try:
        person = await account.proved(data.current)
        async with db.engine_transaction() as conn:
            await second_factors.turn_off(conn, viewer.user_id)
            await account.record(conn, "account.second_factor_off")
            await account.tell(conn, person, "second_factor_off", link="/password/forgot")
            token = await account.renewed(conn)
    except (WrongPassword, FactorRequired) as refused:
        return page.invalid(_PROVE, Errors([refused]), task="off")
    return with_token(page.leave("/account?notice=factor_off"), token)


@get("/account/recovery-codes", opt={ANYBODY: True}, dependencies=WITH_ACCOUNT)
async def renew_form(page: GivenPage) -> Response[Any]:
    return page.render(_PROVE, task="renew", errors=Errors())


@post("/account/recovery-codes", opt={ANYBODY: True}, dependencies=WITH_ACCOUNT)
async def renew(
    data: URLEncodedBody[Again],
    page: GivenPage,
    viewer: GivenViewer,
    db: Db,
    second_factors: GivenFactors,
    account: GivenAccount,
) -> Response[Any]:
    try:
        await account.proved(data.current)
    except WrongPassword as refused:
        return page.invalid(_PROVE, Errors([refused]), task="renew")
    async with db.engine_transaction() as conn:
        if (await second_factors.state(conn, viewer.user_id)).since is None:
            return page.redirect("/account/second-factor")
        fresh = await second_factors.new_recovery_codes(conn, viewer.user_id)
        await account.record(conn, "account.recovery_codes_made")
    return page.render(_SHOWN, codes=fresh, first=False)


@post("/account/recovery-codes/file", opt=_MINE, dependencies=WITH_ACCOUNT)
async def as_file(
    data: URLEncodedBody[Shown], page: GivenPage, viewer: GivenViewer, db: Db, second_factors: GivenFactors
) -> Response[Any]:
    """The codes that the page shows, sent back as a file: they are known nowhere else."""
    shown = data.codes.split()
    async with db.engine_transaction() as conn:
        if not await second_factors.are_codes_of(conn, viewer.user_id, shown):
            return page.redirect("/account")
    return Response(
        "".join(f"{code}\n" for code in shown),
        media_type="text/plain",
        headers=PAGE_HEADERS | {"content-disposition": 'attachment; filename="chappe-recovery-codes.txt"'},
    )


async def _set_up(
    page: GivenPage, viewer: GivenViewer, db: Db, factors: SecondFactors, bad: BadCode | None = None
) -> Response[Any]:
    async with db.engine_transaction() as conn:
        secret = await factors.begin(conn, viewer.user_id)
    if secret is None:
        return page.redirect("/account")
    return page.render(
        _SET_UP,
        status=bad.status if bad else 200,
        picture=codes.picture(secret, viewer.email),
        secret=codes.in_groups(secret),
        required=viewer.must_set_up_factor,
        errors=Errors([bad] if bad else []),
    )


routes: list[ControllerRouterHandler] = [set_up, confirm, off_form, turn_off, renew_form, renew, as_file]

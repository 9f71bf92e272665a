"""/invitations/{token}: where the link of an invitation leads, with an account or without one."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, SkipValidation
from litestar.types import ControllerRouterHandler

from chappe.accounts import audit
from chappe.accounts import service as accounts
from chappe.accounts.errors import WeakPassword
from chappe.accounts.model import USER_ID, User
from chappe.accounts.passwords import Passwords
from chappe.accounts.permission_words import ROLE_NAMES, ROLE_SENTENCES
from chappe.accounts.team import service, workspaces
from chappe.accounts.team.errors import BadName, OtherPerson
from chappe.accounts.team.model import INVITATION_ID, NAME_LENGTH, Offer
from chappe.api.given import Db, WallClock
from chappe.db.pool import Connection
from chappe.kit.ids import public_id
from chappe.web.forms import Errors, Reading, Submitted
from chappe.web.page import GivenPage, Page
from chappe.web.preferences import LONGEST, own_cookie
from chappe.web.viewer import PUBLIC, SESSION_COOKIE

GivenPasswords = NamedDependency[SkipValidation[Passwords]]

PATH = "/invitations/{token:str}"
_PAGE = "accounts/team/join.html"
# Argon2 reads all of it: as long as any passphrase, no longer.
_PASSWORD_LENGTH = 1_000


@get(PATH, opt={PUBLIC: True})
async def invitation(token: FromPath[str], page: GivenPage, db: Db, clock: WallClock) -> Response[Any]:
    async with db.engine_transaction() as conn:
        offer = await service.offer(conn, clock, token)
    return _offered(page, offer, token, Reading(Submitted()))


@post(PATH, opt={PUBLIC: True})
async def accept(
    token: FromPath[str],
    request: Request[Any, Any, Any],
    page: GivenPage,
    db: Db,
    clock: WallClock,
    passwords: GivenPasswords,
) -> Response[Any]:
    """Joins the person who has logged in, or makes an account of the form."""
    if page.viewer is None:
        return await _accept_new(token, page, db, clock, passwords)
    viewer = page.viewer
    user = User(id=viewer.user_id, email=viewer.email, name=viewer.name, language=viewer.language)
    async with db.engine_transaction() as conn:
        try:
            offer = await service.join(conn, clock, token, user)
        except OtherPerson:
            return page.redirect(f"/invitations/{token}")
        await workspaces.switch(conn, request.cookies[SESSION_COOKIE], offer.workspace_id)
        await _record(conn, page, offer, user)
    return page.redirect("/?notice=joined")


async def _accept_new(
    token: str, page: Page, db: Db, clock: WallClock, passwords: Passwords
) -> Response[Any]:
    reading = Reading(await page.form())
    name = reading.text("name", most=NAME_LENGTH)
    password = reading.form.one("password")
    reading.text("password", most=_PASSWORD_LENGTH)
    async with db.engine_transaction() as conn:
        offer = await service.offer(conn, clock, token)
    if offer.known or reading.errors:
        return _offered(page, offer, token, reading)
    try:
        name, hashed = service.checked_name(name), await passwords.hash(password)
    except (BadName, WeakPassword) as problem:
        reading.errors.add(problem)
        return _offered(page, offer, token, reading)
    async with db.engine_transaction() as conn:
        _, user = await service.join_new(conn, clock, token, name=name, password_hash=hashed)
        session = await accounts.open_session(conn, clock, offer.workspace_id, user, page.address)
        await _record(conn, page, offer, user)
    response = page.redirect("/?notice=joined")
    response.set_cookie(own_cookie(SESSION_COOKIE, session.token, LONGEST))
    return response


def _offered(page: Page, offer: Offer, token: str, reading: Reading) -> Response[Any]:
    errors: Errors = reading.errors
    return page.render(
        _PAGE,
        status=422 if errors else 200,
        offer=offer,
        token=token,
        values=reading.form,
        errors=errors,
        role_name=ROLE_NAMES[offer.role],
        role_sentence=ROLE_SENTENCES[offer.role],
        mine=page.viewer is not None and page.viewer.email == offer.email,
    )


async def _record(conn: Connection, page: Page, offer: Offer, user: User) -> None:
    for action, target in (
        ("invitation.accepted", public_id(INVITATION_ID, offer.id)),
        ("member.joined", public_id(USER_ID, user.id)),
    ):
        await audit.record(
            conn,
            workspace_id=offer.workspace_id,
            actor=audit.Person(user.id),
            action=action,
            target=target,
            after={"email": user.email, "role": offer.role, "may_send": offer.may_send},
            address=page.address,
        )


routes: list[ControllerRouterHandler] = [invitation, accept]

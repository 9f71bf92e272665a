"""What a workspace asks of its people: codes at login, single sign-on."""

import re
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.params import URLEncodedBody
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from chappe.accounts import audit
from chappe.accounts.errors import BadDomains
from chappe.accounts.permissions import Permission, Role
from chappe.accounts.security import sign_on_repo as repo
from chappe.accounts.security.sign_on_pages import GivenSignOn
from chappe.accounts.security.single_sign_on import SingleSignOn
from chappe.api.given import Db
from chappe.db.pool import Database
from chappe.kit.errors import Problem
from chappe.web.forms import Errors
from chappe.web.page import GivenPage, Page
from chappe.web.viewer import GivenViewer, NotAllowed, Viewer, needs

_SECURITY = "security/security.html"
_DOMAIN = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}")
_MAY_CHANGE = needs(Permission.SETTINGS_WRITE)


class Required(msgspec.Struct, frozen=True):
    required: str = ""


class ProviderForm(msgspec.Struct, frozen=True):
    """As typed; `domains` by spaces, commas or lines."""

    name: str = ""
    issuer: str = ""
    client_id: str = ""
    secret: str = ""
    domains: str = ""


@get("/settings/security", opt=needs(Permission.SETTINGS_READ))
async def show(page: GivenPage, viewer: GivenViewer, db: Db, sign_on: GivenSignOn) -> Response[Any]:
    return await _page(page, viewer, db, sign_on)


@post("/settings/security/second-factor", opt=_MAY_CHANGE)
async def require(data: URLEncodedBody[Required], page: GivenPage, viewer: GivenViewer, db: Db) -> Redirect:
    required = data.required == "yes"
    async with db.engine_transaction() as conn:
        if await repo.require_factor(conn, viewer.account_id, required):
            await audit.record(
                conn,
                workspace_id=viewer.account_id,
                actor=audit.Person(viewer.user_id),
                action="workspace.security_changed",
                before={"codes_required": not required},
                after={"codes_required": required},
                address=page.address,
            )
    return page.redirect("/settings/security?notice=saved")


@post("/settings/security/single-sign-on", opt=_MAY_CHANGE)
async def configure(
    data: URLEncodedBody[ProviderForm], page: GivenPage, viewer: GivenViewer, db: Db, sign_on: GivenSignOn
) -> Response[Any]:
    _owners_only(viewer)
    try:
        await sign_on.configure(
            viewer.account_id,
            viewer.user_id,
            name=data.name.strip() or "OpenID",
            issuer=data.issuer.strip(),
            client_id=data.client_id.strip(),
            secret=data.secret.strip(),
            domains=domains_of(data.domains),
            origin=page.address,
        )
    except Problem as problem:
        return await _page(page, viewer, db, sign_on, problem, data)
    return page.redirect("/settings/security?notice=provider")


@post("/settings/security/single-sign-on/remove", opt=_MAY_CHANGE)
async def remove(page: GivenPage, viewer: GivenViewer, db: Db, sign_on: GivenSignOn) -> Redirect:
    _owners_only(viewer)
    async with db.engine_transaction() as conn:
        if await sign_on.remove(conn, viewer.account_id):
            await audit.record(
                conn,
                workspace_id=viewer.account_id,
                actor=audit.Person(viewer.user_id),
                action="single_sign_on.removed",
                address=page.address,
            )
    return page.redirect("/settings/security?notice=provider_removed")


def domains_of(text: str) -> list[str]:
    """BadDomains when one of them is none, or there is none."""
    found = [word.lower().removeprefix("@") for word in re.split(r"[\s,;]+", text) if word]
    if not found or not all(_DOMAIN.fullmatch(domain) for domain in found):
        raise BadDomains("Write domains as example.com, separated by spaces.", field="domains")
    return found


def _owners_only(viewer: Viewer) -> None:
    # A provider can say that anybody is an owner: who sets one up must be one.
    if viewer.role != Role.OWNER:
        raise NotAllowed("Only an owner sets up single sign-on.")


async def _page(
    page: Page,
    viewer: Viewer,
    db: Database,
    sign_on: SingleSignOn,
    problem: Problem | None = None,
    given: ProviderForm | None = None,
) -> Response[Any]:
    async with db.engine_transaction() as conn:
        safety = await repo.safety(conn, viewer.account_id)
        stored = await sign_on.configured(conn, viewer.account_id)
    if given is None:
        given = ProviderForm()
        if stored is not None:
            given = ProviderForm(stored.name, stored.issuer, stored.client_id, "", " ".join(stored.domains))
    return page.render(
        _SECURITY,
        status=422 if problem else 200,
        safety=safety,
        configured=stored is not None,
        owner=viewer.role == Role.OWNER,
        given=given,
        redirect_uri=sign_on.redirect_uri,
        errors=Errors([problem] if problem else []),
    )


routes: list[ControllerRouterHandler] = [show, require, configure, remove]

"""Who looks at a page: a typed value, made from the session cookie by what the application wires in."""

from collections.abc import Iterable
from typing import Any, Protocol, TypeAlias
from uuid import UUID

import msgspec
from litestar.connection import ASGIConnection
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import SkipValidation

from chappe.kit.errors import Problem

Connection: TypeAlias = ASGIConnection[Any, Any, Any, Any]

# The browser keeps a cookie with this prefix to this host, to HTTPS (or loopback) and to every path
# (RFC 6265bis section 4.1.3.2).
SESSION_COOKIE = "__Host-chappe"
# In a handler's opt, one of these three, or the application does not start: the page is for everybody; for
# those who have logged in; for those of them who have this permission.
PUBLIC = "public"
ANYBODY = "anybody"
PERMISSION = "permission"
# Beside them: the page is part of setting up the second factor, which may have to come before all else.
SETTING_UP = "setting_up"
# In the scope's state.
VIEWER = "viewer"


class OtherWorkspace(msgspec.Struct, frozen=True):
    """A workspace that the person belongs to: where POST /workspaces/switch leads (`workspace`: its id)."""

    id: str
    name: str
    current: bool


class Viewer(msgspec.Struct, frozen=True, kw_only=True):
    """A person who has logged in. `zone` is the IANA name in which the workspace reads times, `currency` the
    one in which it counts where no price says another.

    What is shown and changed is `workspace_id`'s. People, keys and settings are those of `account_id`, which
    is another while test data are looked at (`test`); `test_id` is the way there, `account` the way back.
    """

    workspace_id: int
    workspace_name: str
    account_id: int
    account: str
    test: bool
    test_id: str | None
    workspaces: tuple[OtherWorkspace, ...]
    zone: str
    currency: str
    user_id: UUID
    name: str
    email: str
    language: str | None
    role: str
    permissions: frozenset[str]
    must_set_up_factor: bool = False

    def may(self, permission: str) -> bool:
        """Whether this person may do that, in this workspace."""
        return permission in self.permissions


class Viewers(Protocol):
    """What the application hands to the shell."""

    async def viewer(self, token: str) -> Viewer | None:
        """Who has this session, or None when it is unknown or over."""
        ...


class NotLoggedIn(Problem):
    """The page needs a person; the shell leads to the login page."""

    code = "not_logged_in"
    status = 401
    title = "Log in first"


class NotAllowed(Problem):
    """The person's role does not include this."""

    code = "not_allowed"
    status = 403
    title = "Your role does not allow this"


class FactorMissing(Problem):
    """The workspace requires codes at login; the shell leads to where they are set up."""

    code = "factor_missing"
    status = 403
    title = "Set up codes at login first"


def needs(permission: str) -> dict[str, str]:
    """The `opt` of a page's handler: `@get("/contacts", opt=needs(Permission.CONTACTS_READ))`."""
    return {PERMISSION: permission}


def standing_open(handlers: Iterable[BaseRouteHandler]) -> list[str]:
    """The handlers that say nothing about who may use them, by name: there must be none."""
    kinds = (PUBLIC, ANYBODY, PERMISSION)
    return sorted(
        f"{each.handler_name} {', '.join(sorted(each.paths))}"
        for each in handlers
        if not any(each.opt.get(kind) for kind in kinds)
    )


class ViewerGuard:
    """Finds the viewer for every page. Refuses those who have not logged in unless the page is public, and
    those whose role does not include what the page needs.
    """

    def __init__(self, viewers: Viewers) -> None:
        self._viewers = viewers

    async def __call__(self, connection: Connection, handler: BaseRouteHandler) -> None:
        token = connection.cookies.get(SESSION_COOKIE)
        viewer = await self._viewers.viewer(token) if token else None
        connection.scope["state"][VIEWER] = viewer
        if viewer is None and not handler.opt.get(PUBLIC):
            raise NotLoggedIn("Log in with your e-mail and password.")
        allowed = handler.opt.get(SETTING_UP) or handler.opt.get(PUBLIC)
        if viewer is not None and viewer.must_set_up_factor and not allowed:
            raise FactorMissing("This workspace requires codes at login. Set them up on your account's page.")
        needed = handler.opt.get(PERMISSION)
        if viewer is not None and needed and not viewer.may(needed):
            raise NotAllowed(f"This needs the permission {needed}. Ask an owner of the workspace.")


def viewer_of(connection: Connection) -> Viewer | None:
    """The viewer that the guard found; None on public pages, and on addresses that are no page."""
    viewer: Viewer | None = connection.scope["state"].get(VIEWER)
    return viewer


# What a handler of a page that is not public asks for, by the name `viewer`.
GivenViewer = NamedDependency[SkipValidation[Viewer]]

"""Who is asking: a typed value, made from the Bearer key by what the application wires in."""

from typing import Any, Protocol, TypeAlias
from uuid import UUID

import msgspec
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from chappe.kit.errors import Problem

Connection: TypeAlias = ASGIConnection[Any, Any, Any, Any]

# In the scope's state, set by the shell's middleware.
CALLER = "caller"


class Caller(msgspec.Struct, frozen=True, kw_only=True):
    """An API key that was found valid. `live` is False for a test key: its workspace is that of the test
    data, which has simulated carriers only, so nothing it does reaches a phone.
    """

    workspace_id: int
    key_id: UUID
    scopes: frozenset[str]
    live: bool = True


class Authenticator(Protocol):
    """What the application hands to the shell."""

    async def authenticate(self, token: str) -> Caller | None:
        """The caller, or None when the key is unknown, revoked or out of date."""
        ...


class MissingKey(Problem):
    """The request carries no key."""

    code = "missing_key"
    status = 401
    title = "An API key is needed"


class BadKey(Problem):
    """The key is unknown, revoked or out of date."""

    code = "bad_key"
    status = 401
    title = "This API key is not valid"


class MissingScope(Problem):
    """The key may not do this."""

    code = "missing_scope"
    status = 403
    title = "This API key may not do this"


def bearer_token(header: str | None) -> str:
    """The token of an `Authorization` header (RFC 6750 section 2.1)."""
    if not header:
        raise MissingKey(
            "Send the header: Authorization: Bearer chp_live_…. "
            "Make a key with: chappe keys create --name NAME."
        )
    scheme, _, token = header.partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token:
        raise MissingKey("The Authorization header must read: Bearer, a space, and an API key.")
    return token


async def identify(authenticator: Authenticator, header: str | None) -> Caller:
    """Who asks, by the `Authorization` header. MissingKey, BadKey."""
    caller = await authenticator.authenticate(bearer_token(header))
    if caller is None:
        raise BadKey(
            "The key is unknown, revoked or out of date. Make one with: chappe keys create --name NAME."
        )
    return caller


def allow(caller: Caller, scope: str) -> None:
    """MissingScope when the key has not `scope`."""
    if scope not in caller.scopes:
        raise MissingScope(
            f"This key lacks the scope {scope}. Use a key that has it: "
            "chappe keys create --name NAME makes one with every scope."
        )


class Needs:
    """A guard: the caller's key must have `scope`."""

    def __init__(self, scope: str) -> None:
        self.scope = scope

    # Awaited, so that Litestar keeps this very object: the OpenAPI document reads its scope.
    async def __call__(self, connection: Connection, _: BaseRouteHandler) -> None:
        allow(connection.scope["state"][CALLER], self.scope)


def needs(scope: str) -> Needs:
    """The guard of a handler that `scope` opens."""
    return Needs(scope)

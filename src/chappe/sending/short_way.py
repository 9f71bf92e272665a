"""The short way to `POST /v1/messages`: what the shell and the handler do, without the framework's layers.

This address is asked thousands of times a second, and the framework's routing, signatures and responses cost
more than the message. A request that is plain (JSON of a known and allowed length, no query) is answered
here; any other goes on to the handler. Both ways share every step that can be shared, and a test asks both
the same and compares the answers octet for octet.
"""

from typing import Any, NamedTuple

from litestar import Request
from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Receive, Scope, Send

from chappe.accounts.model import Scope as KeyScope
from chappe.api import idempotency
from chappe.api.bodies import decode_body, is_json
from chappe.api.caller import Authenticator, Caller, allow, identify
from chappe.api.idempotency import Answer, Keyed
from chappe.api.limits import RateLimiter
from chappe.api.problems import error_response
from chappe.api.shell import REPLAYED, with_limits
from chappe.sending.acceptance import Sending
from chappe.sending.shapes import LARGEST_BODY, Asked

PATH = "/v1/messages"
_REPLAYED = [(name.encode(), value.encode()) for name, value in REPLAYED.items()]


class _Plain(NamedTuple):
    """The headers that matter; `key` is that of idempotency."""

    authorization: str
    key: str | None


class _Admitted(NamedTuple):
    """Who asks; `left` is what the key may still ask, as it is told."""

    caller: Caller
    left: str
    body: bytes
    keyed: Keyed | None


class ShortWay:
    """An ASGI layer before the framework; `app` is the long way."""

    def __init__(
        self, app: ASGIApp, *, sending: Sending, authenticator: Authenticator, limiter: RateLimiter
    ) -> None:
        self._app = app
        self._sending = sending
        self._authenticator = authenticator
        self._limiter = limiter
        self._policy = (b"ratelimit-policy", limiter.policy.encode())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        plain = _plain(scope) if scope["type"] == ScopeType.HTTP else None
        if plain is None or scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return
        # For the metrics, which know the framework's templates.
        scope["path_template"] = PATH
        try:
            admitted = await self._admit(plain, receive)
        except _Gone:
            return
        except Exception as error:
            await _refuse(scope, receive, send, error)
            return
        try:
            answer, replayed = await self._accept(admitted)
        except Exception as error:
            await _refuse(scope, receive, with_limits(send, self._limiter.policy, admitted.left), error)
            return
        await self._answer(send, admitted.left, answer, replayed=replayed)

    async def _admit(self, plain: _Plain, receive: Receive) -> _Admitted:
        """As the shell."""
        caller = await identify(self._authenticator, plain.authorization)
        left = self._limiter.take(caller.key_id)
        key = None if plain.key is None else idempotency.read_key(plain.key)
        body = await _read(receive)
        keyed = None if key is None else Keyed(key, idempotency.fingerprint("POST", PATH, body))
        return _Admitted(caller, left, body, keyed)

    async def _accept(self, admitted: _Admitted) -> tuple[Answer, bool]:
        """As the handler."""
        allow(admitted.caller, KeyScope.MESSAGES_SEND)
        asked = decode_body(admitted.body, Asked)
        return await self._sending.accept(admitted.caller.workspace_id, asked, admitted.keyed)

    async def _answer(self, send: Send, left: str, answer: Answer, *, replayed: bool) -> None:
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(answer.body)).encode()),
            self._policy,
            (b"ratelimit", left.encode()),
        ]
        if replayed:
            headers += _REPLAYED
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": answer.body, "more_body": False})


class _Gone(Exception):
    """The client left in the middle of its request."""


def _plain(scope: HTTPScope) -> _Plain | None:
    """None for other addresses, and for what only the long way knows how to refuse."""
    if scope["path"] != PATH or scope["method"] != "POST":
        return None
    length = kind = b""
    authorization = key = None
    for name, value in scope["headers"]:
        if name == b"content-length":
            length = value
        elif name == b"content-type":
            kind = value
        elif name == b"authorization":
            authorization = value
        elif name == b"idempotency-key":
            key = value
    if authorization is None or scope["query_string"]:
        return None
    if not length.isdigit() or not 0 < int(length) <= LARGEST_BODY:
        return None
    if not is_json(kind.decode("latin-1")):
        return None
    return _Plain(authorization.decode("latin-1"), None if key is None else key.decode("latin-1"))


async def _read(receive: Receive) -> bytes:
    message = await receive()
    if message["type"] == "http.request" and not message["more_body"]:
        return message["body"]
    pieces = []
    while message["type"] == "http.request":
        pieces.append(message["body"])
        if not message["more_body"]:
            return b"".join(pieces)
        message = await receive()
    raise _Gone


async def _refuse(scope: HTTPScope, receive: Receive, send: Send, error: Exception) -> None:
    request: Request[Any, Any, Any] = Request(scope)
    response = error_response(request, error)
    await response.to_asgi_response(app=None, request=request)(scope, receive, send)

"""What every answer carries, pages included: a request id, security headers, a line in the log when
something was refused.
"""

import logging
import re
from collections.abc import Callable
from typing import Any

import structlog
from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

from chappe.api.problems import REQUEST_ID
from chappe.kit.clock import Clock
from chappe.kit.ids import uuid7

log = structlog.get_logger(__name__)
_standard = logging.getLogger(__name__)

_GIVEN_ID = re.compile(rb"[A-Za-z0-9._\-]{8,64}")
_SLOW = 1.0

# An answer that is not a page loads nothing and is framed by nobody. Pages set their own policy.
_DEFAULTS = (
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cache-control", b"no-store"),
)
# RFC 6797 section 7.2: only over TLS.
_OVER_TLS = (*_DEFAULTS, (b"strict-transport-security", b"max-age=31536000"))
_REQUEST_ID = b"x-request-id"


# Method, template of the route, status (0: the connection was lost), seconds.
Observe = Callable[[str, str, int, float], None]


class Edge:
    """The outermost ASGI layer."""

    def __init__(self, app: ASGIApp, clock: Clock, observe: Observe) -> None:
        self._app = app
        self._clock = clock
        self._observe = observe

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return
        request_id = _request_id(scope)
        scope.setdefault("state", {})[REQUEST_ID] = request_id
        structlog.contextvars.bind_contextvars(request_id=request_id)
        began = self._clock.monotonic()
        status = 0

        async def stamped(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                _stamp(message, request_id, over_tls=scope["scheme"] == "https")
            await send(message)

        try:
            await self._app(scope, receive, stamped)
        finally:
            seconds = self._clock.monotonic() - began
            # Litestar writes the template of the route it found into the scope.
            self._observe(scope["method"], scope.get("path_template") or "none", status, seconds)
            _log(scope, status, seconds)
            structlog.contextvars.unbind_contextvars("request_id")


def _request_id(scope: HTTPScope) -> str:
    """The proxy's own id, when it is one, so that its log and ours can be joined."""
    for name, value in scope["headers"]:
        if name == b"x-request-id" and _GIVEN_ID.fullmatch(value):
            return value.decode()
    return f"req_{uuid7().hex}"


def _stamp(message: Any, request_id: str, *, over_tls: bool) -> None:
    """By hand: an answer passes here thousands of times a second."""
    headers = [(name, value) for name, value in message.get("headers", ()) if name != _REQUEST_ID]
    given = {name for name, _ in headers}
    headers.append((_REQUEST_ID, request_id.encode()))
    headers += [each for each in (_OVER_TLS if over_tls else _DEFAULTS) if each[0] not in given]
    message["headers"] = headers


def _told(scope: HTTPScope) -> str:
    """The path, but none that opens something to whoever reads it: a preference page, a password's reset."""
    template: str = scope.get("path_template") or ""
    return template if "{token" in template else scope["path"]


def _log(scope: HTTPScope, status: int, seconds: float) -> None:
    # At thousands of requests a second a line for each success would cost more than the request; and never
    # the query, which may hold a number.
    level = (
        "error" if status >= 500 or not status else "info" if status >= 400 or seconds > _SLOW else "debug"
    )
    if level == "debug" and not _standard.isEnabledFor(logging.DEBUG):
        return
    getattr(log, level)(
        "request",
        method=scope["method"],
        path=_told(scope),
        status=status,
        milliseconds=round(seconds * 1000, 1),
    )

"""Every error that a person can meet on a page, rendered in this one place, in their language.

The texts of a `Problem` are written for programs; pages have words of their own for each status.
"""

from contextlib import suppress
from typing import Any
from urllib.parse import urlencode, urlsplit

import structlog
from litestar import Response
from litestar.exceptions import HTTPException, PermissionDeniedException
from litestar.types import Receive, Scope, Send

from chappe.kit.errors import Problem
from chappe.web.page import AnyRequest, Page, Shell
from chappe.web.viewer import SESSION_COOKIE, VIEWER, FactorMissing, NotLoggedIn, Viewers

log = structlog.get_logger(__name__)

LOGIN = "/login"
SECOND_FACTOR = "/account/second-factor"
_EVENTS = "text/event-stream"


class ProblemPages:
    """The exception handlers of pages."""

    def __init__(self, shell: Shell, viewers: Viewers) -> None:
        self._shell = shell
        self._viewers = viewers

    def answer(self, request: AnyRequest, error: Exception) -> Response[Any]:
        """A page that says what happened and what to do, with the navigation for who has logged in."""
        if isinstance(error, NotLoggedIn):
            return _to_login(request)
        if isinstance(error, FactorMissing) and request.headers.get("accept") != _EVENTS:
            return Response("", status_code=303, headers={"location": SECOND_FACTOR})
        status = _status(error)
        if status >= 500:
            log.error("page_failed", method=request.method, path=request.url.path, exc_info=error)
        return _ProblemPage(self._shell, self._viewers, request, status, _said(error))


class _ProblemPage(Response[str]):
    """Rendered when it is sent: an address that no route serves passed no guard, so who asks has still to be
    found, and exception handlers cannot wait.
    """

    def __init__(
        self, shell: Shell, viewers: Viewers, request: AnyRequest, status: int, said: dict[str, Any]
    ) -> None:
        super().__init__("", status_code=status)
        self._shell, self._viewers, self._request = shell, viewers, request
        self._said = said | {"status": status, "status_code": status}

    def to_asgi_response(self, *given: Any, **options: Any) -> Any:
        async def send_page(scope: Scope, receive: Receive, send: Send) -> None:
            await self._find_viewer()
            page = Page(self._shell, self._request)
            known_as = self._request.scope["state"].get("request_id", "")
            rendered: Response[str] = page.render("problem.html", request_id=known_as, **self._said)
            await rendered.to_asgi_response(*given, **options)(scope, receive, send)

        return send_page

    async def _find_viewer(self) -> None:
        token = self._request.cookies.get(SESSION_COOKIE)
        if VIEWER in self._request.scope["state"] or token is None:
            return
        # What failed may be the database that knows who this is.
        with suppress(Exception):
            self._request.scope["state"][VIEWER] = await self._viewers.viewer(token)


def _status(error: Exception) -> int:
    if isinstance(error, Problem):
        return error.status
    return error.status_code if isinstance(error, HTTPException) else 500


def _said(error: Exception) -> dict[str, Any]:
    """What the page's words depend on beside the status."""
    if isinstance(error, Problem):
        return {"code": error.code, "params": error.params}
    # Litestar's own refusal of a form without its token has no other mark.
    expired = isinstance(error, PermissionDeniedException)
    return {"code": "expired_form" if expired else "", "params": {}}


def _to_login(request: AnyRequest) -> Response[Any]:
    """To the login page, and from there back. A stream is refused: its page will be led there itself."""
    if request.headers.get("accept") == _EVENTS:
        return Response("", status_code=401)
    if request.headers.get("hx-request") == "true":
        # A redirect would put the login page into the middle of this one.
        return Response("", headers={"hx-redirect": _login_and_back(_shown_in(request))})
    wanted = request.url.path if request.method == "GET" else "/"
    if request.method == "GET" and request.url.query:
        wanted += f"?{request.url.query}"
    return Response("", status_code=303, headers={"location": _login_and_back(wanted)})


def _shown_in(request: AnyRequest) -> str:
    """The page that htmx asks from."""
    parts = urlsplit(request.headers.get("hx-current-url", ""))
    return f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"


def _login_and_back(wanted: str) -> str:
    return LOGIN if wanted == "/" else f"{LOGIN}?{urlencode({'next': wanted})}"

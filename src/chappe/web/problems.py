"""Every error that a person can meet on a page, rendered in this one place, in their language.

The texts of a `Problem` are written for programs; pages have words of their own for each status.
"""

from urllib.parse import urlencode

import structlog
from litestar import Response
from litestar.exceptions import HTTPException

from chappe.kit.errors import Problem
from chappe.web.page import AnyRequest, Page, Shell
from chappe.web.viewer import NotLoggedIn

log = structlog.get_logger(__name__)

LOGIN = "/login"
_EVENTS = "text/event-stream"


class ProblemPages:
    """The exception handlers of pages."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell

    def answer(self, request: AnyRequest, error: Exception) -> Response[str]:
        """A page that says what happened and what to do."""
        if isinstance(error, NotLoggedIn):
            return _to_login(request)
        status = _status(error)
        if status >= 500:
            log.error("page_failed", method=request.method, path=request.url.path, exc_info=error)
        page = Page(self._shell, request)
        code = error.code if isinstance(error, Problem) else ""
        known_as = request.scope["state"].get("request_id", "")
        return page.render("problem.html", status=status, status_code=status, code=code, request_id=known_as)


def _status(error: Exception) -> int:
    if isinstance(error, Problem):
        return error.status
    return error.status_code if isinstance(error, HTTPException) else 500


def _to_login(request: AnyRequest) -> Response[str]:
    """To the login page, and from there back. A stream is refused: its page will be led there itself."""
    if request.headers.get("accept") == _EVENTS:
        return Response("", status_code=401)
    wanted = request.url.path if request.method == "GET" else "/"
    if request.method == "GET" and request.url.query:
        wanted += f"?{request.url.query}"
    suffix = "" if wanted == "/" else f"?{urlencode({'next': wanted})}"
    return Response("", status_code=303, headers={"location": f"{LOGIN}{suffix}"})

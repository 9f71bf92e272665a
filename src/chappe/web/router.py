"""The router of the pages: the guard, CSRF protection, error pages. The API has its own shell."""

from collections.abc import Mapping, Sequence
from typing import Any

from litestar import Response, Router
from litestar.config.csrf import CSRFConfig
from litestar.di import Provide
from litestar.handlers import BaseRouteHandler
from litestar.middleware import DefineMiddleware
from litestar.middleware.csrf import CSRFMiddleware
from litestar.types import ControllerRouterHandler

from chappe.web import preferences
from chappe.web.compression import PageCompression
from chappe.web.page import AnyRequest, Page, Shell
from chappe.web.problems import ProblemPages
from chappe.web.viewer import Connection, Viewer, ViewerGuard, Viewers, standing_open, viewer_of

CSRF_COOKIE = "__Host-chappe-csrf"
CSRF_HEADER = "x-csrf-token"
# Forms of pages are small; uploads will have a limit of their own.
_MOST_BODY = 100_000


def pages_router(
    shell: Shell,
    viewers: Viewers,
    csrf_secret: bytes,
    handlers: Sequence[ControllerRouterHandler],
    given: Mapping[str, Any],
) -> Router:
    """Everything under "/" that a person looks at. `given` are objects that handlers ask for by name."""

    # Functions, not bound methods: Litestar copies a router deeply when it is registered, and pools cannot be
    # copied.
    viewer_guard, problem_pages = ViewerGuard(viewers), ProblemPages(shell, viewers)

    async def guard(connection: Connection, handler: BaseRouteHandler) -> None:
        await viewer_guard(connection, handler)

    def page(request: AnyRequest) -> Page:
        return Page(shell, request)

    def answer(request: AnyRequest, error: Exception) -> Response[Any]:
        return problem_pages.answer(request, error)

    open_to_all = standing_open(each for each in handlers if isinstance(each, BaseRouteHandler))
    if open_to_all:
        raise AssertionError(f"say who may use these pages (web/viewer.py): {open_to_all}")
    csrf = CSRFConfig(
        secret=csrf_secret.hex(),
        cookie_name=CSRF_COOKIE,
        cookie_secure=True,
        cookie_httponly=True,
        cookie_samesite="lax",
        header_name=CSRF_HEADER,
    )
    return Router(
        "/",
        route_handlers=[preferences.choose, preferences.arrange, *handlers],
        guards=[guard],
        middleware=[PageCompression, DefineMiddleware(CSRFMiddleware, config=csrf)],
        dependencies={
            "page": Provide(page, sync_to_thread=False),
            "viewer": Provide(_viewer, sync_to_thread=False),
        }
        | {name: _provide(value) for name, value in given.items()},
        exception_handlers={Exception: answer},
        request_max_body_size=_MOST_BODY,
        include_in_schema=False,
    )


def _viewer(request: AnyRequest) -> Viewer | None:
    return viewer_of(request)


def _provide(value: Any) -> Provide:
    return Provide(lambda: value, sync_to_thread=False)

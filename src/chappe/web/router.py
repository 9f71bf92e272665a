"""The router of the pages: the guard, CSRF protection, error pages. The API has its own shell."""

from collections.abc import Iterable, Sequence
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
from chappe.web.given import given, named
from chappe.web.page import AnyRequest, Page
from chappe.web.viewer import Connection, Viewer, ViewerGuard, standing_open, viewer_of

CSRF_COOKIE = "__Host-chappe-csrf"
CSRF_HEADER = "x-csrf-token"
# Forms of pages are small; uploads will have a limit of their own.
_MOST_BODY = 100_000


def pages_router(
    csrf_secret: bytes, handlers: Sequence[ControllerRouterHandler], names: Iterable[str]
) -> Router:
    """Everything under "/" that a person looks at. `names` are those of the objects that handlers ask
    for: the application hands them over (web/given.py), with `shell`, `viewers` and `problem_pages`.
    """
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
        guards=[_guard],
        middleware=[PageCompression, DefineMiddleware(CSRFMiddleware, config=csrf)],
        dependencies={
            "page": Provide(_page, sync_to_thread=False),
            "viewer": Provide(_viewer, sync_to_thread=False),
        }
        | {name: Provide(named(name), sync_to_thread=False) for name in names},
        exception_handlers={Exception: _answer},
        request_max_body_size=_MOST_BODY,
        include_in_schema=False,
    )


def _viewer(request: AnyRequest) -> Viewer | None:
    return viewer_of(request)


async def _guard(connection: Connection, handler: BaseRouteHandler) -> None:
    await ViewerGuard(given(connection.scope)["viewers"])(connection, handler)


def _page(request: AnyRequest) -> Page:
    return Page(given(request.scope)["shell"], request)


def _answer(request: AnyRequest, error: Exception) -> Response[Any]:
    answer: Response[Any] = given(request.scope)["problem_pages"].answer(request, error)
    return answer

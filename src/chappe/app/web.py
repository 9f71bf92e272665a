"""The web role, built: the API, the pages, health and metrics as one application."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from functools import cache
from importlib import metadata
from typing import Any

from litestar import Litestar
from litestar.datastructures import UploadFile
from litestar.di import Provide
from litestar.openapi import OpenAPIConfig
from litestar.routes import HTTPRoute
from litestar.types import Receive, Scope, Send

from chappe.api import reference
from chappe.api.bodies import uploaded
from chappe.api.edge import Edge
from chappe.api.limits import DEFAULT_RATE, Rate
from chappe.api.problems import PROBLEM_HANDLERS
from chappe.api.reference import Reference
from chappe.app import health, metrics, rest
from chappe.app import pages as all_pages
from chappe.app.metrics import RequestMetrics
from chappe.app.pages import Pages, build_pages
from chappe.app.rest import Rest
from chappe.app.upkeep import sweep_hourly
from chappe.config.settings import Settings
from chappe.consent.preference_links import PreferenceLinks
from chappe.db.keys import InstanceKeys
from chappe.db.pool import Database
from chappe.kit.clock import Clock
from chappe.kit.outbound import Outbound
from chappe.persons.files import ExportFolder
from chappe.tracking.redirect import Redirect
from chappe.web.given import hand, named

_BODY = 1_000_000


class Application:
    """The whole web role as one ASGI application. Its `pages.closing` ends the live streams."""

    def __init__(
        self,
        routing: Litestar,
        objects: Mapping[str, Any],
        db: Database,
        clock: Clock,
        api: Rest,
        pages: Pages,
        requests: RequestMetrics,
        links: Redirect,
    ) -> None:
        self.routing = routing
        self.pages = pages
        self._objects = {**objects, "application": self}
        self._db, self._clock, self._api, self._links = db, clock, api, links
        # Around everything, so that what no route answers has its request id and headers too.
        self._outermost = Edge(api.with_short_way(routing), clock, requests.observe)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":  # type: ignore[comparison-overlap]  # Litestar's type leaves it out
            await self._live(receive, send)
            return
        if await self._links.answered(scope, send):
            return
        hand(scope, self._objects)
        await self._outermost(scope, receive, send)

    async def _live(self, receive: Any, send: Any) -> None:
        """ASGI's lifespan: from the server's start to its end."""
        await receive()
        async with self._running():
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await send({"type": "lifespan.shutdown.complete"})

    @asynccontextmanager
    async def _running(self) -> AsyncIterator[None]:
        sweeping = asyncio.create_task(sweep_hourly(self._db, self._clock))
        try:
            yield
        finally:
            await self._links.close()
            await self._api.close()
            await self.pages.close()
            sweeping.cancel()
            with suppress(asyncio.CancelledError):
                await sweeping


def build_app(
    settings: Settings,
    db: Database,
    keys: InstanceKeys,
    clock: Clock,
    *,
    gate_clock: Clock | None = None,
    rate: Rate = DEFAULT_RATE,
) -> Application:
    """`gate_clock` is the demo's; the wall clock otherwise."""
    gate_clock = gate_clock or clock
    links = PreferenceLinks(keys, settings.base_url)
    api = Rest(db, keys, clock, gate_clock, rate, links)
    pages = build_pages(settings, db, keys, clock, gate_clock, api.door, api.signing, links)
    requests, redirect = RequestMetrics(), Redirect(db, keys, clock, settings.base_url)
    common = {
        "db": db,
        "keys": keys,
        "ids": keys.ids,
        "clock": clock,
        "gate_clock": gate_clock,
        "metrics_of": requests,
        "export_folder": ExportFolder(settings.home),
        "authenticator": api.authenticator,
        "outbound": Outbound(settings.internal_networks),
    }
    routing = _routing(keys.sub("csrf"), frozenset(common), frozenset(pages.given), settings.development)
    objects = {**common, **api.given(), **pages.given}
    return Application(routing, objects, db, clock, api, pages, requests, redirect)


@cache
def _routing(
    csrf_secret: bytes, common: frozenset[str], of_pages: frozenset[str], development: bool
) -> Litestar:
    """Addresses, and the names of what their handlers are handed. Litestar takes half a second to read the
    handlers' signatures; what it makes of them holds for every application of the process.
    """
    document = Reference()
    routing = Litestar(
        [
            *rest.handlers(document),
            *health.routes,
            *metrics.routes,
            *reference.routes,
            *all_pages.routes(csrf_secret, of_pages, development=development),
        ],
        dependencies={name: Provide(named(name), sync_to_thread=False) for name in common}
        | rest.dependencies(),
        exception_handlers=all_pages.or_else(PROBLEM_HANDLERS),
        request_max_body_size=_BODY,
        openapi_config=_openapi(document),
        type_decoders=[(lambda kind: kind is UploadFile, uploaded)],
        logging_config=None,
    )
    for route in routing.routes:
        if isinstance(route, HTTPRoute):
            _answer_options(route)
    return routing


def _answer_options(route: HTTPRoute) -> None:
    """Litestar's answer to OPTIONS names the methods of the handler that came first: here all."""
    handler, _ = route.route_handler_map["OPTIONS"]
    for cell in handler.fn.__closure__ or ():
        if isinstance(cell.cell_contents, HTTPRoute):
            cell.cell_contents = route


def _openapi(document: Reference) -> OpenAPIConfig:
    return OpenAPIConfig(
        title="Chappe",
        version=metadata.version("chappe"),
        path="/docs",
        render_plugins=[document],
        use_handler_docstrings=True,
    )

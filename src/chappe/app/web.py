"""The web role, built: every room's addresses, and the objects they are handed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from importlib import metadata
from typing import Any

import msgspec
import structlog
from litestar import Litestar, Request, Response, Router, get
from litestar.datastructures import State
from litestar.di import Provide
from litestar.openapi import OpenAPIConfig
from litestar.types import ASGIApp, ControllerRouterHandler, Scope

from chappe.accounts import service as accounts
from chappe.accounts.keys import KeyRing
from chappe.api import idempotency, reference
from chappe.api.bodies import JsonRequest
from chappe.api.caller import CALLER, Caller
from chappe.api.edge import Edge
from chappe.api.limits import DEFAULT_RATE, Rate, RateLimiter
from chappe.api.problems import PROBLEM_HANDLERS
from chappe.api.reference import Reference
from chappe.api.shell import ApiShell
from chappe.api.transaction import WORK, Work
from chappe.app import health, metrics
from chappe.app.metrics import RequestMetrics
from chappe.app.pages import Pages, build_pages
from chappe.campaigns import api as campaigns_api
from chappe.carriers import api as carriers_api
from chappe.config.settings import Settings
from chappe.consent import api as consent_api
from chappe.contacts import api as contacts_api
from chappe.db.errors import ServerGone
from chappe.db.keys import InstanceKeys
from chappe.db.pool import Database
from chappe.kit.clock import Clock
from chappe.messages.service import MessageIds
from chappe.sending import api as sending_api
from chappe.sending import shapes
from chappe.sending.api import Sending
from chappe.sending.gathering import Gatherer
from chappe.sending.service import Door
from chappe.signup import api as signup_api

log = structlog.get_logger(__name__)

_BODY = 1_000_000
_HOUR = 3600.0
# In the application's state: what the server tells that it stops.
PAGES = "pages"
API_ROUTES: list[ControllerRouterHandler] = [
    *contacts_api.routes,
    *signup_api.routes,
    *consent_api.routes,
    *carriers_api.routes,
    *campaigns_api.routes,
    *sending_api.routes,
]


def build_app(
    settings: Settings,
    db: Database,
    keys: InstanceKeys,
    clock: Clock,
    *,
    gate_clock: Clock | None = None,
    rate: Rate = DEFAULT_RATE,
) -> Litestar:
    """The whole web role as one ASGI application. `gate_clock` is the demo's; the wall clock otherwise."""
    gate_clock = gate_clock or clock
    key_ring = KeyRing(db, clock)
    requests = RequestMetrics()
    door = Door(MessageIds(db, clock), clock, gate_clock)
    gatherer = Gatherer(
        db, door, lambda one, intent: msgspec.json.encode(shapes.accepted_view(one, intent, keys.ids))
    )
    limiter = RateLimiter(rate, clock)

    # A function: Litestar copies a router deeply when it is registered, and pools cannot be copied.
    def shell(app: ASGIApp) -> ASGIApp:
        return ApiShell(app, db=db, authenticator=key_ring, limiter=limiter)

    given = {
        "db": db,
        "keys": keys,
        "ids": keys.ids,
        "clock": clock,
        "gate_clock": gate_clock,
        "sending": Sending(db, keys.ids, door, gatherer),
        "metrics_of": requests,
        "authenticator": key_ring,
    }
    page = Reference()
    pages = build_pages(settings, db, keys, clock, gate_clock)
    app = Litestar(
        route_handlers=[
            Router("/v1", route_handlers=API_ROUTES, middleware=[shell], request_class=JsonRequest),
            *health.routes,
            *metrics.routes,
            *reference.routes,
            _openapi_json(page),
            *pages.routes,
        ],
        dependencies={name: _provide(value) for name, value in given.items()}
        | {"caller": Provide(_caller, sync_to_thread=False), "conn": Provide(_conn)},
        exception_handlers=pages.or_else(PROBLEM_HANDLERS),
        request_max_body_size=_BODY,
        openapi_config=OpenAPIConfig(
            title="Chappe",
            version=metadata.version("chappe"),
            path="/docs",
            render_plugins=[page],
            use_handler_docstrings=True,
        ),
        lifespan=[lambda _: _running(db, clock, gatherer, pages)],
        state=State({PAGES: pages}, deep_copy=False),
        logging_config=None,
    )
    # Around everything, so that what no route answers has its request id and headers too.
    app.asgi_handler = Edge(app.asgi_handler, clock, requests.observe)
    return app


def _provide(value: Any) -> Provide:
    return Provide(lambda: value, sync_to_thread=False)


def _caller(scope: Scope) -> Caller:
    caller: Caller = scope["state"][CALLER]
    return caller


async def _conn(scope: Scope) -> object:
    work: Work = scope["state"][WORK]
    return await work.connection()


def _openapi_json(page: Reference) -> ControllerRouterHandler:
    @get("/openapi.json", include_in_schema=False, sync_to_thread=False)
    def openapi_json(request: Request[Any, Any, Any]) -> Response[bytes]:
        document = page.document(request.app, request.app.openapi_schema.to_schema())
        return Response(msgspec.json.encode(document), media_type="application/json")

    return openapi_json


@asynccontextmanager
async def _running(db: Database, clock: Clock, gatherer: Gatherer, pages: Pages) -> AsyncIterator[None]:
    sweeping = asyncio.create_task(_sweep_hourly(db, clock))
    try:
        yield
    finally:
        await gatherer.close()
        await pages.close()
        sweeping.cancel()
        with suppress(asyncio.CancelledError):
            await sweeping


async def _sweep_hourly(db: Database, clock: Clock) -> None:
    """Forget what is past its time. Several web processes may do it: deleting twice is deleting once."""
    while True:
        try:
            async with db.engine_transaction() as conn:
                await accounts.sweep(conn, clock)
                more = await idempotency.sweep(conn)
        except ServerGone:
            more = 0
        if not more:
            await asyncio.sleep(_HOUR)

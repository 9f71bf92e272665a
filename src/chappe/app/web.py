"""The web role, built: the API, the pages, health and metrics as one application."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from importlib import metadata
from typing import Any

from litestar import Litestar
from litestar.datastructures import State, UploadFile
from litestar.di import Provide
from litestar.openapi import OpenAPIConfig

from chappe.api import reference
from chappe.api.bodies import uploaded
from chappe.api.edge import Edge
from chappe.api.limits import DEFAULT_RATE, Rate
from chappe.api.problems import PROBLEM_HANDLERS
from chappe.app import health, metrics
from chappe.app.metrics import RequestMetrics
from chappe.app.pages import Pages, build_pages
from chappe.app.rest import Rest
from chappe.app.upkeep import sweep_hourly
from chappe.config.settings import Settings
from chappe.db.keys import InstanceKeys
from chappe.db.pool import Database
from chappe.kit.clock import Clock

_BODY = 1_000_000
# In the application's state: what the server tells that it stops.
PAGES = "pages"


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
    rest = Rest(db, keys, clock, gate_clock, rate)
    pages = build_pages(settings, db, keys, clock, gate_clock, rest.door)
    requests = RequestMetrics()
    given = {
        "db": db,
        "keys": keys,
        "ids": keys.ids,
        "clock": clock,
        "gate_clock": gate_clock,
        "metrics_of": requests,
        "authenticator": rest.authenticator,
    }
    app = Litestar(
        [*rest.handlers, *health.routes, *metrics.routes, *reference.routes, *pages.routes],
        dependencies={name: _provide(value) for name, value in given.items()} | rest.dependencies(),
        exception_handlers=pages.or_else(PROBLEM_HANDLERS),
        request_max_body_size=_BODY,
        openapi_config=_openapi(rest),
        lifespan=[lambda _: _running(db, clock, rest, pages)],
        state=State({PAGES: pages}, deep_copy=False),
        type_decoders=[(lambda kind: kind is UploadFile, uploaded)],
        logging_config=None,
    )
    # Around everything, so that what no route answers has its request id and headers too.
    app.asgi_handler = Edge(rest.with_short_way(app.asgi_handler), clock, requests.observe)
    return app


def _provide(value: Any) -> Provide:
    return Provide(lambda: value, sync_to_thread=False)


def _openapi(rest: Rest) -> OpenAPIConfig:
    return OpenAPIConfig(
        title="Chappe",
        version=metadata.version("chappe"),
        path="/docs",
        render_plugins=[rest.reference],
        use_handler_docstrings=True,
    )


@asynccontextmanager
async def _running(db: Database, clock: Clock, rest: Rest, pages: Pages) -> AsyncIterator[None]:
    sweeping = asyncio.create_task(sweep_hourly(db, clock))
    try:
        yield
    finally:
        await rest.close()
        await pages.close()
        sweeping.cancel()
        with suppress(asyncio.CancelledError):
            await sweeping

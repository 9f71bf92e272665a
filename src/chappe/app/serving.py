"""The web role's server: uvicorn on a socket that is bound before, until it is told to stop."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from chappe.app.listening import BACKLOG
from chappe.app.web import build_app
from chappe.config.settings import Settings
from chappe.db.keys import InstanceKeys
from chappe.db.pool import Database
from chappe.kit.clock import Clock

# The supervisor gives the whole tree 30 s.
_DRAIN = 20


class _Server(uvicorn.Server):
    """Signals are the caller's: the same process may hold a database that must be stopped after."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def run_web(
    settings: Settings,
    db: Database,
    keys: InstanceKeys,
    clock: Clock,
    listener: socket.socket,
    stop: asyncio.Event,
    *,
    gate_clock: Clock | None = None,
) -> None:
    """Serve until `stop` is set, then finish the requests under way (20 s at most). Closes the socket."""
    app = build_app(settings, db, keys, clock, gate_clock=gate_clock)
    server = _Server(
        uvicorn.Config(
            app,
            loop="none",
            http="httptools",
            ws="none",
            lifespan="on",
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=True,
            proxy_headers=bool(settings.trusted_proxies),
            forwarded_allow_ips=list(settings.trusted_proxies),
            ssl_certfile=settings.tls_certificate,
            ssl_keyfile=settings.tls_key,
            timeout_graceful_shutdown=_DRAIN,
            backlog=BACKLOG,
        )
    )
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
        # Live streams would hold the drain until their browsers leave.
        app.pages.closing.set()
        server.should_exit = True
        await serving
    finally:
        stopping.cancel()
        listener.close()

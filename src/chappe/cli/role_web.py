"""`chappe web`: the pages and the API in this process."""

import socket
from typing import Annotated

import typer
import uvloop

from chappe.app.listening import listening_socket
from chappe.app.serving import run_web
from chappe.cli.options import Config, Home, Listen
from chappe.cli.role import PANEL, collect_seldom, role_keys, role_settings
from chappe.config.settings import Settings
from chappe.db.demo import gate_clock
from chappe.db.open import open_database
from chappe.engine.supervisor import stop_event
from chappe.kit.clock import SystemClock


def add_to(app: typer.Typer) -> None:
    app.command(rich_help_panel=PANEL)(web)


def web(
    home: Home = None,
    listen: Listen = None,
    config: Config = None,
    fd: Annotated[int | None, typer.Option(hidden=True, help="A listening socket, inherited.")] = None,
) -> None:
    """Serve the pages and the API, any number of times."""
    settings = role_settings(home, config, listen=listen)
    listener = socket.socket(fileno=fd) if fd is not None else listening_socket(settings)
    collect_seldom()
    uvloop.run(_web(settings, listener))


async def _web(settings: Settings, listener: socket.socket) -> None:
    stop = stop_event()
    clock = SystemClock()
    async with open_database(settings) as database:
        async with database.engine.acquire() as conn:
            scheduled = await gate_clock(conn, clock)
        await run_web(settings, database, role_keys(settings), clock, listener, stop, gate_clock=scheduled)

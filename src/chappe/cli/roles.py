"""One role in this process: how `serve` starts them, and how they run on machines of their own."""

import socket
from typing import Annotated

import typer
import uvloop

from chappe.app.lab_address import announce_lab, forget_lab
from chappe.app.serving import listening_socket, run_web
from chappe.cli.options import Config, Home, Listen, settings_from
from chappe.config.logs import configure_logging
from chappe.config.secret import secret_key
from chappe.config.settings import Settings
from chappe.db.demo import gate_clock
from chappe.db.keys import InstanceKeys
from chappe.db.open import open_database
from chappe.engine.sender import run_sender
from chappe.engine.supervisor import stop_event
from chappe.engine.worker import run_worker
from chappe.kit.clock import SystemClock
from chappe.lab.loading import preset, read_scenario
from chappe.lab.scenario import Scenario
from chappe.lab.server import LabSettings, running

_SCENARIO_FILE = "lab.toml"


def add_to(app: typer.Typer) -> None:
    panel = "Roles, one process each"
    app.command(help="Pages and API.", rich_help_panel=panel)(web)
    app.command(help="Imports, plans, schedules.", rich_help_panel=panel)(worker)
    app.command(help="Links to carriers.", rich_help_panel=panel)(sender)
    app.command(help="The carrier simulator and its phones.", rich_help_panel=panel)(lab)


def web(
    home: Home = None,
    listen: Listen = None,
    config: Config = None,
    fd: Annotated[int | None, typer.Option(hidden=True, help="A listening socket, inherited.")] = None,
) -> None:
    settings = _settings(home, config, listen=listen)
    listener = socket.socket(fileno=fd) if fd is not None else listening_socket(settings)
    uvloop.run(_web(settings, listener))


def worker(home: Home = None, config: Config = None) -> None:
    uvloop.run(_worker(_settings(home, config)))


def sender(home: Home = None, config: Config = None) -> None:
    uvloop.run(_sender(_settings(home, config)))


def lab(home: Home = None, config: Config = None) -> None:
    uvloop.run(_lab(_settings(home, config)))


def _settings(home: Home, config: Config, **overrides: object) -> Settings:
    settings = settings_from(home, config, **overrides)
    configure_logging(settings)
    return settings


async def _web(settings: Settings, listener: socket.socket) -> None:
    stop = stop_event()
    clock = SystemClock()
    async with open_database(settings) as database:
        async with database.engine.acquire() as conn:
            scheduled = await gate_clock(conn, clock)
        await run_web(settings, database, _keys(settings), clock, listener, stop, gate_clock=scheduled)


async def _worker(settings: Settings) -> None:
    stop = stop_event()
    async with open_database(settings) as database:
        await run_worker(settings, database, _keys(settings), SystemClock(), stop)


async def _sender(settings: Settings) -> None:
    stop = stop_event()
    async with open_database(settings) as database:
        await run_sender(settings, database, _keys(settings), SystemClock(), stop)


async def _lab(settings: Settings) -> None:
    stop = stop_event()
    settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    async with running(LabSettings(scenario=_scenario(settings))) as (_, ready):
        announce_lab(settings.home, ready)
        try:
            await stop.wait()
        finally:
            forget_lab(settings.home)


def _scenario(settings: Settings) -> Scenario:
    """The operator's own, HOME/lab.toml, else that of the demo."""
    own = settings.home / _SCENARIO_FILE
    return read_scenario(own) if own.exists() else preset("demo")


def _keys(settings: Settings) -> InstanceKeys:
    return InstanceKeys.derive(secret_key(settings))

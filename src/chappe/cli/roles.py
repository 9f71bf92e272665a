"""One role in this process: how `serve` starts them, and how they run on machines of their own."""

import os
import socket
from pathlib import Path
from typing import Annotated

import msgspec
import typer
import uvloop

from chappe.app.lab_address import announced_lab
from chappe.app.serving import listening_socket, run_web
from chappe.cli.options import Config, Home, Listen, settings_from
from chappe.config.logs import configure_logging
from chappe.config.secret import secret_key
from chappe.config.settings import Settings, split_address
from chappe.db.demo import gate_clock
from chappe.db.keys import InstanceKeys
from chappe.db.open import open_database
from chappe.engine.sender import run_sender
from chappe.engine.supervisor import LIFELINE_VARIABLE, stop_event
from chappe.engine.worker import run_worker
from chappe.kit.clock import SystemClock
from chappe.lab.loading import preset, read_scenario
from chappe.lab.scenario import Scenario
from chappe.lab.server import LabSettings, running

_SCENARIO_FILE = "lab.toml"


def add_to(app: typer.Typer) -> None:
    for command in (web, worker, sender, lab):
        app.command(rich_help_panel="Roles, one process each")(command)


def web(
    home: Home = None,
    listen: Listen = None,
    config: Config = None,
    fd: Annotated[int | None, typer.Option(hidden=True, help="A listening socket, inherited.")] = None,
) -> None:
    """Serve the pages and the API, any number of times."""
    settings = _settings(home, config, listen=listen)
    listener = socket.socket(fileno=fd) if fd is not None else listening_socket(settings)
    uvloop.run(_web(settings, listener))


def worker(home: Home = None, config: Config = None) -> None:
    """Import, plan, schedule, count. Any number may run."""
    uvloop.run(_worker(_settings(home, config)))


def sender(home: Home = None, config: Config = None) -> None:
    """Hold the links to carriers. Any number may run: each link has one owner at a time."""
    uvloop.run(_sender(_settings(home, config)))


def lab(
    scenario: Annotated[
        Path | None,
        typer.Option(
            "--scenario",
            help="TOML file (default: HOME/lab.toml, else the demo's carrier).",
            exists=True,
            dir_okay=False,
            metavar="FILE",
        ),
    ] = None,
    log: Annotated[
        Path | None,
        typer.Option("--log", help="Keep every submit and receipt here.", dir_okay=False, metavar="FILE"),
    ] = None,
    control: Annotated[
        str, typer.Option("--control", help="Address of the control API.", metavar="HOST:PORT")
    ] = "127.0.0.1:0",
    home: Home = None,
    config: Config = None,
) -> None:
    """Run the carrier simulator and its phones, and print its addresses as one line of JSON."""
    settings = _settings(home, config)
    wanted = LabSettings(scenario=_scenario(settings, scenario), log=log, control=_address(control))
    uvloop.run(_lab(settings, wanted))


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


async def _lab(settings: Settings, wanted: LabSettings) -> None:
    stop = stop_event()
    async with running(wanted) as (_, ready):
        settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        with announced_lab(settings.home, ready):
            # Under a supervisor the output is the supervisor's.
            if LIFELINE_VARIABLE not in os.environ:
                typer.echo(msgspec.json.encode(ready).decode())
            await stop.wait()


def _scenario(settings: Settings, given: Path | None) -> Scenario:
    """The one that was asked for, else the operator's own, else that of the demo."""
    own = given or settings.home / _SCENARIO_FILE
    return read_scenario(own) if own.exists() else preset("demo")


def _address(control: str) -> str:
    try:
        split_address(control)
    except ValueError as error:
        raise typer.BadParameter(f"{error}.", param_hint="--control") from None
    return control


def _keys(settings: Settings) -> InstanceKeys:
    return InstanceKeys.derive(secret_key(settings))

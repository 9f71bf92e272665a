"""`chappe lab`: the carrier simulator and its phones in this process."""

import os
from pathlib import Path
from typing import Annotated

import msgspec
import typer
import uvloop

from chappe.app.lab_address import announced_lab
from chappe.cli.options import Config, Home
from chappe.cli.role import PANEL, role_settings
from chappe.config.settings import Settings, split_address
from chappe.engine.supervisor import LIFELINE_VARIABLE, stop_event
from chappe.lab.loading import preset, read_scenario
from chappe.lab.scenario import Scenario
from chappe.lab.server import LabSettings, running

_SCENARIO_FILE = "lab.toml"


def add_to(app: typer.Typer) -> None:
    app.command(rich_help_panel=PANEL)(lab)


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
        typer.Option("--log", help="Keep submits and receipts here.", dir_okay=False, metavar="FILE"),
    ] = None,
    log_limit: Annotated[
        int,
        typer.Option(
            "--log-limit", help="Begin a new file beyond so many MB, and keep one earlier; 0: never.", min=0
        ),
    ] = 1_000,
    control: Annotated[
        str, typer.Option("--control", help="Address of the control API.", metavar="HOST:PORT")
    ] = "127.0.0.1:0",
    home: Home = None,
    config: Config = None,
) -> None:
    """Run the carrier simulator and its phones, and print its addresses as one line of JSON."""
    settings = role_settings(home, config)
    wanted = LabSettings(
        scenario=_scenario(settings, scenario),
        log=log,
        log_limit=log_limit * 1_000_000,
        control=_address(control),
    )
    uvloop.run(_lab(settings, wanted))


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

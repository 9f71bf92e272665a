"""`chappe sender`: the links to carriers in this process."""

import typer
import uvloop

from chappe.cli.options import Config, Home
from chappe.cli.role import PANEL, collect_seldom, role_keys, role_settings
from chappe.config.settings import Settings
from chappe.db.open import open_database
from chappe.engine.sender import run_sender
from chappe.engine.supervisor import stop_event
from chappe.kit.clock import SystemClock


def add_to(app: typer.Typer) -> None:
    app.command(rich_help_panel=PANEL)(sender)


def sender(home: Home = None, config: Config = None) -> None:
    """Hold the links to carriers. Any number may run: each link has one owner at a time."""
    collect_seldom()
    uvloop.run(_sender(role_settings(home, config)))


async def _sender(settings: Settings) -> None:
    stop = stop_event()
    async with open_database(settings) as database:
        await run_sender(settings, database, role_keys(settings), SystemClock(), stop)

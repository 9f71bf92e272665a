"""`chappe demo`: a campaign going out, through the public API, to the phones of the simulated carrier."""

import asyncio
import os
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, NamedTuple
from zoneinfo import ZoneInfo

import msgspec
import structlog
import typer
import uvloop

from chappe.accounts import service as accounts
from chappe.accounts.passwords import Passwords
from chappe.app.lab_address import find_lab
from chappe.app.listening import listening_socket
from chappe.cli.demo_script import DemoFailed, DemoScript, Report
from chappe.cli.first_run import OWNER
from chappe.cli.options import Config, Home, Listen, settings_from
from chappe.cli.progress import bar
from chappe.cli.serve import running
from chappe.config.logs import configure_logging
from chappe.config.secret import secret_key
from chappe.config.settings import LogLevel, Settings, default_home
from chappe.db.demo import move_demo_clock
from chappe.db.keys import InstanceKeys
from chappe.db.open import open_database
from chappe.db.pool import Database
from chappe.engine.supervisor import stop_event
from chappe.history.making import make_history
from chappe.history.past import return_to_now
from chappe.history.people import MOST, people_csv
from chappe.history.story import BRAND, Size
from chappe.kit.clock import SystemClock
from chappe.lab.ready import Ready

log = structlog.get_logger()

_PARIS = ZoneInfo("Europe/Paris")
_SHOWN = (
    "delivered",
    "sent",
    "sending",
    "queued",
    "undelivered",
    "failed",
    "expired",
    "rejected",
    "unknown",
    "skipped",
)


def add_to(app: typer.Typer) -> None:
    app.command()(demo)


def demo(
    headless: Annotated[bool, typer.Option("--headless", help="Print a summary and leave.")] = False,
    people: Annotated[
        int | None, typer.Option("--people", min=1, max=MOST, help="Size of the audience.", metavar="N")
    ] = None,
    history: Annotated[
        bool | None,
        typer.Option(
            help="Make ninety days of a shop first, sent by the engine on a clock of its own (not headless)."
        ),
    ] = None,
    home: Home = None,
    listen: Listen = None,
    config: Config = None,
) -> None:
    """Watch a campaign go out to simulated phones, in a data folder of its own, at whatever hour. No account
    and no network are needed.
    """
    settings = settings_from(
        home or default_home(os.environ).with_name("chappe-demo"),
        config,
        listen=listen or (f"127.0.0.1:{_free_port()}" if headless else None),
        lab=True,
        log_level=LogLevel.WARNING,
    )
    configure_logging(settings)
    wanted = _Wanted(
        people or (2_000 if headless else 10_000), headless, not headless if history is None else history
    )
    done = uvloop.run(_demo(settings, config, wanted))
    if done is not None and not done.settled:
        raise DemoFailed(f"Of {done.total} messages, {done.delivered} were delivered: see the lines above.")


def _free_port() -> int:
    """Short links name it, so it is known before the program listens."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


class _Wanted(NamedTuple):
    people: int
    headless: bool
    history: bool


async def _demo(settings: Settings, config: Path | None, wanted: _Wanted) -> Report | None:
    """What became of the campaign; None when a person did not wait for it."""
    stop = stop_event({})
    # Nobody should wait for a history to hear that the port is taken.
    listening_socket(settings).close()
    await _prepare(settings, wanted)
    async with running(settings, stop, config) as (database, url):
        show = asyncio.create_task(_show(settings, database, url, wanted))
        stopped = asyncio.create_task(stop.wait())
        await asyncio.wait({show, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if not show.done():
            show.cancel()
            await asyncio.wait({show})
            return None
        report = show.result()
        if not wanted.headless:
            typer.echo("The demo runs until Ctrl-C.")
            await stopped
        stopped.cancel()
        return report


async def _show(settings: Settings, database: Database, url: str, wanted: _Wanted) -> Report:
    password, key = await _log_in(database)
    if not wanted.headless:
        _say_where(url, password)
    async with DemoScript(url, key) as script:
        people = None
        if not await script.has_customers():
            typer.echo(f"Importing {wanted.people:,} customers…")
            people = people_csv(wanted.people)
        audience, sender = await script.set_up(_carrier(await _lab(settings)), people)
        name = f"Offre du {datetime.now(_PARIS):%d/%m à %H:%M:%S}"
        report = await _watch(script, await script.campaign(name, audience, sender))
        _summary(report)
        return report


async def _prepare(settings: Settings, wanted: _Wanted) -> None:
    """Moves the demo's clock before any role reads it: Tuesday, ten in the morning, in Paris. Then the past,
    in a folder that has none.
    """
    # Alone: the clock of a program that runs there is not to be moved under it.
    async with open_database(settings, exclusive=True) as database:
        await return_to_now(database)  # a history that was interrupted
        async with database.engine_transaction() as conn:
            await move_demo_clock(conn, _offset(SystemClock().now()))
            fresh = await accounts.first_run(conn, Passwords(), name=BRAND, email=OWNER)
        if wanted.history and fresh is not None:
            size = Size()
            typer.echo(f"Making {size.days} days of history: the engine sends them, on a clock of their own…")
            # A carrier that hangs up is part of the story: no warning of today.
            configure_logging(msgspec.structs.replace(settings, log_level=LogLevel.ERROR))
            with bar("days", size.days) as advance:
                keys = InstanceKeys.derive(secret_key(settings))
                await make_history(
                    settings.home / "journal",
                    database,
                    keys,
                    fresh.workspace_id,
                    advance,
                    size,
                    settings.base_url,
                )
            configure_logging(settings)


def _offset(now: datetime) -> timedelta:
    local = now.astimezone(_PARIS)
    tuesday = local.date() + timedelta(days=(1 - local.weekday()) % 7)
    return datetime(tuesday.year, tuesday.month, tuesday.day, 10, tzinfo=_PARIS).astimezone(UTC) - now


async def _log_in(database: Database) -> tuple[str, str]:
    """A new password for the owner and a key for the script, at each start."""
    passwords = Passwords()
    async with database.engine_transaction() as conn:
        await accounts.first_run(conn, passwords, email=OWNER)
        workspace = await accounts.default_workspace(conn)
        password = await accounts.reset_password(conn, passwords, OWNER)
        return password, (await accounts.create_key(conn, workspace, "demo")).key


async def _lab(settings: Settings) -> Ready:
    # The lab is another process: it says where it is by a file.
    async with asyncio.timeout(20):
        while (lab := find_lab(settings.home)) is None:
            await asyncio.sleep(0.05)
    return lab


def _carrier(lab: Ready) -> dict[str, Any]:
    address = lab.carriers["demo"]
    return {
        "name": "Carrier lab",
        "kind": "smpp",
        "simulated": True,
        "settings": {
            "host": address.host,
            "port": address.port,
            "system_id": "demo",
            "password": "demo",
            "bind": "transceiver",
            "window": 100,
            "parts_per_second": 250,
        },
        "prices": [{"prefix": "33", "price": "0.045", "currency": "EUR"}],
    }


def _say_where(url: str, password: str) -> None:
    typer.echo(f"\n  Open      {url}\n  Log in    {OWNER}\n  Password  {password}\n")


async def _watch(script: DemoScript, campaign: str) -> Report:
    with bar("delivered", None) as advance:
        return await script.follow(campaign, lambda report: advance(report.delivered, report.total or None))


def _summary(report: Report) -> None:
    typer.echo(f"Campaign {report.state}: {report.total:,} recipients, {report.parts:,} parts.")
    for state in _SHOWN:
        if number := report.counts.get(state):
            typer.echo(f"  {state:12}{number:>8,}")
    for reason, number in report.skipped.items():
        typer.echo(f"    skipped, {reason}: {number:,}")
    if report.settled and not report.counts.get("skipped"):
        typer.echo("Every message is delivered.")
    elif report.settled:
        typer.echo("Every message that could leave is delivered.")

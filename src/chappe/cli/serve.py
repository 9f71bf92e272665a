"""`chappe serve`: every role under one supervisor."""

import asyncio
import os
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated

import httpx
import msgspec
import typer
import uvloop

from chappe.app.lab_address import find_lab
from chappe.app.listening import listening_socket
from chappe.carriers import lab_account
from chappe.cli.first_run import ensure_workspace, say_who_may_claim
from chappe.cli.options import Config, Home, Listen, settings_from
from chappe.config.logs import configure_logging
from chappe.config.settings import BadSettings, Settings, is_loopback
from chappe.db.home import Home as HomeFolder
from chappe.db.open import open_database
from chappe.db.pool import Database
from chappe.engine.supervisor import Role, Supervisor, stop_event
from chappe.kit.clock import SystemClock
from chappe.kit.errors import Problem

_READY_WITHIN = 60.0
_LAB_CARRIER = "demo"
# The roles of a program that was killed leave, and free its port, within a moment.
_PORT_WITHIN = 3.0


class NotReady(Problem):
    code = "not_ready"
    status = 503
    title = "The program did not come up"


def add_to(app: typer.Typer) -> None:
    app.command()(serve)


def serve(
    home: Home = None,
    listen: Listen = None,
    config: Config = None,
    lab: Annotated[
        bool | None,
        typer.Option(
            "--lab", help="Start the carrier simulator beside a real carrier, or in production, too."
        ),
    ] = None,
) -> None:
    """Start everything: pages, API, workers, carrier links. Prints `ready http://…` when it serves; Ctrl-C or
    SIGTERM ends it, within 30 seconds.
    """
    settings = settings_from(home, config, listen=listen, lab=lab)
    configure_logging(settings)
    uvloop.run(_serve(settings, config))


async def _serve(settings: Settings, config: Path | None) -> None:
    stop = stop_event({})
    async with running(settings, stop, config) as (database, url):
        if not stop.is_set():
            await ensure_workspace(database)
            typer.echo(f"ready {url}")
            await say_who_may_claim(database, url)
        following = asyncio.create_task(_follow_lab(settings.home, database))
        await stop.wait()
        following.cancel()


async def _follow_lab(home: Path, database: Database) -> None:
    """The lab listens on another port at each start: carriers that are the lab go with it."""
    while (lab := find_lab(home)) is None or _LAB_CARRIER not in lab.carriers:
        await asyncio.sleep(0.5)
    address = lab.carriers[_LAB_CARRIER]
    async with database.engine_transaction() as conn:
        await lab_account.follow(conn, (address.host, address.port))


@asynccontextmanager
async def running(
    settings: Settings, stop: asyncio.Event, config: Path | None = None
) -> AsyncIterator[tuple[Database, str]]:
    """Everything that `serve` runs, for as long as the block lasts: the database and the address of the
    pages. `config` is the file that the settings were read from, if one was named: the roles read it too.

    A `stop` that comes during the start ends the wait for readiness. HomeInUse when another program has the
    data folder; BadSettings when the address may not be listened on.
    """
    # Bound here and handed down, so that a web process that restarts loses no connection.
    listener = await _listener(settings)
    try:
        async with open_database(settings, exclusive=True) as database:
            url = _address(settings, listener)
            settings = await _with_lab(settings, database)
            supervisor = Supervisor(
                roles=_roles(settings, listener),
                environment=role_environment(settings, config),
                clock=SystemClock(),
            )
            await supervisor.start()
            try:
                await _until_ready(url, stop)
                HomeFolder(settings.home).announce(url=url)
                yield database, url
            finally:
                await supervisor.stop()
    finally:
        listener.close()


async def _with_lab(settings: Settings, database: Database) -> Settings:
    """A first message needs no account with anybody: until there is a real carrier the lab runs too, where
    this is one person's trial. One that others reach, or with a database of its own, has it when asked.
    """
    if settings.public_url or settings.database_url or not is_loopback(settings.listen_host):
        return settings
    async with database.engine_transaction() as conn:
        real = await lab_account.any_real(conn)
    return settings if real else msgspec.structs.replace(settings, lab=True)


async def _listener(settings: Settings) -> socket.socket:
    """BadSettings when the port is another program's; HomeInUse when that program is this folder's."""
    deadline = time.monotonic() + _PORT_WITHIN
    while True:
        try:
            return listening_socket(settings)
        except BadSettings:
            home = HomeFolder(settings.home)
            if home.running() is not None:
                raise home.in_use() from None
            if time.monotonic() > deadline:
                raise
        await asyncio.sleep(0.1)


def _roles(settings: Settings, listener: socket.socket) -> list[Role]:
    """In the order in which they are stopped: accept nothing new, finish the work, then the carrier."""
    fd = listener.fileno()
    roles = [
        Role("web", ("web", "--fd", str(fd)), descriptors=(fd,)),
        Role("worker", ("worker",)),
        sender_role(),
    ]
    if settings.lab:
        roles.append(Role("lab", ("lab",)))
    return roles


def sender_role() -> Role:
    """It has nearly all of the drain's 30 s: it waits for the answers to what is in its windows."""
    return Role("sender", ("sender",), drain_seconds=25.0)


def role_environment(settings: Settings, config: Path | None) -> dict[str, str]:
    """The command line's choices, as the roles read them."""
    environment = {
        **os.environ,
        "CHAPPE_HOME": str(settings.home),
        "CHAPPE_LISTEN": settings.listen,
        "CHAPPE_LOG_LEVEL": settings.log_level.value,
    }
    if settings.lab:
        environment["CHAPPE_LAB"] = "true"
    if config is not None:
        environment["CHAPPE_CONFIG"] = str(config.resolve())
    return environment


def _address(settings: Settings, listener: socket.socket) -> str:
    port = listener.getsockname()[1]
    scheme = "https" if settings.tls_certificate else "http"
    host = settings.listen_host
    if host in ("0.0.0.0", "::"):  # noqa: S104 (compared, not bound: a wildcard is no address to open)
        host = socket.gethostname()
    return f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}"


async def _until_ready(url: str, stop: asyncio.Event) -> None:
    """Returns when the web role answers and finds its database."""
    # The certificate is the operator's own and names the public host, not this loopback probe.
    async with httpx.AsyncClient(verify=False, trust_env=False, timeout=2) as client:  # noqa: S501
        try:
            async with asyncio.timeout(_READY_WITHIN):
                while not stop.is_set() and not await _answers(client, f"{url}/readyz"):
                    await asyncio.sleep(0.1)
        except TimeoutError:
            raise NotReady(
                f"The web role did not answer at {url}/readyz within {_READY_WITHIN:.0f} s. "
                "Its messages are above."
            ) from None


async def _answers(client: httpx.AsyncClient, url: str) -> bool:
    try:
        response = await client.get(url)
    except httpx.TransportError:
        return False
    # 503 with the reason "held" is up, too: a person has to release it.
    return response.status_code == 200 or "held" in response.text

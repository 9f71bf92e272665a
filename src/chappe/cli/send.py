"""`chappe send`: a campaign to a list, followed to its end."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated
from uuid import UUID

import msgspec
import typer

from chappe.campaigns import service as campaigns
from chappe.campaigns.model import CAMPAIGN_ID, Audience, NewCampaign, Progress
from chappe.carriers import service as carriers
from chappe.carriers.model import Sender, SenderKind
from chappe.cli.checks import held_reason
from chappe.cli.first_run import ensure_workspace
from chappe.cli.follow import Unsent, follow, told
from chappe.cli.loop import run_to_end
from chappe.cli.options import Config, Home, quiet_settings
from chappe.cli.serve import role_environment, sender_role
from chappe.config.settings import Settings
from chappe.contacts import service as contacts
from chappe.contacts.model import ContactList
from chappe.db.demo import gate_clock
from chappe.db.home import Home as HomeFolder
from chappe.db.open import open_database
from chappe.db.pool import Connection, Database
from chappe.engine.supervisor import Role, Supervisor
from chappe.kit.clock import SystemClock
from chappe.kit.errors import Problem
from chappe.kit.ids import public_id
from chappe.messages.model import Purpose

_PURPOSES = (Purpose.MARKETING, Purpose.TRANSACTIONAL)
# Longer addresses of digits alone are numbers.
_SHORT_CODE = 8


class UnknownListName(Problem):
    code = "unknown_list"
    status = 404
    title = "There is no list with this name"


class Wish(msgspec.Struct, frozen=True):
    """What the command line asked for."""

    list_name: str
    sender: str
    text: str
    purpose: Purpose
    name: str
    rate: int | None
    expires: datetime | None


def add_to(app: typer.Typer) -> None:
    app.command(
        epilog="Example: chappe send --list Clients --from 36180 --text 'ACME: -20% today. STOP 36180'"
    )(send)


def send(
    list_name: Annotated[str, typer.Option("--list", help="The list to write to.", metavar="NAME")],
    sender: Annotated[
        str,
        typer.Option("--from", help="Sender: a name, a short code or a number with +.", metavar="SENDER"),
    ],
    text: Annotated[
        str,
        typer.Option(
            "--text", help="The message: \"ACME: hello {{ first_name | default: 'you' }}…\"", metavar="TEXT"
        ),
    ],
    purpose: Annotated[
        str, typer.Option("--purpose", help="marketing or transactional.", metavar="PURPOSE")
    ] = "marketing",
    name: Annotated[
        str | None,
        typer.Option("--name", help="The campaign's name; default: list and time.", metavar="NAME"),
    ] = None,
    rate: Annotated[
        int | None, typer.Option("--rate", min=1, max=100_000, help="Most parts a second.", metavar="N")
    ] = None,
    expires: Annotated[
        str | None,
        typer.Option("--expires", help="Not after: 2026-12-24T18:00:00+01:00.", metavar="TIME"),
    ] = None,
    home: Home = None,
    config: Config = None,
) -> None:
    """Send a campaign to a list, and follow it to its last receipt. Uses the program that runs on the data
    folder; when none runs, starts what it needs and stops it after.
    """
    named = Purpose.named(purpose)
    if named not in _PURPOSES:
        raise typer.BadParameter(
            f"{purpose} is no purpose of a campaign. Use marketing or transactional.", param_hint="--purpose"
        )
    settings = quiet_settings(home, config)
    name = name or f"{list_name}, {datetime.now().astimezone():%Y-%m-%d %H:%M}"
    wish = Wish(list_name, sender, text, named, name, rate, _moment(expires) if expires else None)
    typer.echo(told(run_to_end(_send(settings, config, wish))))


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise typer.BadParameter(
            f"{text!r} is no moment. Write it with its offset: 2026-12-24T18:00:00+01:00.",
            param_hint="--expires",
        )
    return moment


async def _send(settings: Settings, config: Path | None, wish: Wish) -> Progress:
    async with open_database(settings) as database:
        workspace = await ensure_workspace(database)
        if reason := await held_reason(database):
            raise Unsent(f"Nothing is sent: {reason}. To let messages leave again, run: chappe release.")
        campaign = await _start(database, workspace, wish)
        try:
            async with _engine(settings, config):
                return await follow(database, workspace, campaign)
        except asyncio.CancelledError:
            typer.echo(
                f"{public_id(CAMPAIGN_ID, campaign)} is not canceled: it goes on while `chappe serve` runs.",
                err=True,
            )
            raise


@asynccontextmanager
async def _engine(settings: Settings, config: Path | None) -> AsyncIterator[None]:
    """A worker and a sender for as long as it takes, unless a program that has them runs already."""
    if (run := HomeFolder(settings.home).running()) is not None and run.url is not None:
        yield
        return
    supervisor = Supervisor(
        roles=[Role("worker", ("worker",)), sender_role()],
        environment=role_environment(settings, config),
        clock=SystemClock(),
    )
    await supervisor.start()
    try:
        yield
    finally:
        await supervisor.stop()


async def _start(database: Database, workspace: int, wish: Wish) -> UUID:
    """The campaign, on its way. Problems of the list, the sender, the text and the times are told here."""
    clock = SystemClock()
    async with database.engine_transaction() as conn:
        sender, is_new = await _sender(conn, workspace, wish.sender)
        new = NewCampaign(
            name=wish.name,
            purpose=wish.purpose,
            audience=Audience(include=((await _list(conn, workspace, wish.list_name)).id,)),
            sender_id=sender.id,
            body=wish.text,
            expires_at=wish.expires,
            parts_per_second=wish.rate,
        )
        draft = await campaigns.create(conn, workspace, new, clock)
        scheduled = await gate_clock(conn, clock)
        await campaigns.send(conn, workspace, draft.id, clock=clock, gate_clock=scheduled)
    if is_new:
        kind = sender.kind.value.replace("_", " ")
        typer.echo(f"made the sender {sender.address} ({kind}), on the default route", err=True)
    typer.echo(f"Sending {public_id(CAMPAIGN_ID, draft.id)}: {wish.name}", err=True)
    return draft.id


async def _list(conn: Connection, workspace: int, name: str) -> ContactList:
    known = await contacts.page_lists(conn, workspace, after=None, limit=10_000)
    for found in known:
        if found.name == name:
            return found
    have = f"There are {', '.join(repr(each.name) for each in known[:10])}. " if known else ""
    raise UnknownListName(
        f"There is no list {name!r}. {have}Make it with: chappe import FILE --list {name!r}"
    )


async def _sender(conn: Connection, workspace: int, address: str) -> tuple[Sender, bool]:
    """The sender with this address, made at its first use; and whether it was made now, which is said, so
    that a misspelt one does not go unnoticed.
    """
    found = await carriers.sender_by_address(conn, workspace, address)
    if found is not None:
        return found, False
    return await carriers.create_sender(conn, workspace, address=address, kind=_kind(address)), True


def _kind(address: str) -> SenderKind:
    if not address.removeprefix("+").isdigit():
        return SenderKind.ALPHANUMERIC
    return SenderKind.SHORT_CODE if len(address) <= _SHORT_CODE else SenderKind.LONG_CODE

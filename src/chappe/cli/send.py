"""`chappe send`: a campaign to a list, followed to its end."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Annotated
from uuid import UUID

import typer
import uvloop

from chappe.campaigns import service as campaigns
from chappe.campaigns.model import Audience, CampaignState, NewCampaign, Progress
from chappe.carriers import service as carriers
from chappe.carriers.model import SenderKind
from chappe.cli.first_run import ensure_workspace
from chappe.cli.options import Config, Home, settings_from
from chappe.cli.progress import bar
from chappe.cli.serve import role_environment
from chappe.config.logs import configure_logging
from chappe.config.settings import Settings
from chappe.contacts import service as contacts
from chappe.db.demo import gate_clock
from chappe.db.home import Home as HomeFolder
from chappe.db.open import open_database
from chappe.db.pool import Database
from chappe.engine.supervisor import Role, Supervisor
from chappe.kit.clock import SystemClock
from chappe.kit.errors import Problem
from chappe.kit.ids import public_id
from chappe.messages.model import DERIVED, MessageState, Purpose

_LOOK_SECONDS = 0.5
# After the last submit, for receipts that are on their way.
_RECEIPTS_WITHIN = 30.0
_OVER = (CampaignState.FINISHED, CampaignState.CANCELED)


class UnknownPurpose(Problem):
    code = "unknown_purpose"
    status = 422
    title = "This is not a purpose"


class UnknownListName(Problem):
    code = "unknown_list"
    status = 404
    title = "There is no list with this name"


class Unsent(Problem):
    code = "unsent"
    status = 409
    title = "The campaign did not go out"


def add_to(app: typer.Typer) -> None:
    app.command(help="Send a campaign to a list and follow it.")(send)


def send(
    list_name: Annotated[str, typer.Option("--list", help="The list to write to.")],
    sender: Annotated[str, typer.Option("--from", help="Sender: a name, a short code or a number.")],
    text: Annotated[
        str, typer.Option("--text", help="The message: \"ACME: {{ first_name | default: 'you' }}…\"")
    ],
    purpose: Annotated[str, typer.Option("--purpose", help="marketing or transactional.")] = "marketing",
    name: Annotated[str | None, typer.Option("--name", help="The campaign's name.")] = None,
    rate: Annotated[int | None, typer.Option("--rate", min=1, help="Most parts a second.")] = None,
    expires: Annotated[
        datetime | None,
        typer.Option("--expires", help="Not after; with its offset.", formats=["%Y-%m-%dT%H:%M:%S%z"]),
    ] = None,
    home: Home = None,
    config: Config = None,
) -> None:
    settings = settings_from(home, config)
    configure_logging(settings)
    named = Purpose.named(purpose)
    if named not in (Purpose.MARKETING, Purpose.TRANSACTIONAL):
        raise UnknownPurpose(f"{purpose} is no purpose of a campaign. Use marketing or transactional.")
    wish = _Wish(list_name, sender, text, named, name, rate, expires)
    typer.echo(_told(uvloop.run(_send(settings, wish))))


class _Wish:
    """What the command line asked for."""

    def __init__(
        self,
        list_name: str,
        sender: str,
        text: str,
        purpose: Purpose,
        name: str | None,
        rate: int | None,
        expires: datetime | None,
    ) -> None:
        self.list_name = list_name
        self.sender = sender
        self.text = text
        self.purpose = purpose
        self.name = name or f"{list_name}, {datetime.now().astimezone():%Y-%m-%d %H:%M}"
        self.rate = rate
        self.expires = expires


async def _send(settings: Settings, wish: _Wish) -> Progress:
    async with open_database(settings) as database:
        workspace = await ensure_workspace(database)
        async with _engine(settings):
            campaign = await _start(database, workspace, wish)
            return await _follow(database, workspace, campaign)


@asynccontextmanager
async def _engine(settings: Settings) -> AsyncIterator[None]:
    """A worker and a sender for as long as it takes, unless a program that has them runs already."""
    if (run := HomeFolder(settings.home).running()) is not None and run.url is not None:
        yield
        return
    roles = [Role("worker", ("worker",)), Role("sender", ("sender",))]
    supervisor = Supervisor(roles=roles, environment=role_environment(settings), clock=SystemClock())
    await supervisor.start()
    try:
        yield
    finally:
        await supervisor.stop()


async def _start(database: Database, workspace: int, wish: _Wish) -> UUID:
    clock = SystemClock()
    async with database.engine_transaction() as conn:
        targets = [
            found
            for found in await contacts.page_lists(conn, workspace, after=None, limit=10_000)
            if found.name == wish.list_name
        ]
        if not targets:
            raise UnknownListName(
                f"There is no list {wish.list_name!r}. "
                f"Make it with: chappe import FILE --list {wish.list_name!r}"
            )
        sender = await carriers.sender_by_address(conn, workspace, wish.sender)
        if sender is None:
            kind = _kind(wish.sender)
            sender = await carriers.create_sender(conn, workspace, address=wish.sender, kind=kind)
        draft = await campaigns.create(
            conn,
            workspace,
            NewCampaign(
                name=wish.name,
                purpose=wish.purpose,
                audience=Audience(include=(targets[0].id,)),
                sender_id=sender.id,
                body=wish.text,
                expires_at=wish.expires,
                parts_per_second=wish.rate,
            ),
            clock,
        )
        scheduled = await gate_clock(conn, clock)
        await campaigns.send(conn, workspace, draft.id, clock=clock, gate_clock=scheduled)
    typer.echo(f"Sending {public_id('cmp', draft.id)}: {wish.name}", err=True)
    return draft.id


def _kind(address: str) -> SenderKind:
    if not address.removeprefix("+").isdigit():
        return SenderKind.ALPHANUMERIC
    return SenderKind.SHORT_CODE if len(address) <= 8 else SenderKind.LONG_CODE


async def _follow(database: Database, workspace: int, campaign_id: UUID) -> Progress:
    """To the last receipt, or until no more come."""
    patience = _RECEIPTS_WITHIN
    with bar("sent", None) as advance:
        while True:
            async with database.engine_transaction() as conn:
                progress = await campaigns.progress(conn, workspace, campaign_id)
            counts = _by_state(progress)
            total = sum(counts.values())
            advance(total - sum(counts.get(state, 0) for state in DERIVED), total or None)
            state = progress.campaign.state
            if progress.campaign.error:
                raise Unsent(progress.campaign.error)
            if state is CampaignState.CANCELED or (
                state is CampaignState.FINISHED and not counts.get(MessageState.SENT)
            ):
                return progress
            if state is CampaignState.FINISHED:
                patience -= _LOOK_SECONDS
                if patience <= 0:
                    return progress
            await asyncio.sleep(_LOOK_SECONDS)


def _by_state(progress: Progress) -> dict[MessageState, int]:
    counts: dict[MessageState, int] = {}
    for count in progress.counts:
        counts[count.state] = counts.get(count.state, 0) + count.n
    return counts


def _told(progress: Progress) -> str:
    lines = [f"Campaign {progress.campaign.state}."]
    lines += [f"  {state.label:12}{n:>10,}" for state, n in sorted(_by_state(progress).items()) if n]
    lines += [
        f"    skipped, {count.reason}: {count.n:,}"
        for count in progress.counts
        if count.state is MessageState.SKIPPED and count.n
    ]
    return "\n".join(lines)

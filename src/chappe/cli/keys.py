"""`chappe keys`: API keys from the command line."""

from typing import Annotated
from uuid import UUID

import typer

from chappe.accounts import service as accounts
from chappe.accounts.model import KeyView
from chappe.carriers import test_data
from chappe.cli.first_run import ensure_workspace
from chappe.cli.loop import run_to_end
from chappe.cli.options import Config, Home, quiet_settings
from chappe.config.secret import secret_key
from chappe.config.settings import Settings
from chappe.db.keys import InstanceKeys
from chappe.db.open import open_database
from chappe.kit.clock import SystemClock
from chappe.kit.errors import Problem
from chappe.kit.ids import parse_public_id, public_id

app = typer.Typer(help="Make, list and revoke API keys.")


def add_to(parent: typer.Typer) -> None:
    parent.add_typer(app, name="keys")


class NotAKey(Problem):
    code = "not_a_key"
    status = 422
    title = "This is not the id of a key"


@app.command()
def create(
    name: Annotated[str, typer.Option("--name", help="What the key is for.", metavar="NAME")],
    test: Annotated[
        bool, typer.Option("--test", help="A test key: it never reaches a real carrier.")
    ] = False,
    home: Home = None,
    config: Config = None,
) -> None:
    """Make a key and print it alone. It is shown this once: only its hash is kept."""
    typer.echo(run_to_end(_create(quiet_settings(home, config), name, live=not test)))


@app.command("list")
def list_keys(home: Home = None, config: Config = None) -> None:
    """Show the keys, without their secret part."""
    for key in run_to_end(_list(quiet_settings(home, config))):
        state = "revoked" if key.revoked_at else "live" if key.live else "test"
        used = f"{key.last_used_at:%Y-%m-%d %H:%M}" if key.last_used_at else "never used"
        typer.echo(f"{public_id('key', key.id)}  {key.prefix}…  {state:8}{used:17} {key.name}")


@app.command()
def revoke(
    key: Annotated[str, typer.Argument(help="key_… as `chappe keys list` shows it.", metavar="KEY")],
    home: Home = None,
    config: Config = None,
) -> None:
    """Make a key useless, everywhere, within 5 seconds."""
    key_id = parse_public_id("key", key)
    if key_id is None:
        raise NotAKey(f"{key} is not the id of a key. `chappe keys list` shows them: key_…")
    run_to_end(_revoke(quiet_settings(home, config), key_id))


async def _create(settings: Settings, name: str, *, live: bool) -> str:
    async with open_database(settings) as database:
        workspace = await ensure_workspace(database)
        keys = InstanceKeys.derive(secret_key(settings))
        async with database.engine_transaction() as conn:
            made = await accounts.create_key(conn, workspace, name, live=live)
            if made.new_test_workspace is not None:
                await test_data.prepare(conn, keys, made.new_test_workspace, like=workspace)
            return made.key


async def _list(settings: Settings) -> list[KeyView]:
    async with open_database(settings) as database:
        workspace = await ensure_workspace(database)
        async with database.engine_transaction() as conn:
            return list(await accounts.keys_of(conn, workspace))


async def _revoke(settings: Settings, key_id: UUID) -> None:
    async with open_database(settings) as database:
        workspace = await ensure_workspace(database)
        async with database.engine_transaction() as conn:
            await accounts.revoke_key(conn, SystemClock(), workspace, key_id)

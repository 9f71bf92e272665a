"""Commands of the operator: migrate, check, backup, restore, release, password."""

from pathlib import Path
from typing import Annotated

import typer

from chappe.accounts import service as accounts
from chappe.accounts.passwords import Passwords
from chappe.cli.checks import check_everything
from chappe.cli.loop import run_to_end
from chappe.cli.options import Config, Home, quiet_settings
from chappe.config.settings import Settings
from chappe.db.backup import write_backup
from chappe.db.instance import release as release_hold
from chappe.db.open import open_database
from chappe.db.restore import restore_backup
from chappe.engine.restored import settle_restored
from chappe.kit.errors import Problem
from chappe.persons.replay import replay


class ChecksFailed(Problem):
    code = "checks_failed"
    status = 500
    title = "Something has to be put right"


def add_to(app: typer.Typer) -> None:
    panel = "Operating"
    for command in (check, migrate, backup, restore, release, password):
        app.command(rich_help_panel=panel)(command)


def check(home: Home = None, config: Config = None) -> None:
    """Say what is wrong with the configuration, the database and the carriers, and what to do."""
    findings = run_to_end(check_everything(quiet_settings(home, config)))
    for finding in findings:
        typer.echo(f"{'ok  ' if finding.good else 'BAD '} {finding.what}")
        if finding.remedy:
            typer.echo(f"     {finding.remedy}")
    if bad := [finding for finding in findings if not finding.good]:
        raise ChecksFailed(f"{len(bad)} of {len(findings)} checks failed.")


def migrate(home: Home = None, config: Config = None) -> None:
    """Bring the database schema up to this program's version."""
    run_to_end(_migrate(quiet_settings(home, config)))
    typer.echo("The schema is up to date.")


def backup(
    file: Annotated[
        Path,
        typer.Argument(
            help="The backup to write; it appears whole or not at all.", dir_okay=False, metavar="FILE"
        ),
    ],
    home: Home = None,
    config: Config = None,
) -> None:
    """Write everything into one file, also while the program runs."""
    manifest = run_to_end(write_backup(quiet_settings(home, config), file))
    typer.echo(f"Wrote {file} (schema {manifest.schema_number}).")
    if not manifest.key_included:
        typer.echo("The secret key is not in it: keep CHAPPE_SECRET_KEY with the backup.", err=True)


def restore(
    file: Annotated[Path, typer.Argument(help="A backup.", exists=True, dir_okay=False, metavar="FILE")],
    replace: Annotated[
        bool, typer.Option("--replace", help="Keep the database that is there under another name.")
    ] = False,
    home: Home = None,
    config: Config = None,
) -> None:
    """Restore a backup. The restored system is held: nothing is sent until `chappe release`."""
    settings = quiet_settings(home, config)
    done = run_to_end(restore_backup(settings, file, replay=replay, settle=settle_restored, replace=replace))
    typer.echo(f"Restored the backup of {done.manifest.created_at:%Y-%m-%d %H:%M} UTC.")
    if done.replaced_database:
        typer.echo(f"The database that was here is kept: {done.replaced_database}.")
    typer.echo(
        f"{done.replayed} suppressions, lifts and erasures newer than the backup came back from the log."
    )
    if done.unsure.campaigns:
        typer.echo(
            f"Paused, since they may have gone on after the backup: {done.unsure.campaigns} campaigns. "
            "Resume or cancel each."
        )
    if done.unsure.singles:
        typer.echo("Single messages that waited at the backup are unknown now: they may have left since.")
    typer.echo("Nothing is sent until you say so: chappe release")


def release(home: Home = None, config: Config = None) -> None:
    """Let messages leave again after a restore."""
    released = run_to_end(_release(quiet_settings(home, config)))
    typer.echo("Messages leave again." if released else "Nothing was held.")


def password(
    email: Annotated[str, typer.Argument(help="Who forgot it; the first owner is owner@localhost.")],
    no_codes: Annotated[
        bool,
        typer.Option("--no-codes", help="Turn codes at login off too: phone and codes are lost."),
    ] = False,
    home: Home = None,
    config: Config = None,
) -> None:
    """Give a person a new password and print it; their sessions end."""
    typer.echo(run_to_end(_password(quiet_settings(home, config), email, no_codes=no_codes)))


async def _migrate(settings: Settings) -> None:
    async with open_database(settings):
        pass  # opening migrates


async def _release(settings: Settings) -> bool:
    async with open_database(settings) as database, database.engine_transaction() as conn:
        return await release_hold(conn)


async def _password(settings: Settings, email: str, *, no_codes: bool) -> str:
    async with open_database(settings) as database, database.engine_transaction() as conn:
        return await accounts.reset_password(conn, Passwords(), email, no_codes=no_codes)

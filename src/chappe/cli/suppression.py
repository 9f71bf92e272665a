"""`chappe suppression`: the keys under which erased numbers stay suppressed."""

import secrets
from typing import NamedTuple

import typer

from chappe.cli.loop import run_to_end
from chappe.cli.options import Config, Home, quiet_settings
from chappe.config.secret import KEY_BYTES, encode_key
from chappe.config.settings import Settings
from chappe.consent.hashed.schemes import UsedKey, used_keys
from chappe.db.number_keys import FILE_NAME, add_key
from chappe.db.open import open_database

app = typer.Typer(help="The suppression list.")


def add_to(parent: typer.Typer) -> None:
    app.callback()(lambda: None)
    parent.add_typer(app, name="suppression", rich_help_panel="Operating")


class _Ring(NamedTuple):
    known: list[str]
    used: list[UsedKey]


@app.command("rotate-key")
def rotate_key(home: Home = None, config: Config = None) -> None:
    """Make a new key for numbers that are erased from now on. What is hashed already stays under its key,
    which is kept, until the number comes back or is erased again.
    """
    settings = quiet_settings(home, config)
    if settings.suppression_keys is not None:
        key = encode_key(secrets.token_bytes(KEY_BYTES))
        typer.echo("The keys of this installation are given by CHAPPE_SUPPRESSION_KEYS. Put this one first:")
        typer.echo(f"{key},<the keys that are there>")
        return
    made = add_key(settings.home)
    typer.echo(f"Key {made} is the current one, in {settings.home / FILE_NAME}. Keep a copy of that file.")
    _tell(settings)


@app.command("keys")
def keys(home: Home = None, config: Config = None) -> None:
    """Say which keys there are, and how many numbers are known under each by their hash alone."""
    _tell(quiet_settings(home, config))


def _tell(settings: Settings) -> None:
    ring = run_to_end(_ring(settings))
    numbers = {used.key_id: used.numbers for used in ring.used}
    for place, key_id in enumerate(ring.known):
        typer.echo(
            f"{'now ' if place == 0 else '    '} {key_id}  {numbers.pop(key_id, 0):,} numbers by their hash"
        )
    for key_id, n in numbers.items():
        typer.echo(f"GONE {key_id}  {n:,} numbers cannot be told without it: marketing waits for this key")


async def _ring(settings: Settings) -> _Ring:
    async with open_database(settings) as database, database.engine_transaction() as conn:
        return _Ring(database.number_keys.ids, await used_keys(conn))

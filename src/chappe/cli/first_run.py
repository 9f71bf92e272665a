"""What a fresh data folder needs before anything can be done in it: a workspace, an owner who claims it."""

import typer

from chappe.accounts import service as accounts
from chappe.accounts.claiming import service as claiming
from chappe.accounts.passwords import Passwords
from chappe.db.pool import Database

OWNER = "owner@localhost"


async def ensure_workspace(database: Database) -> int:
    """The workspace the command line acts on, made at the first run."""
    async with database.engine_transaction() as conn:
        made = await accounts.first_run(conn, Passwords(), email=OWNER)
        if made is None:
            return await accounts.default_workspace(conn)
        # Nobody knows its password: the account is had by the link alone.
        await claiming.offer(conn, made.workspace_id, made.user_id)
    return made.workspace_id


async def say_who_may_claim(database: Database, url: str) -> None:
    """Print the link by which the owner makes the account theirs, as long as nobody has."""
    async with database.engine_transaction() as conn:
        token = await claiming.offer_again(conn)
    if token is not None:
        typer.echo(f"First run: make your account at {url}/setup/{token}")

"""What a fresh data folder needs before anything can be done in it: a workspace and its owner."""

import typer

from chappe.accounts import service as accounts
from chappe.accounts.passwords import Passwords
from chappe.db.pool import Database

OWNER = "owner@localhost"


async def ensure_workspace(database: Database) -> int:
    """The workspace the command line acts on. Made at the first run, when the owner's password is shown."""
    async with database.engine_transaction() as conn:
        made = await accounts.first_run(conn, Passwords(), email=OWNER)
        if made is not None:
            # On the error stream: `chappe keys create` prints the key alone on the other.
            typer.echo(f"First run: log in as {made.email} with the password {made.password}", err=True)
            return made.workspace_id
        return await accounts.default_workspace(conn)

"""`chappe audit verify`: the proof that nobody has touched the audit trail."""

import typer

from chappe.accounts.audit.chain import WHYS
from chappe.accounts.audit.sealing import Proof, verify
from chappe.cli.loop import run_to_end
from chappe.cli.options import Config, Home, quiet_settings
from chappe.config.secret import secret_key
from chappe.config.settings import Settings
from chappe.db.keys import InstanceKeys
from chappe.db.open import open_database
from chappe.kit.errors import Problem

app = typer.Typer(help="The audit trail.")


def add_to(parent: typer.Typer) -> None:
    app.callback()(lambda: None)
    parent.add_typer(app, name="audit", rich_help_panel="Operating")


class TrailBroken(Problem):
    code = "trail_broken"
    status = 500
    title = "The audit trail was touched"


@app.command("verify")
def verify_trail(home: Home = None, config: Config = None) -> None:
    """Read every workspace's chain through, and name the first row that was changed, moved or taken out."""
    proofs = run_to_end(_verify(quiet_settings(home, config)))
    for proof in proofs:
        typer.echo(said(proof))
    if broken := [proof for proof in proofs if proof.broken is not None]:
        raise TrailBroken(
            f"{len(broken)} of {len(proofs)} chains are broken. Compare with a backup from before, and find "
            "out who can write to the database."
        )


def said(proof: Proof) -> str:
    """One line for a workspace."""
    where = f"workspace {proof.workspace_id}, {proof.name}"
    if proof.broken is not None:
        return f"BAD  {where}: row {proof.broken.seq}: {WHYS[proof.broken.why]}"
    more = "".join(
        f", {count} {word}"
        for count, word in ((proof.erased, "with erased contents"), (proof.waiting, "not sealed yet"))
        if count
    )
    return f"ok   {where}: {proof.events} rows, the chain is whole{more}"


async def _verify(settings: Settings) -> list[Proof]:
    async with open_database(settings) as database:
        keys = InstanceKeys.derive(secret_key(settings))
        return [proof async for proof in verify(database, keys)]

"""`chappe consent verify` reads the ledger through; `chappe verify-proof` reads a proof, with no database."""

from pathlib import Path
from typing import Annotated

import typer
from cryptography.x509 import Certificate, load_pem_x509_certificates

from chappe.accounts import audit
from chappe.cli.loop import run_to_end
from chappe.cli.options import Config, Home, quiet_settings
from chappe.config.secret import secret_key
from chappe.config.settings import Settings
from chappe.consent.errors import ProofRefused
from chappe.consent.ledger.checking import Checked, Verdict, check
from chappe.consent.ledger.handing import hand_over, signing_workspaces
from chappe.consent.ledger.handover import PublicKey
from chappe.consent.ledger.signing import fingerprint
from chappe.consent.ledger.verifying import WHYS, Report, verify
from chappe.db.keys import InstanceKeys
from chappe.db.open import open_database
from chappe.kit.clock import SystemClock
from chappe.kit.errors import Problem

app = typer.Typer(help="The consent ledger.")


def add_to(parent: typer.Typer) -> None:
    app.callback()(lambda: None)
    parent.add_typer(app, name="consent", rich_help_panel="Operating")
    parent.command(name="verify-proof", rich_help_panel="Operating")(verify_proof)


class LedgerBroken(Problem):
    code = "ledger_broken"
    status = 500
    title = "The consent ledger is not what was sealed"


class UnreadableFile(Problem):
    code = "unreadable_file"
    status = 422
    title = "The file cannot be read"


@app.command("verify")
def verify_ledger(home: Home = None, config: Config = None) -> None:
    """Read every workspace's consent ledger through: each event under its seal, the chain of seals, the
    signed checkpoints, and what holds now against what the ledger says last.
    """
    reports = run_to_end(_verify(quiet_settings(home, config)))
    for report in reports:
        for line in said(report):
            typer.echo(line)
    if broken := [each for each in reports if each.broken is not None or each.differences]:
        raise LedgerBroken(
            f"{len(broken)} of {len(reports)} ledgers are not whole. Compare with a backup from before, and "
            "find out who can write to the database."
        )


@app.command("rotate-key")
def rotate_key(
    workspace: Annotated[
        int | None, typer.Option(help="The workspace's number; every one that has signed, if left out.")
    ] = None,
    home: Home = None,
    config: Config = None,
) -> None:
    """Sign checkpoints with a new key, to which the one before hands over. Proofs that were given hold."""
    for number, made in run_to_end(_rotate(quiet_settings(home, config), workspace)):
        typer.echo(f"workspace {number} signs with key {fingerprint(made.public_key)}. Publish it.")


def verify_proof(
    file: Annotated[Path, typer.Argument(help="The JSON that Chappe gave as the proof of a consent.")],
    key: Annotated[
        str | None, typer.Option(help="The fingerprint of the sender's key, as you know it from elsewhere.")
    ] = None,
    time_stamp_root: Annotated[
        Path | None, typer.Option(help="Certificates of time-stamp authorities that you trust, in PEM.")
    ] = None,
) -> None:
    """Check the proof of a person's consent. It needs the file alone: no database, no network."""
    try:
        roots = [] if time_stamp_root is None else _certificates(time_stamp_root)
        verdict = check(file.read_bytes(), fingerprint=key, roots=roots)
    except OSError as error:
        raise UnreadableFile(f"{error.filename} cannot be read: {error.strerror}.") from None
    except ProofRefused as problem:
        typer.echo(f"BAD  {problem.detail}")
        raise
    for line in told(verdict, key_known=key is not None):
        typer.echo(line)


def said(report: Report) -> list[str]:
    """What is known of a workspace's ledger, a line each."""
    where = f"workspace {report.workspace_id}, {report.name}"
    lines = []
    if report.broken is not None:
        broken = report.broken
        lines.append(f"BAD  {where}: {broken.thing} {broken.key}: {WHYS[broken.why]}")
    else:
        more = f", {report.erased} erased" if report.erased else ""
        more += f", {report.waiting} not sealed yet" if report.waiting else ""
        counts = f"{report.events} events, {report.checkpoints} checkpoints"
        lines.append(f"ok   {where}: {counts}, the chain is whole{more}")
    lines += [
        f"BAD  {where}: contact {each.contact_id}, {each.purpose}: the ledger says {each.told or 'nothing'}, "
        f"but {each.held or 'nothing'} is held"
        for each in report.differences
    ]
    return lines


def told(verdict: Verdict, *, key_known: bool) -> list[str]:
    """What a proof proves, for a person to read."""
    lines = [
        f"ok   {verdict.workspace} on {verdict.phone}: {len(verdict.events)} events, as of {verdict.made_at}",
        *(_event(each) for each in verdict.events),
        f"     signed by key {verdict.fingerprint}"
        + ("" if key_known else ": compare it with the sender's, or name it with --key"),
    ]
    if any(each.stamped for each in verdict.events) and not verdict.trusted_stamps:
        lines.append("     time stamps not checked: name their authority with --time-stamp-root")
    return lines


def _event(each: Checked) -> str:
    payload = each.payload
    stamp = f", stamped {each.stamped.isoformat()}" if each.stamped else ""
    words = f" “{each.words}”" if each.words else ""
    raw = f" “{each.evidence.raw}”" if each.evidence and each.evidence.raw else ""
    return (
        f"     {payload.at} {payload.purpose} {payload.state} ({payload.basis}, {payload.source})"
        f"{words}{raw}: signed by {each.before}{stamp}"
    )


def _certificates(file: Path) -> list[Certificate]:
    try:
        return load_pem_x509_certificates(file.read_bytes())
    except ValueError:
        raise UnreadableFile(f"{file} holds no certificate in PEM.") from None


async def _rotate(settings: Settings, only: int | None) -> list[tuple[int, PublicKey]]:
    keys, clock = InstanceKeys.derive(secret_key(settings)), SystemClock()
    made: list[tuple[int, PublicKey]] = []
    async with open_database(settings) as database:
        async with database.engine_transaction() as conn:
            signing = [only] if only is not None else await signing_workspaces(conn)
        for workspace in signing:
            async with database.engine_transaction() as conn:
                new = await hand_over(conn, keys, workspace, clock.now())
                await audit.record(
                    conn,
                    workspace_id=workspace,
                    actor=audit.System("command line"),
                    action="consent.key_changed",
                    after={"fingerprint": fingerprint(new.public_key)},
                )
            made.append((workspace, new))
    return made


async def _verify(settings: Settings) -> list[Report]:
    async with open_database(settings) as database:
        keys = InstanceKeys.derive(secret_key(settings))
        return [report async for report in verify(database, keys)]

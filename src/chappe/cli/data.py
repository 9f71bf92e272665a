"""`chappe import FILE`: customers from a CSV or XLSX file into a list."""

import asyncio
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from chappe.cli.first_run import ensure_workspace
from chappe.cli.loop import run_to_end
from chappe.cli.options import Config, Home, quiet_settings
from chappe.cli.progress import bar
from chappe.config.settings import Settings
from chappe.contacts import service as contacts
from chappe.db.home import Home as HomeFolder
from chappe.db.open import open_database
from chappe.db.pool import Database
from chappe.kit.clock import SystemClock
from chappe.kit.errors import Problem
from chappe.signup import service as signup
from chappe.signup.errors import BadMapping
from chappe.signup.files import file_blocks
from chappe.signup.headers import check_fields
from chappe.signup.jobs import run_next_import
from chappe.signup.model import Import, ImportState, NewImport, StatedConsent

_LOOK_SECONDS = 0.3


class _Wish(msgspec.Struct, frozen=True):
    """What the command line asked for."""

    list_name: str
    country: str
    consent: StatedConsent | None
    mapping: dict[str, str | None] | None


class ImportFailed(Problem):
    code = "import_failed"
    status = 422
    title = "The file was not imported"


class ConsentHalfStated(Problem):
    code = "consent_half_stated"
    status = 422
    title = "The consent is not fully stated"


def add_to(app: typer.Typer) -> None:
    app.command("import", epilog="Example: chappe import clients.csv --list Clients --rejected rejected.csv")(
        import_file
    )


def import_file(
    file: Annotated[
        Path,
        typer.Argument(
            help="CSV (comma, semicolon, tab) or XLSX.", exists=True, dir_okay=False, metavar="FILE"
        ),
    ],
    list_name: Annotated[
        str, typer.Option("--list", help="The list; made when it does not exist.", metavar="NAME")
    ],
    country: Annotated[
        str, typer.Option("--country", help="Country of numbers written without +.", metavar="CC")
    ] = "FR",
    basis: Annotated[
        str | None, typer.Option("--basis", help="Basis of the consent: express, written…", metavar="BASIS")
    ] = None,
    source: Annotated[
        str | None, typer.Option("--source", help="Where the consent was given.", metavar="TEXT")
    ] = None,
    wording: Annotated[
        str | None, typer.Option("--wording", help="The words people agreed to.", metavar="TEXT")
    ] = None,
    mapped: Annotated[
        list[str] | None,
        typer.Option(
            "--map",
            help="What a column holds: 'Contact=phone'; 'Contact=' leaves it out. May be repeated.",
            metavar="COLUMN=FIELD",
        ),
    ] = None,
    rejected: Annotated[
        Path | None,
        typer.Option(
            "--rejected",
            help="Write the rejected rows here, each with its reason.",
            dir_okay=False,
            metavar="FILE",
        ),
    ] = None,
    home: Home = None,
    config: Config = None,
) -> None:
    """Import customers from a CSV or XLSX file into a list. The same file twice changes nothing."""
    if rejected is not None and not rejected.resolve().parent.is_dir():
        raise typer.BadParameter(f"the folder of {rejected} does not exist.", param_hint="--rejected")
    mapping = _mapping(mapped or [])
    settings = quiet_settings(home, config)
    new = _Wish(list_name, country.upper(), _stated(basis, source, wording), mapping)
    done, reasons = run_to_end(_import(settings, file, new, with_reasons=rejected is not None))
    if rejected is not None:
        rejected.write_text(reasons, encoding="utf-8-sig", newline="")
    typer.echo(
        f"{_rows(done.rows_read)}: {done.created} new, {done.updated} updated, {done.unchanged} unchanged, "
        f"{done.duplicates} duplicates, {done.rejected} rejected, {done.suppressed} on the suppression list."
    )
    if new.consent is None:
        typer.echo(
            "No consent was stated: these contacts get no marketing. "
            "State it with --basis, --source and --wording.",
            err=True,
        )
    if done.rejected and rejected is None:
        typer.echo("See why rows were rejected: run again with --rejected FILE.", err=True)


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count:,} rows"


def _mapping(pairs: list[str]) -> dict[str, str | None] | None:
    """Of `COLUMN=FIELD` each: the last = divides, because a column's name may have one and a field's not."""
    mapping: dict[str, str | None] = {}
    for pair in pairs:
        column, divided, field = (part.strip() for part in pair.rpartition("="))
        if not divided or not column:
            raise typer.BadParameter(
                f"{pair!r} is no COLUMN=FIELD. Write --map 'Contact=phone', or --map 'Contact=' to leave the "
                "column out.",
                param_hint="--map",
            )
        if column in mapping:
            raise typer.BadParameter(f"the column {column!r} is mapped twice. Keep one.", param_hint="--map")
        mapping[column] = field or None
    try:
        check_fields(mapping)
    except BadMapping as problem:
        raise typer.BadParameter(problem.detail, param_hint="--map") from None
    return mapping or None


def _stated(basis: str | None, source: str | None, wording: str | None) -> StatedConsent | None:
    given = [basis, source, wording]
    if not any(given):
        return None
    if basis is None or source is None or wording is None:
        raise ConsentHalfStated(
            "Consent needs all three of --basis, --source and --wording: "
            "they are the proof that people agreed."
        )
    return StatedConsent(basis=basis, source=source, text=wording)


async def _import(settings: Settings, file: Path, wish: _Wish, *, with_reasons: bool) -> tuple[Import, str]:
    async with open_database(settings) as database:
        workspace = await ensure_workspace(database)
        async with database.engine_transaction() as conn:
            target = await contacts.list_named(conn, workspace, wish.list_name)
            opened = await signup.open_import(
                conn,
                workspace,
                NewImport(
                    list_id=target.id,
                    filename=file.name,
                    default_country=wish.country,
                    consent=wish.consent,
                    mapping=wish.mapping,
                ),
                file_blocks(file),
            )
        run = HomeFolder(settings.home).running()
        served = run is not None and run.url is not None
        try:
            done = await _finish(database, workspace, opened, work_here=not served)
        except asyncio.CancelledError:
            typer.echo("The import is not canceled: it goes on while `chappe serve` runs.", err=True)
            raise
        async with database.engine_transaction() as conn:
            reasons = await signup.rejections_csv(conn, workspace, done.id) if with_reasons else ""
    if done.state is ImportState.FAILED:
        raise ImportFailed(f"{file}: {done.error}")
    return done, reasons


async def _finish(database: Database, workspace: int, opened: Import, *, work_here: bool) -> Import:
    """Follows the import to its end; does the work in this process when no program runs that would."""
    worker = asyncio.create_task(_work(database)) if work_here else None
    try:
        with bar("import", opened.rows_total) as advance:
            while True:
                async with database.engine_transaction() as conn:
                    current = await signup.get_import(conn, workspace, opened.id)
                advance(current.rows_read, current.rows_total)
                if current.state in (ImportState.FINISHED, ImportState.FAILED):
                    return current
                if worker is not None and worker.done():
                    worker.result()
                await asyncio.sleep(_LOOK_SECONDS)
    finally:
        if worker is not None:
            worker.cancel()
            await asyncio.gather(worker, return_exceptions=True)


async def _work(database: Database) -> None:
    while await run_next_import(database, SystemClock()):
        pass

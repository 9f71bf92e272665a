"""`chappe rules check`: whether rule packs are sound, and how much of them was read."""

from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer

from chappe.kit.errors import Problem
from chappe.rules.calendars import UnknownCalendar, holidays_of
from chappe.rules.loading import BrokenPack, packaged, read_pack
from chappe.rules.pack import Pack
from chappe.rules.values import OWN_CALENDAR, Holidays

app = typer.Typer(help="The rules by country.")
Files = Annotated[
    list[Path] | None,
    typer.Argument(help="Packs to check before they are added; without any, those of the program."),
]


def add_to(parent: typer.Typer) -> None:
    app.callback()(lambda: None)
    parent.add_typer(app, name="rules", rich_help_panel="Operating")


class UnsoundPack(Problem):
    code = "unsound_pack"
    status = 422
    title = "A rule pack is not sound"


@app.command("check")
def check(files: Files = None) -> None:
    """Name every doubt about packs: shape, dates, sources, values below the law, holidays of next year."""
    try:
        packs = [read_pack(file.name, file.read_bytes()) for file in files] if files else packaged().values()
    except BrokenPack as broken:
        raise UnsoundPack(str(broken)) from broken
    today = datetime.now(UTC).date()
    for pack in packs:
        _ask_calendars(pack, today)
        typer.echo(said(pack))


def said(pack: Pack) -> str:
    """One line for a pack."""
    counted = Counter(rule.confidence.value for rule in pack.rules)
    rests = ", ".join(f"{count} {word}" for word, count in sorted(counted.items()))
    return f"ok   {pack.jurisdiction:8} {pack.name.en}: {rests}"


def _ask_calendars(pack: Pack, today: date) -> None:
    """UnsoundPack when holidays that a rule names are not known for this year and the next."""
    named = {
        calendar
        for rule in pack.rules
        for value in (rule.legal_minimum, rule.conservative)
        if isinstance(value, Holidays)
        for calendar in value.calendars
        if calendar != OWN_CALENDAR
    }
    for calendar in sorted(named):
        for year in (today.year, today.year + 1):
            try:
                holidays_of(calendar, year)
            except UnknownCalendar as unknown:
                raise UnsoundPack(f"{pack.jurisdiction}: no holidays of {calendar} in {year}") from unknown

"""The workspace's choices: read, checked, written. On a connection of the engine role; never commits."""

import difflib
import unicodedata
from functools import cache
from zoneinfo import available_timezones

import msgspec
from babel import Locale
from babel.numbers import get_territory_currencies
from phonenumbers import SUPPORTED_REGIONS

from chappe.accounts.team.service import checked_name
from chappe.db.pool import Connection
from chappe.db.statements import load_statements
from chappe.kit.errors import Problem

SQL = load_statements("chappe.accounts.settings")
# Old names, legal times and tests of the database of zones: nobody lives in them.
_NO_PLACES = ("Etc/", "SystemV/", "US/", "posix/", "right/")


class Choices(msgspec.Struct, frozen=True, kw_only=True):
    """`zone`: IANA name. `default_country`: ISO 3166, for numbers written without one. `currency`: ISO 4217.
    `language`: of the answers to STOP and HELP, and of mails to people whose own is not known.
    """

    name: str
    zone: str
    default_country: str
    currency: str
    language: str


class UnknownZone(Problem):
    """`nearest`: a zone that is written much like it, empty when there is none."""

    code = "unknown_zone"
    status = 422
    title = "No such time zone"


async def choices(conn: Connection, workspace_id: int) -> Choices:
    row = await conn.fetchrow(SQL.choices, workspace_id)
    assert row is not None  # the caller's session is in this workspace
    return Choices(**row)


async def choose(conn: Connection, workspace_id: int, chosen: Choices) -> Choices:
    """Write them all; what they were before is returned. BadName, UnknownZone."""
    checked = msgspec.structs.replace(chosen, name=checked_name(chosen.name), zone=checked_zone(chosen.zone))
    rows = await conn.fetch(SQL.choose, workspace_id, *msgspec.structs.astuple(checked))
    before = next(row for row in rows if row["id"] == workspace_id)
    return Choices(**{name: before[name] for name in Choices.__struct_fields__})


def checked_zone(text: str) -> str:
    """The IANA name, however it was typed: `paris`, `europe/paris`, `Europe/Paris`. UnknownZone."""
    typed = "_".join(text.split()).casefold()
    by_name = {zone.casefold(): zone for zone in zones()}
    found = by_name.get(typed)
    if found is None:
        of_city = [zone for zone in zones() if zone.rpartition("/")[2].casefold() == typed]
        found = of_city[0] if len(of_city) == 1 else None
    if found is None:
        near = difflib.get_close_matches(typed, by_name, n=1, cutoff=0.5)
        nearest = by_name[near[0]] if near else ""
        raise UnknownZone(
            f"Choose a zone of the list, such as {nearest or 'Europe/Paris'}.", field="zone", nearest=nearest
        )
    return found


@cache
def zones() -> tuple[str, ...]:
    """Every zone that is named after a place, and UTC, by name."""
    named = {zone for zone in available_timezones() if "/" in zone and not zone.startswith(_NO_PLACES)}
    return (*sorted(named), "UTC")


@cache
def countries(language: str) -> tuple[tuple[str, str], ...]:
    """Code and name of each country that has phone numbers, by name in this language."""
    names = Locale.parse(language).territories
    known = [(code, names.get(code, code)) for code in SUPPORTED_REGIONS]
    # É beside E: an accent does not send a country to the end of the list.
    return tuple(sorted(known, key=lambda pair: unicodedata.normalize("NFKD", pair[1]).casefold()))


@cache
def currencies(language: str) -> tuple[tuple[str, str], ...]:
    """Code, and code with name, of each currency that is legal tender somewhere today."""
    names = Locale.parse(language).currencies
    used = {code for region in SUPPORTED_REGIONS for code in get_territory_currencies(region)}
    return tuple((code, f"{code} – {names.get(code, code)}") for code in sorted(used))

"""Every zone a number may be in. The first rule of hours asks that all of them be open.

A landline's zone follows from its exchange; a mobile of a country with several zones can be anywhere in it.
A declared zone or address of the contact narrows this in a later issue.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from importlib import resources
from zoneinfo import ZoneInfo

from phonenumbers.tzdata import TIMEZONE_DATA, TIMEZONE_LONGEST_PREFIX

from chappe.kit.phone_ranges import Region, calling_code_of, owner
from chappe.rules.area_codes import AREA_CODE_LENGTH, zones_of_area_code

_NORTH_AMERICA = "1"
# Where the first digits of a mobile name its area, as they do in North America (phonenumbers calls these
# geographical mobiles): Mexico, Brazil, Argentina.
_AREA_IN_MOBILE = frozenset({"MX", "BR", "AR"})
# Toll-free and other ranges of no area answer to the whole country code.
_LAST_DIGITS = 4


def zones_of(number: int) -> str:
    """IANA names, sorted, separated by spaces; empty when nothing is known (satellite phones)."""
    digits = str(number)
    # A block of ten thousand numbers is of one kind and place: computed once for a million contacts.
    return _zones_of_block(digits[:-_LAST_DIGITS], len(digits))


@lru_cache(maxsize=65_536)
def _zones_of_block(head: str, length: int) -> str:
    if head.startswith(_NORTH_AMERICA):
        return _named(zones_of_area_code(head[:AREA_CODE_LENGTH]) or _by_prefix(head))
    calling_code = calling_code_of(head)
    if calling_code is None:
        return ""
    national = head[len(calling_code) :].ljust(length - len(calling_code), "5")
    plan = owner(calling_code, national)
    whole = () if plan is None else zones_of_country(plan.name)
    if len(whole) == 1:
        return _named(whole)
    if plan is not None and whole and _can_be_anywhere(plan, national):
        return _named(whole)
    return _named(_by_prefix(head))


def _can_be_anywhere(plan: Region, national: str) -> bool:
    if plan.name in _AREA_IN_MOBILE:
        return False
    return plan.mobile is not None and plan.mobile.fullmatch(national) is not None


def _by_prefix(digits: str) -> Iterable[str]:
    """What phonenumbers says of the longest beginning it knows."""
    for length in range(min(len(digits), TIMEZONE_LONGEST_PREFIX), 0, -1):
        if zones := TIMEZONE_DATA.get(digits[:length]):
            return zones
    return ()


def _named(zones: Iterable[str]) -> str:
    return " ".join(sorted(zones))


@cache
def zones_of_country(country: str) -> tuple[str, ...]:
    """Zones of an ISO country from the zone database's own table, those that keep the same time once.
    phonenumbers' list of a country code forgets some (Kaliningrad) and mixes countries (Russia, Kazakhstan).
    """
    kept: dict[tuple[timedelta | None, ...], str] = {}
    # Of zones that agree, the one that phonenumbers names is the one people know: Sydney, not Macquarie.
    for name in sorted(zone_table().get(country, ()), key=lambda name: name not in _well_known()):
        kept.setdefault(_behaviour(name), name)
    return tuple(kept.values())


@cache
def _well_known() -> frozenset[str]:
    return frozenset(name for zones in TIMEZONE_DATA.values() for name in zones)


@cache
def zone_table() -> dict[str, list[str]]:
    """tzdata's zone.tab: code, coordinates, name."""
    table: dict[str, list[str]] = {}
    text = resources.files("tzdata").joinpath("zoneinfo", "zone.tab").read_text(encoding="utf-8")
    for line in text.splitlines():
        if line and not line.startswith("#"):
            code, _, name = line.split("\t")[:3]
            table.setdefault(code, []).append(name)
    return table


def _behaviour(name: str) -> tuple[timedelta | None, ...]:
    """Offsets on every fifth day of two recent years: zones that agree on them are one for our purpose."""
    start = datetime(2026, 1, 1, 12, tzinfo=UTC)
    zone = ZoneInfo(name)
    return tuple((start + timedelta(days=day)).astimezone(zone).utcoffset() for day in range(0, 730, 5))

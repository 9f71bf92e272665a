"""A zone that somebody declares: an IANA name, or the city it is called by in English or French."""

from difflib import get_close_matches
from functools import cache, lru_cache
from typing import ClassVar, Final
from zoneinfo import available_timezones

from babel import Locale

from chappe.kit.errors import Problem
from chappe.kit.folding import fold
from chappe.rules.zones import zone_table

# Aliases and fixed offsets name no place, and no place keeps UTC all year but those that have a name.
_NO_PLACES: Final = ("Etc/", "SystemV/", "posix/", "right/")
_LIKE: Final = 0.6


class UnknownZone(Problem):
    """`nearest`: the name that may have been meant, or None."""

    code: ClassVar[str] = "unknown_zone"
    status: ClassVar[int] = 422
    title: ClassVar[str] = "No such time zone"


@lru_cache(maxsize=4096)
def named_zone(text: str) -> str | None:
    """Its IANA name; None when there is no such zone."""
    return _names().get(fold(text))


def declared_zone(text: str, *, field: str = "zone") -> str:
    """As `named_zone`; raises UnknownZone, which names the nearest one there is."""
    found = named_zone(text)
    if found is not None:
        return found
    nearest = nearest_zone(text)
    meant = f" Was {nearest} meant?" if nearest else ""
    raise UnknownZone(
        f"“{text.strip()[:60]}” is no time zone. Write its IANA name, such as Europe/Paris.{meant}",
        field=field,
        nearest=nearest,
    )


@lru_cache(maxsize=4096)
def nearest_zone(text: str) -> str | None:
    """The zone whose name is most like this."""
    plain = fold(text)[:60]
    found = get_close_matches(plain, _names(), n=1, cutoff=_LIKE)
    if not found and " " in plain:
        # Europe/Lyon: the continent is right.
        found = get_close_matches(plain.rpartition(" ")[2], _names(), n=1, cutoff=_LIKE)
    return _names()[found[0]] if found else None


@cache
def zone_names() -> tuple[str, ...]:
    """Every name that a person may choose from, in order."""
    return tuple(sorted(_places()))


@cache
def _places() -> frozenset[str]:
    return frozenset(
        name for name in available_timezones() if "/" in name and not name.startswith(_NO_PLACES)
    )


@cache
def _names() -> dict[str, str]:
    """Folded name or city → zone. A city that two zones have is neither's."""
    cities: dict[str, set[str]] = {}
    for language in ("en", "fr"):
        for zone, about in Locale(language).time_zones.items():
            if zone in _places() and "city" in about:
                cities.setdefault(fold(about["city"]), set()).add(zone)
    for zones in zone_table().values():
        for zone in zones:
            cities.setdefault(fold(zone.rpartition("/")[2]), set()).add(zone)
    named = {city: zones.pop() for city, zones in cities.items() if len(zones) == 1}
    return named | {fold(zone): zone for zone in _places()}

"""The time zones that a person may choose from, by the cities they know: those of their country first."""

from functools import lru_cache

from babel import Locale

from chappe.rules.service import zone_table, zones_of_country

Choice = tuple[str, str]
"""An IANA name and the city it is called by."""
_ELSEWHERE = ("Arctic", "Antarctica")


@lru_cache(maxsize=512)
def choices(language: str, country: str | None) -> tuple[tuple[str, tuple[Choice, ...]], ...]:
    """Groups in order: the country's own under "", then by the first word of the IANA name."""
    cities = Locale(language).time_zones
    own = zones_of_country(country) if country else ()

    def called(zone: str) -> Choice:
        return zone, cities.get(zone, {}).get("city") or zone.rpartition("/")[2].replace("_", " ")

    by_region: dict[str, list[Choice]] = {}
    for zone in sorted({zone for zones in zone_table().values() for zone in zones} - set(own)):
        region = zone.partition("/")[0]
        if region not in _ELSEWHERE:
            by_region.setdefault(region, []).append(called(zone))
    groups = [(region, tuple(sorted(by_region[region], key=_city))) for region in sorted(by_region)]
    return (("", tuple(sorted(map(called, own), key=_city))), *groups)


def _city(choice: Choice) -> str:
    return choice[1].casefold()

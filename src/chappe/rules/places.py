"""Where a person may be, as far as the law cares: the jurisdictions and the zones, all to be obeyed."""

from dataclasses import dataclass
from functools import cache, lru_cache

from chappe.kit.phone_ranges import WORLD, calling_code_of, owner, regions_of
from chappe.rules.states import state_of_area_code
from chappe.rules.zones import zones_of

_NORTH_AMERICA = "1"
_BLOCK = 10_000
# Places with an ISO country code of their own where another country's law is in force.
_WITHIN = {
    "GP": "FR-971",
    "MQ": "FR-972",
    "GF": "FR-973",
    "RE": "FR-974",
    "YT": "FR-976",
    "BL": "FR-BL",
    "MF": "FR-MF",
    "PM": "FR-PM",
    "NC": "FR-NC",
    "PF": "FR-PF",
    "WF": "FR-WF",
    "PR": "US-PR",
    "GU": "US-GU",
    "VI": "US-VI",
    "AS": "US-AS",
    "MP": "US-MP",
}
# One range of numbers for several of them: +590 is Guadeloupe, Saint-Barthélemy and Saint-Martin.
_TOGETHER = {"GP": ("FR-971", "FR-BL", "FR-MF")}


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """Equal ones are one object, a key that costs nothing to hash. `zones` are sorted, spaces between."""

    jurisdictions: tuple[str, ...]
    zones: str


@lru_cache(maxsize=262_144)
def _places_of_block(block: int, zones: str, country: str | None) -> Places:
    phone = block * _BLOCK
    jurisdictions = dict.fromkeys((*_of_number(phone), *_of_country(country)))
    return _one(tuple(jurisdictions), " ".join(sorted(zones.split())) or zones_of(phone))


def places(phone: int, zones: str = "", country: str | None = None) -> Places:
    """Every jurisdiction whose rules may protect who holds `phone`, and every zone they may be in.

    `zones` is what is known of the person, better than the number tells: declared, of the address, of the
    sign-up; empty to go by the number. `country` is an ISO code, or a subdivision of ISO 3166-2 (`US-FL`).
    The number's own country counts even then: both laws may apply. A block of ten thousand numbers is asked
    for once.
    """
    return _places_of_block(phone // _BLOCK, zones, country)


@cache
def _one(jurisdictions: tuple[str, ...], zones: str) -> Places:
    return Places(jurisdictions, zones)


def _of_number(phone: int) -> tuple[str, ...]:
    digits = str(phone)
    calling_code = calling_code_of(digits)
    if calling_code is None:
        return ()
    # The last digits of the block, so that the plan finds a number that exists.
    national = digits[len(calling_code) : -4] + "5555"
    plan = owner(calling_code, national)
    # A range that no plan knows yet may be of any country of its calling code.
    owners = regions_of(calling_code) if plan is None else (plan,)
    names = [region.name for region in owners if region.name != WORLD]
    found = tuple(dict.fromkeys(part for name in names for part in _of_country(name)))
    if calling_code == _NORTH_AMERICA and found == ("US",):
        state = state_of_area_code(national[:3])
        return found if state is None else (*found, f"US-{state}")
    return found


def _of_country(code: str | None) -> tuple[str, ...]:
    """The country and, where there is one, the part of it: ("FR", "FR-974")."""
    if code is None:
        return ()
    parts = _TOGETHER.get(code) or (_WITHIN.get(code, code),)
    country = parts[0].partition("-")[0]
    return tuple(dict.fromkeys((country, *parts)))

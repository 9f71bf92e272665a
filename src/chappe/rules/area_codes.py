"""North American area codes: every zone that a number of the code may be in.

phonenumbers maps an exchange to the zone of its landlines, and is often wrong or too sure: 673 of the 800
exchanges of 219 (north-west Indiana, mostly Central) say Eastern. Numbers are portable within and beyond
their exchange, so all that is said of any exchange of the code holds for each of its numbers.
"""

from functools import cache

from phonenumbers.tzdata import TIMEZONE_DATA

AREA_CODE_LENGTH = 4  # the country's 1, then three digits

_EASTERN, _CENTRAL, _MOUNTAIN = "America/New_York", "America/Chicago", "America/Denver"

# Codes that straddle a border of zones where the library names one side only; an overlay (930, 986…) covers
# the same ground as the code it was laid over. Source: NANPA area code maps and 49 CFR part 71.
_STRADDLING = {
    "1334": (_EASTERN,),  # Alabama: Phenix City keeps Georgia's time
    "1364": (_CENTRAL,),  # over 270, western Kentucky
    "1402": (_MOUNTAIN,),  # Nebraska, its western edge
    "1432": (_MOUNTAIN,),  # Texas: the border of Culberson and Hudspeth
    "1448": (_CENTRAL,),  # over 850, the Florida panhandle
    "1458": (_MOUNTAIN,),  # over 541, Oregon with Malheur
    "1531": (_MOUNTAIN,),  # over 402
    "1930": (_CENTRAL,),  # over 812, southern Indiana
    "1931": (_EASTERN,),  # Tennessee, the Cumberland plateau
    "1986": (_MOUNTAIN,),  # over 208, Idaho
    "1236": ("America/Edmonton", "America/Fort_Nelson"),  # British Columbia, overlays of 250
    "1250": ("America/Fort_Nelson",),
    "1672": ("America/Edmonton", "America/Fort_Nelson"),
    "1778": ("America/Edmonton", "America/Fort_Nelson"),
    "1367": ("America/Halifax",),  # overlays of 418: the Magdalen Islands
    "1581": ("America/Halifax",),
    "1879": ("America/Halifax",),  # over 709: Labrador
}


@cache
def zones_of_area_code(prefix: str) -> frozenset[str]:
    """Zones of `1` and an area code; empty when nothing is known of it."""
    return _by_exchange().get(prefix, frozenset()) | frozenset(_STRADDLING.get(prefix, ()))


@cache
def _by_exchange() -> dict[str, frozenset[str]]:
    united: dict[str, set[str]] = {}
    for prefix, zones in TIMEZONE_DATA.items():
        if prefix.startswith("1") and len(prefix) >= AREA_CODE_LENGTH:
            united.setdefault(prefix[:AREA_CODE_LENGTH], set()).update(zones)
    return {prefix: frozenset(zones) for prefix, zones in united.items()}

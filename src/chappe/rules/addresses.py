"""The zones of an address: of a country that has one, else of its postcode where that tells.

Where a postcode's area lies on both sides of a border between zones, both are answered, since every zone that
may be the person's must be open. Sources: USPS Labeling List L002 (three digits of a ZIP) with 49 CFR part 71
(zones of the United States); Canada Post's forward sortation areas; Australia Post; La Poste; Correos; CTT.
"""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Final

from chappe.rules.zones import zones_of_country

_NEW_YORK, _CHICAGO, _DENVER = "America/New_York", "America/Chicago", "America/Denver"
_LOS_ANGELES, _PHOENIX = "America/Los_Angeles", "America/Phoenix"
_EAST_AND_CENTRE: Final = f"{_CHICAGO} {_NEW_YORK}"
_CENTRE_AND_MOUNTAINS: Final = f"{_CHICAGO} {_DENVER}"
# From the first to the last three digits of a ZIP, in order; ranges of the forces (APO) are left out.
_ZIPS: Final = (
    (5, 5, _NEW_YORK),
    (6, 9, "America/Puerto_Rico"),
    (10, 89, _NEW_YORK),
    (100, 319, _NEW_YORK),
    (320, 339, _EAST_AND_CENTRE),
    (341, 349, _EAST_AND_CENTRE),
    (350, 367, _CHICAGO),
    (368, 368, _EAST_AND_CENTRE),
    (369, 369, _CHICAGO),
    (370, 385, _EAST_AND_CENTRE),
    (386, 397, _CHICAGO),
    (398, 399, _NEW_YORK),
    (400, 427, _EAST_AND_CENTRE),
    (430, 459, _NEW_YORK),
    (460, 479, _EAST_AND_CENTRE),
    (480, 497, _NEW_YORK),
    (498, 499, _EAST_AND_CENTRE),
    (500, 567, _CHICAGO),
    (569, 569, _NEW_YORK),
    (570, 588, _CENTRE_AND_MOUNTAINS),
    (590, 599, _DENVER),
    (600, 658, _CHICAGO),
    (660, 693, _CENTRE_AND_MOUNTAINS),
    (700, 797, _CHICAGO),
    (798, 799, _CENTRE_AND_MOUNTAINS),
    (800, 834, _DENVER),
    (835, 836, f"{_DENVER} {_LOS_ANGELES}"),
    (837, 837, _DENVER),
    (838, 838, f"{_DENVER} {_LOS_ANGELES}"),
    (840, 847, _DENVER),
    (850, 857, _PHOENIX),
    (859, 860, f"{_DENVER} {_PHOENIX}"),
    (863, 864, _PHOENIX),
    (865, 865, f"{_DENVER} {_PHOENIX}"),
    (870, 884, _DENVER),
    (885, 885, _CENTRE_AND_MOUNTAINS),
    (889, 897, _LOS_ANGELES),
    (898, 898, f"{_DENVER} {_LOS_ANGELES}"),
    (900, 961, _LOS_ANGELES),
    (967, 968, "Pacific/Honolulu"),
    (970, 978, _LOS_ANGELES),
    (979, 979, f"{_DENVER} {_LOS_ANGELES}"),
    (980, 994, _LOS_ANGELES),
    (995, 995, "America/Adak America/Anchorage"),
    (996, 999, "America/Anchorage"),
)
# By the longest beginning of a forward sortation area.
_CANADA: Final = {
    "A": "America/Goose_Bay America/St_Johns",
    "B": "America/Halifax",
    "C": "America/Halifax",
    "E": "America/Halifax",
    "G": "America/Toronto",
    "G0G": "America/Halifax America/Toronto",
    "G4T": "America/Halifax",
    "H": "America/Toronto",
    "J": "America/Toronto",
    "K": "America/Toronto",
    "L": "America/Toronto",
    "M": "America/Toronto",
    "N": "America/Toronto",
    "P": "America/Toronto America/Winnipeg",
    "R": "America/Winnipeg",
    "S": "America/Regina",
    "S9V": "America/Edmonton",
    "T": "America/Edmonton",
    "V": "America/Vancouver",
    "V0": "America/Edmonton America/Vancouver",
    "V1": "America/Edmonton America/Vancouver",
    "X": "America/Edmonton America/Iqaluit America/Rankin_Inlet",
    "Y": "America/Whitehorse",
}
_AUSTRALIA: Final = {
    "08": "Australia/Adelaide Australia/Darwin",
    "1": "Australia/Sydney",
    "2": "Australia/Sydney",
    "2880": "Australia/Adelaide",
    "2898": "Australia/Lord_Howe",
    "3": "Australia/Melbourne",
    "4": "Australia/Brisbane",
    "5": "Australia/Adelaide",
    "6": "Australia/Perth",
    "6443": "Australia/Eucla Australia/Perth",
    "7": "Australia/Hobart",
    "8": "Australia/Melbourne",
    "9": "Australia/Brisbane",
}
_FRANCE: Final = {
    **dict.fromkeys("0123456789", "Europe/Paris"),
    "971": "America/Guadeloupe",
    "972": "America/Martinique",
    "973": "America/Cayenne",
    "974": "Indian/Reunion",
    "975": "America/Miquelon",
    "976": "Indian/Mayotte",
    "977": "America/St_Barthelemy",
    "978": "America/Marigot",
    "986": "Pacific/Wallis",
    "987": "Pacific/Gambier Pacific/Marquesas Pacific/Tahiti",
    "988": "Pacific/Noumea",
}
_SPAIN: Final = {
    **dict.fromkeys("012345", "Europe/Madrid"),
    "35": "Atlantic/Canary",
    "38": "Atlantic/Canary",
}
_PORTUGAL: Final = {
    **dict.fromkeys("12345678", "Europe/Lisbon"),
    **dict.fromkeys(("90", "91", "92", "93", "94"), "Atlantic/Madeira"),
    **dict.fromkeys(("95", "96", "97", "98", "99"), "Atlantic/Azores"),
}


@lru_cache(maxsize=65_536)
def zones_of_address(country: str | None, postcode: str) -> str:
    """IANA names, sorted, spaces between; empty when the address does not tell. `country`: ISO code."""
    if country is None:
        return ""
    known = zones_of_country(country)
    if len(known) == 1 and country not in _READERS:
        return known[0]
    reader = _READERS.get(country)
    return reader("".join(postcode.upper().split())) if reader else ""


def _zip(text: str) -> str:
    if not re.fullmatch(r"[0-9]{5}(-?[0-9]{4})?", text):
        return ""
    head = int(text[:3])
    return next((zones for first, last, zones in _ZIPS if first <= head <= last), "")


def _longest(table: Mapping[str, str], form: str) -> Callable[[str], str]:
    whole = re.compile(form)

    def read(text: str) -> str:
        if not whole.fullmatch(text):
            return ""
        return next((table[text[:end]] for end in range(len(text), 0, -1) if text[:end] in table), "")

    return read


_READERS: Final[Mapping[str, Callable[[str], str]]] = {
    "US": _zip,
    "CA": _longest(_CANADA, r"[A-Z][0-9][A-Z]([0-9][A-Z][0-9])?"),
    "AU": _longest(_AUSTRALIA, r"[0-9]{4}"),
    "FR": _longest(_FRANCE, r"[0-9]{5}"),
    "ES": _longest(_SPAIN, r"[0-9]{5}"),
    "PT": _longest(_PORTUGAL, r"[0-9]{4}(-?[0-9]{3})?"),
}

"""What a carrier of a route takes: numbers by their first digits, and purposes. Pure.

Countries are stored as prefixes, because a link is chosen by digits and some countries share a code: FR is
33, and +1 416 alone tells Toronto from New York.
"""

import re
from collections.abc import Sequence
from typing import Final, NamedTuple
from uuid import UUID

import msgspec
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, country_code_for_region

from chappe.carriers.errors import BadDestination

# Words of `messages.model.Purpose`, a room above. The answer to a STOP is not among them: any carrier takes
# it.
PURPOSES: Final = ("otp", "transactional", "conversation", "marketing")
ALWAYS: Final = "service"
MOST_PREFIXES: Final = 30
_PREFIX = re.compile(r"[1-9][0-9]{0,6}")
_REGION = re.compile(r"[A-Z]{2}")


class Filter(msgspec.Struct, frozen=True):
    """Prefixes in digits, without +; purposes as words. Nothing named: everything is taken."""

    prefixes: tuple[str, ...] = ()
    purposes: tuple[str, ...] = ()

    def takes(self, purpose: str, digits: str) -> bool:
        """As the statements of branches do: `queries.sql`, routes_all."""
        return self.takes_purpose(purpose) and (not self.prefixes or digits.startswith(self.prefixes))

    def takes_purpose(self, purpose: str) -> bool:
        return not self.purposes or purpose == ALWAYS or purpose in self.purposes


EVERYTHING: Final = Filter()


class Branch(NamedTuple):
    """Where a route's messages to some numbers go, in the place of the route. `priced`: its first carrier has
    a price list.
    """

    id: UUID
    priced: bool


def prefix_of(text: str, field: str | None = None) -> str:
    """The prefix that a country (FR) or first digits (+33 6) stand for. BadDestination."""
    written = re.sub(r"[ .()\-\u00a0\u202f]", "", text).upper()
    if _REGION.fullmatch(written):
        code = country_code_for_region(written)
        if code and COUNTRY_CODE_TO_REGION_CODE[code][0] == written:
            return str(code)
        why = (
            f"{written} shares +{code} with other countries: give its first digits, such as {code}416."
            if code
            else f"{written} is no country. Write its two letters, such as FR, or first digits, such as +336."
        )
        raise BadDestination(why, field=field, text=text.strip(), shared=bool(code))
    digits = written.removeprefix("+").removeprefix("00")
    if not _PREFIX.fullmatch(digits):
        raise BadDestination(
            f"{text.strip()} is no destination. Write two letters, such as FR, or at most 7 digits, "
            "such as +336.",
            field=field,
            text=text.strip(),
            shared=False,
        )
    return digits


def spelled(prefix: str) -> str:
    """As it would be written: FR for a whole country code, else +336."""
    regions = COUNTRY_CODE_TO_REGION_CODE.get(int(prefix), ())
    return regions[0] if regions and regions[0].isalpha() else f"+{prefix}"


def filter_of(countries: Sequence[str], purposes: Sequence[str], field: str | None = None) -> Filter:
    """From what was written: each prefix and each purpose once. BadDestination."""
    prefixes = dict.fromkeys(prefix_of(text, field) for text in countries if text.strip())
    if len(prefixes) > MOST_PREFIXES:
        raise BadDestination(
            f"Name at most {MOST_PREFIXES} destinations, or shorter prefixes.",
            field=field,
            text="",
            shared=False,
        )
    return Filter(tuple(prefixes), tuple(word for word in PURPOSES if word in purposes))


def branches(filters: Sequence[Filter]) -> list[tuple[str, str]]:
    """Purpose and prefix of each branch of a route with these filters; none when it takes everything."""
    if all(each == EVERYTHING for each in filters):
        return []
    prefixes = ["", *dict.fromkeys(prefix for each in filters for prefix in each.prefixes)]
    return [(purpose, prefix) for purpose in (*PURPOSES, ALWAYS) for prefix in prefixes]

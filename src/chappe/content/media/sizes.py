"""How large a picture may be to go inside a message, by country: where it fits, and where its link goes."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Final

import msgspec

EVERYWHERE: Final = "*"


class Sizes(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Bytes: `everywhere`, and in countries where every carrier takes more."""

    everywhere: int
    countries: Mapping[str, int]


def fits_in(size: int) -> tuple[str, ...]:
    """Countries (ISO 3166) whose carriers all take pictures of so many bytes; `EVERYWHERE`; or none."""
    sizes = _sizes()
    if size <= sizes.everywhere:
        return (EVERYWHERE,)
    return tuple(sorted(country for country, most in sizes.countries.items() if size <= most))


@cache
def _sizes() -> Sizes:
    text = files("chappe.content").joinpath("data", "picture_sizes.toml").read_text(encoding="utf-8")
    return msgspec.toml.decode(text, type=Sizes)

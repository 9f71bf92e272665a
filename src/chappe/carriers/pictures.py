"""Which carriers take a picture with a message (MMS), and how large: what decides whether it goes inside."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from chappe.carriers.model import CarrierKind

LARGEST: Final[Mapping[CarrierKind, int]] = MappingProxyType({})
"""Bytes of the largest picture that a kind of carrier takes. A kind that is not named carries text alone, as
SMPP does: one that speaks MM7, or a provider's HTTP, is named here when it comes.
"""


def all_take(kinds: Sequence[CarrierKind], size: int, largest: Mapping[CarrierKind, int] = LARGEST) -> bool:
    """Whether a picture of `size` bytes goes by each of these: a message may take any of them."""
    return bool(kinds) and all(size <= largest.get(kind, 0) for kind in kinds)

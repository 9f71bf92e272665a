"""Positions of Chappe's telegraph, as the drawings of the pages take them.

The regulator, a beam on a post, stood at one of four angles; each of the two indicators at its ends at one of
seven, 45 degrees apart (the eighth, in line with the beam, could not be told from afar). 196 in all, of which
the code used 92.
"""

from dataclasses import dataclass
from zlib import crc32

_REGULATOR = (0, 45, 90, 135)
# Against the beam: folded in at 0, which is left out here, because it is unseen where the drawing is small.
_INDICATOR = (45, 90, 135, 225, 270, 315)


@dataclass(frozen=True, slots=True)
class Signal:
    """Degrees, clockwise: of the beam, and of each indicator against the beam."""

    regulator: int
    left: int
    right: int


def signal_of(text: str) -> Signal:
    """A position for a name: the same name always has the same."""
    number = crc32(text.encode())
    number, regulator = divmod(number, len(_REGULATOR))
    number, left = divmod(number, len(_INDICATOR))
    return Signal(_REGULATOR[regulator], _INDICATOR[left], _INDICATOR[number % len(_INDICATOR)])

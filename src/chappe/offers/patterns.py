"""Codes made by a pattern: `SUMMER-########`, where each # is a letter or digit drawn at random."""

import secrets
from typing import Final

from chappe.offers.model import LONGEST, SHORTEST, BadCodes

# Without what people mistake for one another: 0 O, 1 I L, 5 S, 8 B, 2 Z, U V.
ALPHABET: Final = "ACDEFGHJKMNPQRTWXY34679"
_DRAWN: Final = "#"
_FIXED: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-")
_ODDS: Final = 100_000
"""Of a guess at a pool: one in so many may hit, at best."""


def checked_pattern(pattern: str, n: int) -> str:
    """The pattern as it is kept, good for `n` codes that nobody guesses. Raises BadCodes."""
    found = pattern.strip().upper()
    if not SHORTEST <= len(found) <= LONGEST or not set(found) <= _FIXED | {_DRAWN}:
        raise BadCodes(
            f"A pattern has {SHORTEST} to {LONGEST} of A to Z, 0 to 9, - and #: SUMMER-########.",
            field="pattern",
            why="sign",
            example=found[:40],
        )
    if len(ALPHABET) ** found.count(_DRAWN) < n * _ODDS:
        raise BadCodes(
            f"With so few # the codes could be guessed. For {n:,} codes write at least {_least(n)} of them.",
            field="pattern",
            why="guessed",
            example=str(_least(n)),
        )
    return found


def drawn(pattern: str, n: int) -> list[str]:
    """`n` codes, no two of them alike."""
    found: dict[str, None] = {}
    pieces = pattern.split(_DRAWN)
    while len(found) < n:
        code = pieces[0] + "".join(secrets.choice(ALPHABET) + piece for piece in pieces[1:])
        found[code] = None
    return list(found)


def _least(n: int) -> int:
    signs = 1
    while len(ALPHABET) ** signs < n * _ODDS:
        signs += 1
    return signs

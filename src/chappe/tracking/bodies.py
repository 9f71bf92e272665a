"""Addresses in a text become short ones. They have one length for everybody, so they are known to the
measuring of a text before any code is: until a message has its id, a marker stands in the code's place.
"""

import re
import secrets
from collections.abc import Sequence
from typing import Final, final

from chappe.tracking.codes import ALPHABET, LENGTH, Codes

MOST_LINKS: Final = 10
"""Addresses of a text that are shortened; those after them stay as they are."""

# What a template computes is left alone: an address in it is part of an expression.
_PLACES: Final = re.compile(
    r"\{\{.*?\}\}|\{%.*?%\}|(?P<url>https?://(?:(?!\{%)[^\s<>\"“”«»])+)", re.DOTALL | re.IGNORECASE
)
_AFTER: Final = ".,;:!?)]'’…"


@final
class LinkedBody:
    """A template whose addresses are short ones.

    `source` has markers, `links` are the addresses as they were written, each once, in their order. An
    address with a variable in it stays: what is behind a code is the same for everybody.
    """

    def __init__(self, body: str, prefix: str) -> None:
        """`prefix`: what stands before a code, `https://go.example.com/`."""
        # Nobody can know it: a contact's own value is never taken for a marker.
        self._mark = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH - 1))
        self.prefix = prefix
        found: dict[str, int] = {}

        def short(match: re.Match[str]) -> str:
            whole = match["url"]
            if whole is None or "{" in whole or whole.startswith(prefix):
                return match[0]
            url = whole.rstrip(_AFTER)
            if url not in found and len(found) == MOST_LINKS:
                return whole
            at = found.setdefault(url, len(found))
            return f"{prefix}{self._marker(at)}{whole[len(url) :]}"

        self.source = _PLACES.sub(short, body)
        self.links = tuple(found)

    def filled(self, text: str, codes: Sequence[str]) -> str:
        """A rendered text with these codes, one for each of `links`."""
        for at, code in enumerate(codes):
            text = text.replace(self._marker(at), code)
        return text

    def example(self, text: str) -> str:
        """A rendered text as a reader would see it, with codes that are nobody's."""
        return self.filled(text, [EXAMPLE[at : at + LENGTH] for at in range(len(self.links))])

    def unlinked(self, text: str) -> str:
        """A rendered text with the addresses as they were written."""
        for at, url in enumerate(self.links):
            text = text.replace(f"{self.prefix}{self._marker(at)}", url)
        return text

    def _marker(self, at: int) -> str:
        return f"{self._mark}{ALPHABET[at]}"


EXAMPLE: Final = "k7Qw2ZpX9dLm4RtVb"
"""Seven characters of it stand for a code where there is none yet."""


@final
class Filling:
    """A linked body whose numbers are known: `bases[i]` is the number of link i in message `first_id`."""

    def __init__(self, body: LinkedBody, codes: Codes, bases: Sequence[int], first_id: int) -> None:
        self.body = body
        self._codes = codes
        self._bases = bases
        self._first_id = first_id

    def fill(self, texts: Sequence[str], first_id: int) -> list[str]:
        """The texts of messages whose ids follow one another from `first_id` on."""
        filled = list(texts)
        ahead = first_id - self._first_id
        for at, base in enumerate(self._bases):
            marker = self.body._marker(at)
            codes = self._codes.codes(range(base + ahead, base + ahead + len(filled)))
            filled = [text.replace(marker, code) for text, code in zip(filled, codes, strict=True)]
        return filled

"""`{{ offer_code }}` in texts. All codes of an offer have one length, so a text is measured before it has
one: until then a marker stands in the code's place.
"""

import re
import secrets
import string
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final, final

from chappe.content.model import BadTemplate
from chappe.offers.model import Given, Span

OFFER_CODE: Final = "offer_code"
SAMPLE_LENGTH: Final = 10
"""Of the sample where no offer is chosen yet."""
_SAMPLE: Final = "SAMPLE-CODE-42-ABCDEFGHJKMNPQRTW"
_PLACE: Final = re.compile(rf"\{{\{{\s*(?:contact\.)?{OFFER_CODE}\s*\}}\}}")
_SIGNS: Final = string.ascii_letters + string.digits


def asks(body: str) -> bool:
    """Whether a code is to stand in the text."""
    return OFFER_CODE in body and _PLACE.search(body) is not None


def with_sample(body: str, length: int = SAMPLE_LENGTH) -> str:
    """The text with a code that is nobody's, of the right length."""
    return _PLACE.sub(_SAMPLE[:length], body)


def check_place(variables: Sequence[str]) -> None:
    """Of a template that has its sample. Raises BadTemplate where the code is part of an expression: it is
    not known yet when those are computed.
    """
    if OFFER_CODE in variables:
        raise BadTemplate(
            f"Write {{{{ {OFFER_CODE} }}}} alone, without filters or conditions: messages get their codes "
            "last.",
            field="body",
        )


@final
class CodedBody:
    """A template with a marker in the place of its code."""

    def __init__(self, body: str, length: int) -> None:
        # Nobody can know it: a contact's own value is never taken for a marker.
        self.marker = "".join(secrets.choice(_SIGNS) for _ in range(length))
        self.source = _PLACE.sub(self.marker, body)

    def wanted(self, texts: Sequence[str]) -> int:
        """How many of the rendered texts need a code."""
        return sum(self.marker in text for text in texts)


@final
class Codes:
    """Codes that were taken, put into texts in their order; `given` tells which message got which."""

    def __init__(self, body: CodedBody, spans: Sequence[Span], codes: Sequence[str]) -> None:
        self._body = body
        self._numbered = _numbered(spans, codes)
        self.left = len(codes)
        self.given: list[Given] = []

    def fill(self, texts: Sequence[str], first_id: int) -> Sequence[str]:
        """The texts of messages whose ids follow one another from `first_id` on."""
        marker = self._body.marker
        whole = all(marker in text for text in texts)
        if not whole:
            return [
                self.fill([text], at)[0] if marker in text else text
                for at, text in enumerate(texts, first_id)
            ]
        taken = list(islice(self._numbered, len(texts)))
        for at, (n, _) in enumerate(taken, first_id):
            self._note(n, at)
        return [text.replace(marker, code) for text, (_, code) in zip(texts, taken, strict=True)]

    def _note(self, n: int, message_id: int) -> None:
        if self.given:
            lo, size, first = self.given[-1]
            if n == lo + size and message_id == first + size:
                self.given[-1] = Given(lo, size + 1, first)
                return
        self.given.append(Given(n, 1, message_id))


def _numbered(spans: Sequence[Span], codes: Sequence[str]) -> Iterator[tuple[int, str]]:
    numbers = (n for span in spans for n in range(span.lo, span.hi))
    return zip(numbers, codes, strict=True)

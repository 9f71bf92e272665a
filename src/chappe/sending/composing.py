"""Gate and text for many recipients: the part that an estimate, a plan and a single send have in common."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Protocol
from uuid import UUID

from chappe.content.model import LONGEST_BODY, MOST_PARTS, MissingVariable, Unrenderable
from chappe.content.service import Template, values_of
from chappe.gate.model import FIRST_SKIP, Code, Decision, Recipient
from chappe.gate.service import Gate
from chappe.kit.phone import to_e164
from chappe.sending.model import Composed
from chappe.sms.encoding import Encoding, encode
from chappe.sms.parts import count

_DATA_CODING: Final = {encoding: encoding.value for encoding in Encoding}
_SKIPS: Final = {code: Decision(code, None, None) for code in Code if code >= FIRST_SKIP}
_NO_VALUES: Final[Mapping[str, object]] = {}


class RoutePrices(Protocol):
    """Whether, and at what price, a route reaches numbers."""

    def of_route(self, route_id: UUID, phones: Sequence[int]) -> Sequence[object | None]: ...


def measured(text: str) -> tuple[str, int, int]:
    """The text in normal form, its data_coding and its parts, with the default options of a link.

    Parts are more than MOST_PARTS, not exact, when the text is far too long to be counted.
    """
    if len(text) > LONGEST_BODY:
        return text, 0, MOST_PARTS + 1
    encoded = encode(text)
    parts = 1 if encoded.units <= encoded.room(0) else count(encoded.text)
    return encoded.text, _DATA_CODING[encoded.encoding], parts


def priced(prices: RoutePrices, route_id: UUID | None, recipients: Sequence[Recipient]) -> list[bool]:
    """Whether the route has a price for each number."""
    if route_id is None:
        return [False] * len(recipients)
    found = prices.of_route(route_id, [recipient.phone for recipient in recipients])
    return [price is not None for price in found]


class Composer:
    """Decides and renders for the recipients of one campaign, a thousand at a time.

    The template must have been checked; what it does with one contact's values is a reason to skip that
    contact, never an error of the batch.
    """

    def __init__(self, template: Template) -> None:
        self._render = template.render
        self._needs_standard = template.needs_standard
        self._constant = measured(template.render(_NO_VALUES)) if template.constant else None

    def compose(self, recipients: Iterable[Recipient], prices: Iterable[bool], gate: Gate) -> list[Composed]:
        """One result per recipient, in order."""
        composed: list[Composed] = []
        decide, text_for = gate.decide, self._text_for
        for recipient, has_price in zip(recipients, prices, strict=True):
            decision = decide(recipient, priced=has_price)
            if decision.code >= FIRST_SKIP:
                composed.append(Composed(recipient, decision, None, 0, 0))
            else:
                composed.append(text_for(recipient, decision))
        return composed

    def _text_for(self, recipient: Recipient, decision: Decision) -> Composed:
        try:
            rendered = self._constant or measured(self._render(self._values(recipient)))
        except MissingVariable:
            return Composed(recipient, _SKIPS[Code.MISSING_VARIABLE], None, 0, 0)
        except Unrenderable:
            return Composed(recipient, _SKIPS[Code.TEMPLATE_ERROR], None, 0, 0)
        return with_text(recipient, decision, rendered)

    def _values(self, recipient: Recipient) -> Mapping[str, object]:
        attributes = recipient.attributes or _NO_VALUES
        if not self._needs_standard:
            return attributes
        return values_of(
            attributes,
            phone=to_e164(recipient.phone),
            country=recipient.country,
            language=recipient.language,
        )


def with_text(
    recipient: Recipient,
    decision: Decision,
    rendered: tuple[str, int, int],
    reference: str | None = None,
) -> Composed:
    """The recipient with a text of bearable length, else skipped."""
    text, encoding, parts = rendered
    if parts > MOST_PARTS:
        return Composed(recipient, _SKIPS[Code.TOO_LONG], None, 0, 0, reference)
    if not text or text.isspace():
        return Composed(recipient, _SKIPS[Code.EMPTY_TEXT], None, 0, 0, reference)
    return Composed(recipient, decision, text, encoding, parts, reference)

"""Gate and text for many recipients: the part that an estimate, a plan and a single send have in common."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Final, Protocol, TypeGuard
from uuid import UUID

from chappe.carriers.filters import Branch
from chappe.consent.preference_links import Addressing
from chappe.content.model import (
    LONGEST_BODY,
    MOST_PARTS,
    PREFERENCES_URL,
    MissingVariable,
    Rendered,
    Unrenderable,
)
from chappe.content.service import Template
from chappe.gate.model import FIRST_SKIP, Code, Decision, Group, Recipient
from chappe.gate.service import Gate
from chappe.kit.phone import to_e164
from chappe.sending.model import Batch, Composed
from chappe.sms import gsm7
from chappe.sms.encoding import Encoding, encode
from chappe.sms.options import DEFAULT, Charset, TextOptions
from chappe.sms.parts import count

_GSM7: Final = Encoding.GSM7.value
_UCS2: Final = Encoding.UCS2.value
_ONE_PART: Final = 160
"""Septets of a lone part (TS 23.038 section 6.1.2.1.1)."""
_SKIPS: Final = {code: Decision(code, None, None) for code in Code if code >= FIRST_SKIP}
_FAILURES: Final[Mapping[type[MissingVariable | Unrenderable], Decision]] = {
    MissingVariable: _SKIPS[Code.MISSING_VARIABLE],
    Unrenderable: _SKIPS[Code.TEMPLATE_ERROR],
}


class RoutePrices(Protocol):
    """Whether, at what price and by which branch a route reaches numbers."""

    def of_route(self, route_id: UUID, phones: Sequence[int]) -> Sequence[object | None]: ...

    def options_of(self, route_id: UUID | None) -> TextOptions: ...

    def every_options(self, route_id: UUID) -> Collection[TextOptions]: ...

    def dearest(self, route_id: UUID, phones: Sequence[int]) -> Sequence[Mapping[str, Decimal]]: ...

    def branches(
        self, route_id: UUID, purpose: str, phones: Sequence[int]
    ) -> Sequence[Branch | None] | None: ...


def costs_of(batches: Sequence[Batch], prices: RoutePrices) -> dict[str, Decimal]:
    """The most that these messages may cost, by currency, whichever carrier takes them and when; what has no
    price costs nothing that is known.
    """
    costs: dict[str, Decimal] = {}
    for batch in batches:
        if batch.texts is None or batch.route_id is None:
            continue
        every = prices.every_options(batch.route_id)
        parts = _most_parts(batch.texts, every) if len(every) > 1 else [batch.parts] * len(batch.phones)
        for known, n in zip(prices.dearest(batch.route_id, batch.phones), parts, strict=True):
            for currency, price in known.items():
                costs[currency] = costs.get(currency, Decimal(0)) + price * n
    return costs


def _most_parts(texts: Sequence[str], every: Collection[TextOptions]) -> list[int]:
    """Of each text, in whichever way it is written."""
    return [max(count(text, options) for options in every) for text in texts]


def measured(text: str, options: TextOptions = DEFAULT) -> tuple[str, int, int]:
    """The text in normal form, what the radio carries of it (0 septets, 8 UCS-2) and its parts, as a link of
    these options writes it.

    Parts are more than MOST_PARTS, not exact, when the text is far too long to be counted.
    """
    # What the GSM alphabet carries is in normal form: no character of it combines with another.
    short = options.charset is Charset.GSM7 and len(text) <= _ONE_PART
    septets = gsm7.DEFAULT.try_encode(text) if short else None
    if septets is not None and len(septets) <= _ONE_PART:
        return text, _GSM7, 1
    if len(text) > LONGEST_BODY:
        return text, 0, MOST_PARTS + 1
    encoded = encode(text, options)
    parts = 1 if encoded.units <= encoded.room(0) else count(encoded.text, options)
    return encoded.text, _UCS2 if encoded.encoding is Encoding.UCS2 else _GSM7, parts


def _all_plain(texts: Sequence[str | None]) -> TypeGuard[Sequence[str]]:
    """Whether each, as it is, is one part of the GSM alphabet that can be sent: asked of all at once."""
    plain = [text for text in texts if text is not None]
    if len(plain) < len(texts) or max(map(len, plain)) > _ONE_PART or not all(map(str.strip, plain)):
        return False
    joined = "".join(plain)
    septets = gsm7.DEFAULT.try_encode(joined)
    # As many septets as characters: none is escaped, so the length of a text is its units.
    return septets is not None and len(septets) == len(joined)


def fault_of(text: str, parts: int) -> Decision | None:
    """Why such a text is not sent."""
    if parts > MOST_PARTS:
        return _SKIPS[Code.TOO_LONG]
    return None if text and not text.isspace() else _SKIPS[Code.EMPTY_TEXT]


def priced(prices: RoutePrices, route_id: UUID | None, phones: Sequence[int]) -> list[bool]:
    """Whether the route has a price for each number."""
    if route_id is None:
        return [False] * len(phones)
    return [price is not None for price in prices.of_route(route_id, phones)]


def gate_to(gate: Gate, prices: RoutePrices, phone: int) -> Gate:
    """The gate for the branch of the sender's route that the number takes, where the route has any."""
    if gate.route_id is None:
        return gate
    found = prices.branches(gate.route_id, gate.purpose.label, [phone])
    return gate if found is None else gate.through(found[0])


class Composer:
    """Decides and renders for the recipients of one campaign, a page at a time.

    The template must have been checked; what it does with one contact's values is a reason to skip that
    contact, never an error of the page.
    """

    def __init__(self, template: Template, addressing: Addressing | None = None) -> None:
        """`addressing` makes the links of recipients, where the template asks for them."""
        self._template = template
        self._needs_phone = "phone" in template.variables
        self._addressing = addressing if PREFERENCES_URL in template.variables else None

    def compose(self, groups: Sequence[Group], gate: Gate, prices: RoutePrices) -> list[Batch]:
        """Every recipient in one batch."""
        batches: list[Batch] = []
        for group, through in _by_branch(groups, gate, prices):
            asked = priced(prices, through.route_id, group.phones) if through.needs_prices else None
            for decision, part in through.decide_group(group, asked):
                if decision.code >= FIRST_SKIP:
                    batches.append(_batch(part, decision, None, 0, 0))
                else:
                    batches += self._rendered(part, decision, through.route_id, prices)
        return batches

    def _rendered(
        self, group: Group, decision: Decision, route_id: UUID | None, prices: RoutePrices
    ) -> Iterator[Batch]:
        values = group.values
        if self._needs_phone:
            values = {**values, "phone": [to_e164(phone) for phone in group.phones]}
        if self._addressing is not None and group.contact_ids is not None:
            values = {**values, PREFERENCES_URL: self._addressing(group.contact_ids)}
        rendered = self._template.render_columns(values, len(group.phones))
        options = prices.options_of(route_id)
        if options.charset is Charset.GSM7 and _all_plain(rendered.texts):
            return iter((_batch(group, decision, rendered.texts, _GSM7, 1, route_id),))
        return _batches_of_each(group, decision, rendered, route_id, options)


def _by_branch(groups: Sequence[Group], gate: Gate, prices: RoutePrices) -> Iterator[tuple[Group, Gate]]:
    """Each group with the gate for its route; where the route has filters, in parts of one branch each."""
    gates: dict[Branch | None, Gate] = {}
    for group in groups:
        found = None
        if gate.route_id is not None:
            found = prices.branches(gate.route_id, gate.purpose.label, group.phones)
        if found is None:
            yield group, gate
            continue
        places: dict[Branch | None, list[int]] = {}
        for at, branch in enumerate(found):
            places.setdefault(branch, []).append(at)
        for branch, chosen in places.items():
            if branch not in gates:
                gates[branch] = gate.through(branch)
            yield group.only(chosen), gates[branch]


def _batch(
    group: Group,
    decision: Decision,
    texts: Sequence[str] | None,
    encoding: int,
    parts: int,
    route_id: UUID | None = None,
) -> Batch:
    return Batch(decision, group.zones, group.contact_ids, group.phones, texts, encoding, parts, route_id)


def _batches_of_each(
    group: Group, decision: Decision, rendered: Rendered, route_id: UUID | None, options: TextOptions
) -> Iterator[Batch]:
    """A batch for each encoding and number of parts, and for each reason to skip."""
    texts: list[str] = []
    alike: dict[tuple[Decision, int, int], list[int]] = {}
    for at, rendering in enumerate(rendered.texts):
        if rendering is None:
            text, kind = "", (_FAILURES[rendered.failed[at]], 0, 0)
        else:
            text, encoding, parts = measured(rendering, options)
            fault = fault_of(text, parts)
            kind = (decision, encoding, parts) if fault is None else (fault, 0, 0)
        texts.append(text)
        alike.setdefault(kind, []).append(at)
    for (each, encoding, parts), places in alike.items():
        bodies = None if each.skipped else [texts[at] for at in places]
        yield _batch(group.only(places), each, bodies, encoding, parts, route_id)


def with_text(
    recipient: Recipient,
    decision: Decision,
    rendered: tuple[str, int, int],
    reference: str | None = None,
) -> Composed:
    """The recipient with a text of bearable length, else skipped."""
    text, encoding, parts = rendered
    fault = fault_of(text, parts)
    if fault is not None:
        return Composed(recipient, fault, None, 0, 0, reference)
    return Composed(recipient, decision, text, encoding, parts, reference)

"""A page is decided and rendered in columns; each recipient gets what it would get alone."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chappe.carriers.filters import Branch
from chappe.content.model import MissingVariable, Unrenderable
from chappe.content.service import Template
from chappe.gate.model import Code, Group, Recipient, SenderFacts
from chappe.gate.service import Asked, Gate
from chappe.kit.phone import to_e164
from chappe.messages.model import Purpose
from chappe.sending.composing import Composer, measured, priced, with_text
from chappe.sending.model import Batch
from chappe.sending.planned import planned
from chappe.sending.rows import Common
from chappe.sms.encoding import encode
from chappe.sms.gsm7 import DEFAULT
from chappe.sms.options import TextOptions
from chappe.sms.parts import count

NOW = datetime(2026, 3, 10, 10, tzinfo=UTC)
SENDER = SenderFacts(UUID(int=1), "38200", False, UUID(int=2), True)
BODIES = [
    "Hello",
    "Hello {{ first_name }}, 20 % off",
    "Hello {{ first_name | default: 'you' | upcase }} in {{ city }}",
    "{{ city }}",
    "10 € off{% if city %} in {{ city }}{% endif %}",
    "{{ 10 | divided_by: first_name }}",
    "{{ phone }} {{ country }} {{ first_name }}",
]
VALUES = st.one_of(
    st.sampled_from(["Anna", " Bo ", "Zoë", "François", "Łukasz", "", "€", "☃" * 80, "x" * 170, "x" * 2000]),
    st.text(max_size=9),
    st.sampled_from([None, 5, 0, 2.5, True, False, [], ["a"]]),
)


class Even:
    """Prices for even numbers alone."""

    def of_route(self, route_id: UUID, phones: Sequence[int]) -> list[object | None]:
        return [None if phone % 2 else 1 for phone in phones]

    def options_of(self, route_id: UUID | None) -> TextOptions:
        return TextOptions()

    def branches(self, route_id: UUID, purpose: str, phones: Sequence[int]) -> None:
        return None


@st.composite
def groups(draw: st.DrawFn) -> Group:
    n = draw(st.integers(1, 6))
    column = st.lists(VALUES, min_size=n, max_size=n)
    state = draw(st.sampled_from([1, 1, 1, 2, 3, None]))
    first = draw(st.sampled_from([33600000000, 998_999, 10**15 - 3]))
    return Group(
        state,
        draw(st.sampled_from([True, True, False])),
        draw(st.sampled_from([0, 0, 1, 2])),
        draw(st.sampled_from(["Europe/Paris", "Asia/Tokyo", "America/New_York", ""])),
        None if state is None else list(range(n)),
        [first + at for at in range(n)],
        {"first_name": draw(column), "city": draw(column), "country": ["FR"] * n},
    )


def alone(
    group: Group, at: int, template: Template, gate: Gate
) -> tuple[Code, datetime | None, str | None, int, int]:
    phone = group.phones[at]
    contact_id = None if group.contact_ids is None else group.contact_ids[at]
    recipient = Recipient(
        contact_id, phone, group.contact_state, group.granted, group.suppressed, group.zones, None, None
    )
    [has_price] = priced(Even(), SENDER.route_id, [phone])
    decision = gate.decide(recipient, priced=has_price)
    if decision.skipped:
        return decision.code, None, None, 0, 0
    values = {name: column[at] for name, column in group.values.items()} | {"phone": to_e164(phone)}
    try:
        one = with_text(recipient, decision, measured(template.render(values)))
    except MissingVariable:
        return Code.MISSING_VARIABLE, None, None, 0, 0
    except Unrenderable:
        return Code.TEMPLATE_ERROR, None, None, 0, 0
    return one.decision.code, one.decision.due_at, one.text, one.encoding, one.parts


def found_in(batches: Sequence[Batch], phone: int) -> tuple[Code, datetime | None, str | None, int, int]:
    [(batch, at)] = [(batch, batch.phones.index(phone)) for batch in batches if phone in batch.phones]
    text = None if batch.texts is None else batch.texts[at]
    return batch.decision.code, batch.decision.due_at, text, batch.encoding, batch.parts


@given(
    groups(),
    st.sampled_from(BODIES),
    st.sampled_from([Purpose.MARKETING, Purpose.MARKETING, Purpose.TRANSACTIONAL]),
    st.booleans(),
    st.sampled_from([None, timedelta(hours=-1), timedelta(hours=2)]),
)
def test_each_recipient_gets_what_it_would_get_alone(
    group: Group, body: str, purpose: Purpose, asks_prices: bool, expires_in: timedelta | None
) -> None:
    expires_at = None if expires_in is None else NOW + expires_in
    asked = Asked(
        purpose, SENDER._replace(priced=asks_prices), gate_now=NOW, real_now=NOW,
        expires_at=expires_at, to_contacts=True,
    )  # fmt: skip
    template = Template(body)
    batches = Composer(template).compose([group], Gate(asked), Even())
    assert sum(len(batch.phones) for batch in batches) == len(group.phones)
    for at, phone in enumerate(group.phones):
        assert found_in(batches, phone) == alone(group, at, template, Gate(asked))


@given(
    st.text(st.sampled_from([*sorted(DEFAULT.characters), "ê", "\u0301", "\u212b", "\u2126"]), max_size=170)
)
def test_the_short_way_of_measuring_agrees_with_the_long_one(text: str) -> None:
    encoded = encode(text)
    assert measured(text) == (encoded.text, encoded.encoding.value, count(text))


@pytest.mark.parametrize("length", [159, 160, 161])
def test_an_escaped_character_takes_two_septets(length: int) -> None:
    assert measured("x" * (length - 2) + "€")[2] == (1 if length <= 160 else 2)
    assert measured("€" * 80)[2] == 1
    assert measured("€" * 81)[2] == 2


class Halves(Even):
    """A route whose branches take even numbers, and every third of the others."""

    def branches(self, route_id: UUID, purpose: str, phones: Sequence[int]) -> list[Branch | None]:
        return [EVEN if phone % 2 == 0 else (ODD if phone % 3 == 0 else None) for phone in phones]


EVEN, ODD = Branch(UUID(int=21), False), Branch(UUID(int=22), True)


def test_branches_of_a_route_are_batches_of_their_own() -> None:
    phones = list(range(33600000000, 33600000012))
    group = Group(1, True, 0, "Europe/Paris", list(range(12)), phones, {})
    asked = Asked(Purpose.TRANSACTIONAL, SENDER, gate_now=NOW, real_now=NOW, to_contacts=True)
    batches = Composer(Template("Hello")).compose([group], Gate(asked), Halves())
    assert {batch.decision.code: list(batch.phones) for batch in batches} == {
        Code.SEND: phones[::2],
        # This branch's carrier has prices, none of them for odd numbers.
        Code.NO_PRICE: [phone for phone in phones if phone % 2 and phone % 3 == 0],
        Code.NO_ROUTE: [phone for phone in phones if phone % 2 and phone % 3],
    }
    common = Common(1, 9, None, "38200", SENDER.route_id, Purpose.TRANSACTIONAL, None)
    assert {chunk.route_id for chunk in planned(batches, common, 100, NOW).chunks} == {EVEN.id}

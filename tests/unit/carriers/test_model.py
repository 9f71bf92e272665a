"""Sender addresses and prices: rules without a database."""

from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chappe.carriers.model import Price, SenderKind, numbering, sender_address
from chappe.carriers.prices import PriceTable
from chappe.carriers.settings import Numbering, SenderNumbering

ROUTE = UUID(int=7)


@pytest.mark.parametrize(
    ("kind", "text", "stored"),
    [
        ("alphanumeric", "ACME", "ACME"),
        ("alphanumeric", " Café 24 ", "Café 24"),
        ("alphanumeric", "A1234567890", "A1234567890"),
        ("alphanumeric", "A12345678901", None),
        ("alphanumeric", "12345", None),
        ("alphanumeric", "€€€€€A", "€€€€€A"),
        ("alphanumeric", "€€€€€AB", None),
        ("alphanumeric", "ça va", None),
        ("alphanumeric", "A\nB", None),
        ("alphanumeric", "", None),
        ("short_code", "36105", "36105"),
        ("short_code", "12", None),
        ("short_code", "123456789", None),
        ("short_code", "٣٦١٠٥", None),
        ("long_code", "+33 6 12 34 56 78", "+33612345678"),
        ("long_code", "33612345678", "+33612345678"),
        ("long_code", "0612345678", None),
        ("long_code", "+1234567890123456", None),
        ("long_code", "ACME", None),
    ],
)
def test_an_address_of_its_kind(kind: str, text: str, stored: str | None) -> None:
    assert sender_address(SenderKind(kind), text) == stored


@given(st.sampled_from(SenderKind), st.text(max_size=30))
def test_what_is_stored_is_stored_alike_again(kind: SenderKind, text: str) -> None:
    stored = sender_address(kind, text)
    assert stored is None or sender_address(kind, stored) == stored


def test_a_sender_is_announced_by_its_kind() -> None:
    usual = SenderNumbering()
    assert numbering(SenderKind.ALPHANUMERIC, usual) == Numbering(ton=5, npi=0)
    assert numbering(SenderKind.LONG_CODE, usual) == Numbering(ton=1, npi=1)
    assert numbering(SenderKind.SHORT_CODE, usual) == Numbering(ton=3, npi=0)


def price(prefix: str, amount: str) -> Price:
    return Price(prefix=prefix, price=Decimal(amount), currency="EUR")


def test_the_longest_prefix_wins() -> None:
    table = PriceTable(
        {1: [price("33", "0.04"), price("336", "0.05"), price("3361", "0.06")]}, {ROUTE: (1, 2)}
    )
    phones = [33100000000, 33622222222, 33612222222, 4915100000000]
    amounts = [None if found is None else str(found.price) for found in table.of_carrier(1, phones)]
    assert amounts == ["0.04", "0.05", "0.06", None]
    assert table.of_route(ROUTE, phones) == table.of_carrier(1, phones)


def test_the_empty_prefix_is_for_all_others() -> None:
    table = PriceTable({1: [price("", "0.1"), price("33", "0.04")]})
    found = table.of_carrier(1, [33100000000, 4915100000000])
    assert [str(one.price) for one in found if one] == ["0.04", "0.1"]


def test_without_prices_nothing_has_a_price() -> None:
    table = PriceTable({}, {ROUTE: ()})
    assert table.of_carrier(9, [33100000000]) == [None]
    assert table.of_route(ROUTE, [33100000000]) == [None]
    assert table.of_route(UUID(int=8), [1, 2]) == [None, None]


@given(
    st.lists(st.text("0123456789", max_size=6), unique=True, max_size=20),
    st.integers(1_000_000, 999_999_999_999_999),
)
def test_the_price_is_that_of_the_longest_prefix_that_fits(prefixes: list[str], phone: int) -> None:
    fitting = [prefix for prefix in prefixes if str(phone).startswith(prefix)]
    expected = max(fitting, key=len) if fitting else None
    (found,) = PriceTable({1: [price(prefix, "1") for prefix in prefixes]}).of_carrier(1, [phone])
    assert (None if found is None else found.prefix) == expected

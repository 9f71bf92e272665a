"""Numbers of people: both languages' ways, and no guess where there are two."""

from decimal import Decimal

import pytest

from chappe.kit.numbers import read_number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("250", "250"),
        ("1200.5", "1200.5"),
        ("1200,5", "1200.5"),
        ("1 200,50", "1200.50"),
        ("1\u202f200,50", "1200.50"),
        ("1,200.50", "1200.50"),
        ("1.200,50", "1200.50"),
        ("1,200,000", "1200000"),
        ("1.200.000,5", "1200000.5"),
        ("12’000.5", "12000.5"),
        ("0,045", "0.045"),
        ("1.125", "1.125"),
        ("-3", "-3"),
    ],
)
def test_read_as_it_is_meant(text: str, number: str) -> None:
    assert read_number(text) == Decimal(number)


@pytest.mark.parametrize(
    "text",
    ["", "1,200", "12,345", "1,20,300", "1.200.50", "1,2,3", "1e9", "NaN", "1..2", "1,200,5.0"],
)
def test_not_guessed(text: str) -> None:
    with pytest.raises(ValueError, match=r"number|decimals"):
        read_number(text)

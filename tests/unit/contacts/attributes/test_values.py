"""What people write becomes what is kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chappe.contacts.attributes.notation import PLAIN, Notation, notation
from chappe.contacts.attributes.telling import told
from chappe.contacts.attributes.values import Kind, Misfit, Shape, canonical, items, shown, typed

FRENCH, GERMAN, AMERICAN = notation("FR"), notation("DE"), notation("US")
COLOURS = ("Rouge", "Bleu ciel", "Vert")


@pytest.mark.parametrize(
    ("country", "language", "expected"),
    [
        ("FR", None, Notation(comma=True)),
        ("FR", "fr", Notation(comma=True)),
        ("DE", None, Notation(comma=True, groups_by_point=True)),
        ("US", None, Notation(month_first=True)),
        ("GB", None, PLAIN),
        ("CA", "fr", Notation(comma=True)),
        (None, "fr", Notation(comma=True)),
    ],
)
def test_how_a_country_writes(country: str | None, language: str | None, expected: Notation) -> None:
    assert notation(country, language) == expected


@pytest.mark.parametrize(
    ("text", "french", "german", "american"),
    [
        ("1 234,50", "1234.5", "1234.5", "1234.5"),
        ("1\u202f234,5", "1234.5", "1234.5", "1234.5"),
        ("1,234.50", "1234.5", "1234.5", "1234.5"),
        ("1.234", "1.234", "1234", "1.234"),
        ("1,234", "1.234", "1.234", "1234"),
        ("1.234.567", "1234567", "1234567", "1234567"),
        ("1'234.5", "1234.5", "1234.5", "1234.5"),
        ("-0,0", "0", "0", "0"),
        ("−3", "-3", "-3", "-3"),
        ("007", "7", "7", "7"),
        (".5", "0.5", "0.5", "0.5"),
        ("1e3", "1000", "1000", "1000"),
    ],
)
def test_numbers(text: str, french: str, german: str, american: str) -> None:
    read = [canonical(Shape(Kind.NUMBER), text, each) for each in (FRENCH, GERMAN, AMERICAN)]
    assert read == [french, german, american]


@pytest.mark.parametrize(
    ("text", "french", "american"),
    [
        ("2026-03-04", "2026-03-04", "2026-03-04"),
        ("2026-03-04 00:00:00", "2026-03-04", "2026-03-04"),
        ("04/03/2026", "2026-03-04", "2026-04-03"),
        ("31/03/2026", "2026-03-31", "2026-03-31"),
        ("03/31/2026", "2026-03-31", "2026-03-31"),
        ("4.3.2026", "2026-03-04", "2026-03-04"),
        ("29/02/2028", "2028-02-29", "2028-02-29"),
    ],
)
def test_days(text: str, french: str, american: str) -> None:
    assert [canonical(Shape(Kind.DATE), text, each) for each in (FRENCH, AMERICAN)] == [french, american]


@pytest.mark.parametrize(
    ("shape", "text", "expected"),
    [
        (Shape(Kind.BOOLEAN), "Oui", "true"),
        (Shape(Kind.BOOLEAN), "0", "false"),
        (Shape(Kind.CHOICE, COLOURS), "BLEU CIEL", "Bleu ciel"),
        (Shape(Kind.LIST), "a; b;a", '["a","b"]'),
        (Shape(Kind.LIST), '["x, y"]', '["x, y"]'),
        (Shape(Kind.LIST, COLOURS), "vert|rouge", '["Vert","Rouge"]'),
        (Shape(Kind.LIST), " ; ", ""),
        (Shape(), " 12 € ", "12 €"),
        (Shape(Kind.NUMBER), "   ", ""),
    ],
)
def test_other_kinds(shape: Shape, text: str, expected: str) -> None:
    assert canonical(shape, text) == expected


@pytest.mark.parametrize(
    ("shape", "text"),
    [
        (Shape(Kind.NUMBER), "12 €"),
        (Shape(Kind.NUMBER), "1.2.3"),
        (Shape(Kind.NUMBER), "NaN"),
        (Shape(Kind.NUMBER), "٣"),
        (Shape(Kind.NUMBER), "1e99"),
        (Shape(Kind.DATE), "2026-02-30"),
        (Shape(Kind.DATE), "2026-03-04 10:00"),
        (Shape(Kind.DATE), "soon"),
        (Shape(Kind.BOOLEAN), "maybe"),
        (Shape(Kind.CHOICE, COLOURS), "Mauve"),
        (Shape(Kind.LIST, COLOURS), "Rouge; Mauve"),
        (Shape(Kind.LIST), "[1, 2]"),
        (Shape(), "x" * 2_001),
    ],
)
def test_what_does_not_fit_says_what_is_expected(shape: Shape, text: str) -> None:
    misfit = canonical(shape, text)
    assert isinstance(misfit, Misfit)
    assert misfit.read == text
    assert misfit.code == f"not_{shape.kind}"
    assert misfit.expected


@given(
    st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**12), max_value=10**12),
    st.sampled_from([PLAIN, FRENCH, GERMAN, AMERICAN]),
)
def test_a_number_comes_back_from_its_form(number: object, written: Notation) -> None:
    kept = canonical(Shape(Kind.NUMBER), str(number))
    assert isinstance(kept, str)
    assert canonical(Shape(Kind.NUMBER), kept) == kept
    if not (written.groups_by_point and "." not in kept):
        assert canonical(Shape(Kind.NUMBER), shown(Shape(Kind.NUMBER), kept, written), written) == kept


def test_as_json_and_as_people_read() -> None:
    assert [typed(Shape(Kind.NUMBER), text) for text in ("12", "12.5", "abc")] == [12, 12.5, "abc"]
    assert typed(Shape(Kind.NUMBER), "0.1234567890123456789") == "0.1234567890123456789"
    assert typed(Shape(Kind.BOOLEAN), "true") is True
    assert typed(Shape(Kind.LIST), '["a","b"]') == ["a", "b"]
    assert items("plain") == ("plain",)
    assert told(Shape(Kind.NUMBER), "1234.5", "fr") == "1\u202f234,5"
    assert told(Shape(Kind.DATE), "2026-03-31", "fr") == "31 mars 2026"
    assert told(Shape(Kind.LIST), '["a","b"]', "en") == "a · b"
    assert told(Shape(Kind.NUMBER), "abc", "en") == "abc"

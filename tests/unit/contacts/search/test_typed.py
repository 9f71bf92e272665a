"""What is typed into the search of contacts."""

import pytest

from chappe.contacts.search.typed import read


def reached(text: str, number: int, country: str | None = "FR") -> bool:
    """Whether the search finds this number."""
    typed = read(text, country)
    begins = any(each.lo <= number <= each.hi for each in typed.ranges)
    return begins or bool(typed.ending and str(number).endswith(typed.ending))


@pytest.mark.parametrize(
    "text",
    [
        "06",
        "0612",
        "06 12 34",
        "06.12.34.56.78",
        "+33 6 12",
        "+33",
        "0033612",
        "33612345678",
        "(+33) 6 12",
        "612345",
        "5678",
        "345678",
        "06 12 34 56 78",
        "+33612345678",
    ],
)
def test_a_number_is_found_by_any_spelling(text: str) -> None:
    assert reached(text, 33612345678)


@pytest.mark.parametrize("text", ["07", "+44", "0033712", "5679", "+33 6 13", "678"])
def test_another_number_is_not(text: str) -> None:
    assert not reached(text, 33612345678)


def test_the_country_decides_what_a_zero_means() -> None:
    assert reached("07700", 447700900123, "GB")
    assert not reached("07700", 447700900123, "FR")
    assert reached("7700", 447700900123, "GB")


def test_words_are_folded_and_the_longest_leads() -> None:
    typed = read("  Él Dupónt-Ng", "FR")
    assert typed.words == ("dupont", "el", "ng")
    assert typed.patterns == ["% dupont%", "% el%", "% ng%"]


def test_an_address_is_one_word() -> None:
    assert read("Anna.D@Example.org", "FR").words == ("anna.d@example.org",)
    assert read("50%_a@b.c", None).patterns == ["% 50\\%\\_a@b.c%"]


@pytest.mark.parametrize("text", ["", "   ", "…", "00", "+"])
def test_nothing_is_nothing(text: str) -> None:
    typed = read(text, "FR")
    assert not typed.words
    assert not typed.numeric

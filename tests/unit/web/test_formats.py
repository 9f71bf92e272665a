"""Numbers, money, dates and numbers of phones in English and French."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from chappe.web.formats import Formats, phone

EN, FR = Formats("en"), Formats("fr")
MARCH = datetime(2026, 3, 5, 9, 2, 7, tzinfo=UTC)


def test_numbers_are_grouped_as_the_language_does() -> None:
    assert EN.number(12345) == "12,345"
    assert FR.number(12345) == "12\u202f345"
    assert EN.money(Decimal("1234.5"), "EUR") == "€1,234.50"
    assert FR.money(Decimal("1234.5"), "EUR") == "1\u202f234,50\u00a0€"


@pytest.mark.parametrize(
    ("part", "whole", "english", "french"),
    [
        (0, 0, "0%", "0\u202f%"),
        (0, 10, "0%", "0\u202f%"),
        (1, 1000, "0.1%", "0,1\u202f%"),
        (1, 3, "33%", "33\u202f%"),
        (9999, 10000, "99.9%", "99,9\u202f%"),
        (10, 10, "100%", "100\u202f%"),
    ],
)
def test_a_share_never_reads_as_all_or_nothing_unless_it_is(
    part: int, whole: int, english: str, french: str
) -> None:
    assert EN.percent(part, whole) == english
    assert FR.percent(part, whole) == french


def test_times_are_shown_in_the_zone_of_the_workspace() -> None:
    assert EN.moment(MARCH, "Europe/Paris") == "5 Mar, 10:02"
    assert FR.moment(MARCH, "Europe/Paris") == "5 mars, 10:02"
    assert EN.clock(MARCH, "America/New_York", seconds=True) == "04:02:07"
    assert FR.weekday(MARCH, "Europe/Paris") == "jeudi"


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        (33612345678, "+33\u00a06\u00a012\u00a034\u00a056\u00a078"),
        ("+33612345678", "+33\u00a06\u00a012\u00a034\u00a056\u00a078"),
        ("36179", "36179"),
        ("TELEGRAPHE", "TELEGRAPHE"),
        (99999999999999, "+99999999999999"),
    ],
)
def test_a_number_is_shown_in_groups_and_a_name_as_it_is(given: int | str, shown: str) -> None:
    assert phone(given) == shown


def test_the_price_of_one_message_keeps_its_tenths_of_a_cent() -> None:
    assert EN.price(Decimal("0.045"), "EUR") == "€0.045"
    assert EN.price(Decimal("0.09"), "EUR") == "€0.09"
    assert FR.price(Decimal("0.045"), "EUR") == "0,045\N{NO-BREAK SPACE}€"


def test_french_texts_of_data_files_break_at_no_sign() -> None:
    typed = "Le « 8 h à 20 h » est prudent ; voir : l’article"
    set_so = Formats("fr").typeset(typed)
    assert set_so.replace("\N{NO-BREAK SPACE}", " ") == typed
    assert set_so.count("\N{NO-BREAK SPACE}") == 4
    assert Formats("en").typeset("one : two") == "one : two"


def test_countries_make_a_phrase_and_a_file_weighs_kilobytes() -> None:
    assert EN.countries(["US", "CA"]) == "Canada and United States"
    assert FR.countries(["US", "CA"]) == "Canada et États-Unis"
    assert (EN.weight(299_001), FR.weight(1)) == ("300 kB", "1\u202fko")

"""The patterns answer as phonenumbers does, or do not answer."""

import random

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType

from chappe.kit import phone, phone_ranges

REGIONS = sorted(phonenumbers.SUPPORTED_REGIONS)
TYPES = (
    PhoneNumberType.MOBILE,
    PhoneNumberType.FIXED_LINE,
    PhoneNumberType.TOLL_FREE,
    PhoneNumberType.VOIP,
    PhoneNumberType.PERSONAL_NUMBER,
)
FORMATS = (PhoneNumberFormat.E164, PhoneNumberFormat.INTERNATIONAL, PhoneNumberFormat.NATIONAL)


def asked(text: str, country: str | None) -> int | None:
    """phonenumbers' own answer, the oracle."""
    try:
        number = phonenumbers.parse(text, country)
    except NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return int(f"{number.country_code}{phonenumbers.national_significant_number(number)}")


def samples(country: str, choose: random.Random) -> list[str]:
    """Example numbers of a country in every format, and near misses made by changing their digits."""
    texts = []
    for kind in TYPES:
        example = phonenumbers.example_number_for_type(country, kind)
        if example is None:
            continue
        for shape in FORMATS:
            text = phonenumbers.format_number(example, shape)
            texts += [text, text.replace(" ", ""), text.lstrip("+"), text[:-1], text + "7"]
            texts += [mutated(text, choose) for _ in range(12)]
    return texts


def mutated(text: str, choose: random.Random) -> str:
    changed = list(text)
    for _ in range(choose.randint(1, 6)):
        at = choose.randrange(len(changed))
        if changed[at].isdigit():
            changed[at] = str(choose.randrange(10))
    return "".join(changed)


@pytest.mark.parametrize("country", REGIONS)
def test_agrees_with_phonenumbers_on_valid_and_invalid_numbers(country: str) -> None:
    choose = random.Random(country)
    for text in samples(country, choose):
        understood = phone.try_parse(text, country)
        expected = asked(text, country)
        if expected is not None and phone.SMALLEST <= expected <= phone.LARGEST:
            assert understood == expected, text
        elif isinstance(understood, int):
            # Only 00 is read beyond what the country itself dials.
            assert text.startswith("00"), (text, understood)
            assert understood == asked("+" + text[2:], country)


@settings(max_examples=3000, deadline=None)
@given(st.sampled_from(REGIONS), st.from_regex(r"(\+|00|0|1|8)?[0-9]{4,13}", fullmatch=True))
def test_a_pattern_never_answers_otherwise(country: str, text: str) -> None:
    home = phone_ranges.region(country)
    assert home is not None
    digits = text.lstrip("+")
    international = phone_ranges.read_international(digits)
    assert international is None or international == asked("+" + digits, None)
    national = phone_ranges.read_national(digits, home)
    assert national is None or national == asked(digits, country)


@settings(max_examples=1000, deadline=None)
@given(st.text(max_size=40), st.sampled_from([None, "FR", "US", "DE"]))
def test_no_text_breaks_it(text: str, country: str | None) -> None:
    number = phone.try_parse(text, country)
    if isinstance(number, int):
        assert phone.SMALLEST <= number <= phone.LARGEST
        assert phone.try_parse(phone.to_e164(number)) == number
    else:
        assert phone.explain(number, text, country)


@pytest.mark.parametrize("country", REGIONS)
def test_the_owner_of_a_number_is_phonenumbers_own(country: str) -> None:
    choose = random.Random(country)
    for text in samples(country, choose):
        number = asked(text, country)
        if number is None:
            continue
        expected = phonenumbers.region_code_for_number(phonenumbers.parse(f"+{number}"))
        assert phone.country_of(number) == (None if expected == "001" else expected), number

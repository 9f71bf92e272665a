"""Spellings of phone numbers, and why some texts are none."""

import pytest

from chappe.kit import phone
from chappe.kit.phone import NotAPhone, PhoneFault

MOBILE = 33612345678


@pytest.mark.parametrize(
    "text",
    [
        "+33612345678",
        "0033612345678",
        "33612345678",
        "0612345678",
        "612345678",  # a spreadsheet ate the zero
        "06 12 34 56 78",
        "06.12.34.56.78",
        "06-12-34-56-78",
        "06/12/34/56/78",
        "06\u00a012\u00a034\u00a056\u00a078",
        "06\u202f12\u202f34\u202f56\u202f78",  # the narrow space of French numbers
        "+33 (0)6 12 34 56 78",
        "(+33) 6 12 34 56 78",
        "(06) 12 34 56 78",
        "\u202a+33 6 12 34 56 78\u202c",  # copied from an address book
        "\ufeff0612345678",
        "'0612345678",
        '="0612345678"',
        "tel:+33612345678",
        "Tél. : 06 12 34 56 78",
        "p:+33612345678",
        "33612345678.0",
        "612345678,0",
        "3.3612345678E+10",
        "3,3612345678e10",
        "٠٦١٢٣٤٥٦٧٨",
        "\uff0b\uff13\uff13\uff16\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18",  # full width
        "tel 0612345678",
        "  0612345678\n",
    ],
)
def test_one_number_in_many_spellings(text: str) -> None:
    assert phone.parse(text, "FR") == MOBILE


@pytest.mark.parametrize(
    ("text", "country", "number"),
    [
        ("+1 (202) 555-0123", None, 12025550123),
        ("1-202-555-0123", "US", 12025550123),
        ("011 33 6 12 34 56 78", "US", MOBILE),
        ("0033612345678", "US", MOBILE),  # not the prefix dialled there, and still clear
        ("0033612345678", None, MOBILE),
        ("06 1234 5678", "IT", 390612345678),  # the zero belongs to the number
        ("+39 06 1234 5678", "FR", 390612345678),
        ("+34 (0)612 345 678", "ES", 34612345678),
        ("+870773111632", None, 870773111632),
    ],
)
def test_other_countries(text: str, country: str | None, number: int) -> None:
    assert phone.parse(text, country) == number


@pytest.mark.parametrize(
    ("text", "country", "fault"),
    [
        ("", "FR", PhoneFault.EMPTY),
        (" \u200b ", "FR", PhoneFault.EMPTY),
        ("inconnu", "FR", PhoneFault.LETTERS),
        ("06 12 34 O6 78", "FR", PhoneFault.LETTERS),
        ("+", "FR", PhoneFault.LETTERS),
        ("0612345678", None, PhoneFault.NEEDS_COUNTRY),
        ("0612345678", "XX", PhoneFault.UNKNOWN_COUNTRY),
        ("+999123456789", "FR", PhoneFault.UNKNOWN_COUNTRY),
        ("06 12", "FR", PhoneFault.TOO_SHORT),
        ("12", "FR", PhoneFault.TOO_SHORT),
        ("061234567890", "FR", PhoneFault.TOO_LONG),
        ("+3361234567812345678", "FR", PhoneFault.TOO_LONG),
        ("1" * 300, "FR", PhoneFault.TOO_LONG),
        ("+33 0 00 00 00 00", "FR", PhoneFault.NOT_IN_USE),
        ("3.36E+10", "FR", PhoneFault.ROUNDED),
        ("3,36e+10", "FR", PhoneFault.ROUNDED),
        ("3E+10", "FR", PhoneFault.ROUNDED),
        ("3.36123456789E+10", "FR", PhoneFault.ROUNDED),
        ("01 23 45 67 89 poste 12", "FR", PhoneFault.EXTENSION),
        ("+1 202 555 0123 x45", "FR", PhoneFault.EXTENSION),
        ("0612345678 / 0698765432", "FR", PhoneFault.SEVERAL),
        ("0612345678 ou 0698765432", "FR", PhoneFault.SEVERAL),
        ("+33612345678+33698765432", "FR", PhoneFault.SEVERAL),
    ],
)
def test_why_it_is_not_a_number(text: str, country: str | None, fault: PhoneFault) -> None:
    assert phone.try_parse(text, country) is fault


def test_the_error_names_the_value_and_the_remedy() -> None:
    with pytest.raises(NotAPhone) as caught:
        phone.parse("3.36E+10", "FR", field="to")
    assert caught.value.fault is PhoneFault.ROUNDED
    assert caught.value.field == "to"
    assert "3.36E+10" in caught.value.detail
    assert "column as text" in caught.value.detail


def test_every_fault_is_explained() -> None:
    for fault in PhoneFault:
        assert phone.explain(fault, "12 34", "FR")
    assert len(phone.explain(PhoneFault.LETTERS, "x" * 10_000_000)) < 120


def test_a_column_keeps_its_order() -> None:
    assert phone.parse_many(["0612345678", "?", "+12025550123"], "FR") == [
        MOBILE,
        PhoneFault.LETTERS,
        12025550123,
    ]


def test_ways_out() -> None:
    assert phone.to_e164(MOBILE) == "+33612345678"
    assert phone.mask(MOBILE) == "+••••••••678"
    assert phone.country_of(MOBILE) == "FR"
    assert phone.country_of(14165550123) == "CA"
    assert phone.country_of(447911123456) == "GG"
    assert phone.country_of(870773111632) is None
    assert phone.country_of(99912345678) is None
    assert phone.is_country("FR")
    assert not phone.is_country("fr")


@pytest.mark.parametrize(
    ("address", "ton", "number"),
    [
        ("33612345678", 1, MOBILE),
        ("33612345678", 0, MOBILE),
        ("+33612345678", None, MOBILE),
        ("0033612345678", 1, MOBILE),
        ("0612345678", 2, MOBILE),
        ("612345678", 2, MOBILE),
        ("33012345678", 1, 33012345678),  # in no range known: a STOP from there must still count
        ("99912345678", 0, 99912345678),
        ("36105", 3, None),
        ("ACME", 5, None),
        ("12345678901", 5, None),
        ("", 0, None),
        ("1" * 16, 1, None),
        ("1" * 5000, None, None),  # more than int() reads
        ("00", 1, None),
        ("+00", None, None),
        ("000", 1, None),
        ("٠٦١٢٣٤٥٦٧٨", 0, None),
    ],
)
def test_addresses_of_carriers(address: str, ton: int | None, number: int | None) -> None:
    assert phone.from_wire(address, ton, "FR") == number


@pytest.mark.parametrize(
    "text", ["+33612345678", " 33612345678", "33612345678", "+33 6 12 34 56 78", "0033612345678"]
)
def test_numbers_of_requests(text: str) -> None:
    assert phone.parse_international(text) == MOBILE
    assert phone.parse_international("+99912345678") == 99912345678
    assert phone.parse_international("06 12 34 56 78", country="FR") == MOBILE
    assert phone.parse_international("+44 7400 123456", country="FR") == 447400123456
    with pytest.raises(NotAPhone, match="has no country"):
        phone.parse_international("0612345678", field="phone")

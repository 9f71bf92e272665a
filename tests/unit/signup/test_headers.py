"""Which column is which."""

import pytest

from chappe.signup.errors import BadMapping, NoPhoneColumn, UnknownColumn
from chappe.signup.header_words import FIELDS, PHONE
from chappe.signup.headers import columns_of, columns_without_header, normalised, slug


def fields(*names: str, mapping: dict[str, str | None] | None = None) -> list[str | None]:
    return [column.field for column in columns_of(names, mapping)]


@pytest.mark.parametrize(
    "name",
    [
        "phone",
        "Phone Number",
        "MOBILE",
        "Téléphone",
        "Tél.",
        "Tél. portable",
        "N° de téléphone",
        "Numéro",
        "Portable",
        "phoneNumber",
        "  gsm ",
        "Phone 1 - Value",
        "\ufeffmsisdn",
    ],
)
def test_names_of_the_phone(name: str) -> None:
    assert fields("x", name) == ["x", "phone"]


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("First name", "first_name"),
        ("Prénom", "first_name"),
        ("NOM", "last_name"),
        ("Surname", "last_name"),
        ("Nom complet", "name"),
        ("E-mail", "email"),
        ("Courriel", "email"),
        ("Pays", "country"),
        ("Country code", "country"),
        ("Langue", "language"),
        ("Ville préférée", "ville_preferee"),
        ("2024 total", "c_2024_total"),
        ("Œuvre", "oeuvre"),
        ("", "column_2"),
        ("日本", "column_2"),
        ("chappe_reason", None),
    ],
)
def test_names_of_others(name: str, field: str | None) -> None:
    assert fields("phone", name) == ["phone", field]


def test_the_mobile_is_preferred_and_the_other_kept() -> None:
    assert fields("Téléphone", "Portable") == ["telephone", "phone"]
    assert fields("Phone", "phone") == ["phone", "phone_2"]


def test_names_that_come_twice_are_told_apart() -> None:
    assert fields("phone", "Note", "note", "NOTE!") == ["phone", "note", "note_2", "note_3"]
    assert fields("phone", "Prénom", "First name") == ["phone", "first_name", "first_name_2"]


def test_a_mapping_wins_over_names() -> None:
    assert fields("Téléphone", "Contact", "Prénom", mapping={"contact ": "phone", "Prénom": None}) == [
        "telephone",
        "phone",
        None,
    ]
    assert fields("a", "b", mapping={"b": "phone", "a": "first_name"}) == ["first_name", "phone"]


def test_errors_name_the_columns() -> None:
    with pytest.raises(NoPhoneColumn, match="“Prénom”, “Ville”"):
        fields("Prénom", "Ville")
    with pytest.raises(UnknownColumn, match=r"“Contact”.*“phone”"):
        fields("phone", mapping={"Contact": "phone"})
    with pytest.raises(BadMapping, match="Two columns"):
        fields("a", "b", mapping={"a": "phone", "b": "phone"})
    with pytest.raises(BadMapping, match="First Name"):
        fields("phone", "a", mapping={"a": "First Name"})
    with pytest.raises(BadMapping, match="201 columns"):
        fields(*["phone"] * 201)


def test_both_ways_of_a_mapping_are_told() -> None:
    with pytest.raises(NoPhoneColumn, match=r"mapping, such as {.*--map 'Contact=phone'"):
        fields("Prénom")
    with pytest.raises(UnknownColumn, match="--map"):
        fields("phone", mapping={"Contact": "phone"})


def test_errors_show_few_columns_and_their_beginnings() -> None:
    with pytest.raises(NoPhoneColumn) as raised:
        fields(*[f"{n}\x00\n{'x' * 500}" for n in range(30)])
    assert raised.value.detail.count("“") - 2 == 10
    assert "x" * 36 + "…”" in raised.value.detail
    assert "x" * 40 not in raised.value.detail
    assert "and 20 more" in raised.value.detail
    assert raised.value.detail.isprintable()


def test_a_file_without_a_header() -> None:
    columns = columns_without_header(["Anna", "06 12 34 56 78", "Lyon"], "FR")
    assert columns is not None
    assert [column.field for column in columns] == ["column_1", "phone", "column_3"]
    assert columns_without_header(["Prénom", "Téléphone"], "FR") is None


def test_every_listed_name_is_written_as_it_is_compared() -> None:
    for word in [*PHONE, *(word for words in FIELDS.values() for word in words)]:
        assert normalised(word) == word
    assert len(set(PHONE)) == len(PHONE)


def test_slugs_are_names_of_variables() -> None:
    assert slug("Date d'achat") == "date_d_achat"
    assert slug("x" * 500) == "x" * 60

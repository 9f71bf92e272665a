"""A row becomes a contact, or a reason that names the column and the value."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chappe.contacts.model import IncomingContact
from chappe.kit.spreadsheets import guarded, unguarded
from chappe.signup.errors import EmptyFile, NoPhoneColumn
from chappe.signup.places import country_code, language_code
from chappe.signup.reading import ContactFile

ANNA = 33612345678


def file_of(text: str, country: str = "FR", mapping: dict[str, str | None] | None = None) -> ContactFile:
    return ContactFile(io.BytesIO(text.encode()), country, mapping)


def one(text: str) -> IncomingContact:
    batch = file_of(text).next_batch()
    assert not batch.rejections
    return batch.contacts[0]


def reason(text: str) -> str:
    batch = file_of(text).next_batch()
    assert not batch.contacts
    return batch.rejections[0].reason


def test_a_full_row() -> None:
    contact = one("Portable;Prénom;Pays;Langue;Ville\n06 12 34 56 78; Zoé ;FR;français;Nîmes\n")
    assert contact == IncomingContact(
        phone=ANNA,
        zones="Europe/Paris",
        country="FR",
        language="fr",
        attributes={"first_name": "Zoé", "ville": "Nîmes"},
    )


def test_an_empty_cell_says_nothing() -> None:
    assert one("phone,name,language,country\n0612345678,  ,,\n") == IncomingContact(
        phone=ANNA, zones="Europe/Paris"
    )


def test_short_rows_are_filled_and_long_ones_refused() -> None:
    assert one("phone,a,b\n0612345678\n").phone == ANNA
    assert one("phone,a\n0612345678,x,,\n").attributes == {"a": "x"}
    assert "3 cells and the header 2" in reason("phone,a\n0612345678,x,y\n")


def test_the_country_of_a_row_reads_its_number() -> None:
    contact = one("phone,pays\n079 123 45 67,Suisse\n")
    assert (contact.phone, contact.country) == (41791234567, "CH")
    assert reason("phone,pays\n0791234567,Atlantide\n") == (
        "pays: “Atlantide” is no country known; write its name or code"
    )
    assert one("phone,pays\n+41791234567,Atlantide\n").country is None


def test_a_language_that_is_not_understood_is_kept() -> None:
    contact = one("phone,language\n0612345678,Klingon\n")
    assert contact.language is None
    assert contact.attributes == {"language": "Klingon"}


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("3.36E+10,x", "phone: “3.36E+10” was rounded"),
        (",x", "phone: the number is empty"),
        ("06 12,x", "phone: “06 12” is too short for a number of FR"),
        ("0612345678,a\0b", "note: “a␀b” holds a NUL"),
        ("0612345678," + "x" * 10_001, "note: “xxx"),
    ],
)
def test_reasons(row: str, words: str) -> None:
    assert words in reason(f"phone,note\n{row}\n")
    assert len(reason(f"phone,note\n{row}\n")) < 200


def test_rows_are_numbered_as_a_spreadsheet_does() -> None:
    batch = file_of("phone\n0612345678\n\n?\n").next_batch()
    assert [(refused.row, refused.cells) for refused in batch.rejections] == [(4, ["?"])]
    assert (batch.rows_read, batch.after) == (2, 3)


def test_duplicates_in_a_batch_are_merged() -> None:
    batch = file_of(
        "phone,city,points\n0612345678,Lyon,1\n+33612345678,Nice,\n06.12.34.56.78,,3\n"
    ).next_batch()
    assert batch.duplicates == 2
    assert batch.contacts[0].attributes == {"city": "Nice", "points": "3"}


def test_batches_go_on_at_a_cursor() -> None:
    text = "phone\n" + "".join(f"06123456{n:02d}\n" for n in range(10))
    contact_file = file_of(text)
    assert [[p % 100 for p in phones] for phones in contact_file.skip_to(4)] == [[0, 1, 2, 3]]
    batch = contact_file.next_batch(4)
    assert [contact.phone % 100 for contact in batch.contacts] == [4, 5, 6, 7]
    assert (batch.before, batch.after, batch.last) == (4, 8, False)
    batch = contact_file.next_batch(4)
    assert (len(batch.contacts), batch.last) == (2, True)


def test_a_file_without_header_begins_with_data() -> None:
    batch = file_of("0612345678,Anna\n0698765432,Boris\n").next_batch()
    assert [contact.phone for contact in batch.contacts] == [ANNA, 33698765432]
    assert batch.contacts[0].attributes == {"column_2": "Anna"}


def test_files_that_cannot_be_used() -> None:
    with pytest.raises(EmptyFile):
        file_of("\n\n")
    with pytest.raises(NoPhoneColumn):
        file_of("name\nAnna\n")
    with pytest.raises(EmptyFile, match="Row 1"):
        file_of("x" * (1 << 21))


@given(st.text(max_size=20) | st.from_regex(r"'*[=+\-@\t\r\x00].*", fullmatch=True))
def test_the_guard_is_lossless_and_no_formula_is_left(value: str) -> None:
    written = guarded(value)
    assert unguarded(written) == value
    assert not written.startswith(("=", "+", "-", "@", "\t", "\r", "\0"))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("FR", "FR"),
        ("fr", "FR"),
        ("France", "FR"),
        ("États-Unis", "US"),
        ("USA", "US"),
        ("Royaume-Uni", "GB"),
    ],
)
def test_countries(text: str, code: str) -> None:
    assert country_code(text) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [("fr", "fr"), ("fr-CA", "fr"), ("EN_us", "en"), ("Français", "fr"), ("French", "fr"), ("Deutsch", "de")],
)
def test_languages(text: str, code: str) -> None:
    assert language_code(text) == code


def test_unknown_places() -> None:
    assert country_code("Atlantide") is None
    assert country_code("") is None
    assert language_code("xx") is None
    assert language_code("") is None

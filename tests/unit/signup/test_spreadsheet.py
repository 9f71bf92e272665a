"""Workbooks: numbers, dates, hidden sheets, blank rows, and files that are none."""

import io
import zipfile
from collections.abc import Callable
from datetime import date

import pytest

from chappe.signup.errors import NotATable
from chappe.signup.table import rows_of

Workbook = Callable[..., bytes]


def test_cells_become_what_a_person_would_type(workbook: Workbook) -> None:
    data = workbook(
        (
            "Clients",
            [
                ["Téléphone", "Points", "Depuis", "Actif", "Note"],
                [33612345678, 12.5, date(2023, 3, 15), True, "été & co"],
                [612345678.0, 3, None, False, None],
            ],
        )
    )
    assert list(rows_of(io.BytesIO(data))) == [
        ["Téléphone", "Points", "Depuis", "Actif", "Note"],
        ["33612345678", "12.5", "2023-03-15", "true", "été & co"],
        ["612345678", "3", "", "false", ""],
    ]


def test_rows_keep_the_numbers_the_spreadsheet_shows(workbook: Workbook) -> None:
    data = workbook(("S", [[], [], [None, "phone"], [], [None, "0612345678"]]))
    rows = list(rows_of(io.BytesIO(data)))
    assert rows.index(["phone"]) == 2
    assert rows.index(["0612345678"]) == 4


def test_the_first_visible_sheet_that_holds_anything(workbook: Workbook) -> None:
    data = workbook(
        ("Secret", [["phone"], ["0600000000"]]), ("Empty", []), ("Clients", [["phone"]]), hidden=["Secret"]
    )
    assert list(rows_of(io.BytesIO(data))) == [["phone"]]


def test_an_empty_workbook_has_no_rows(workbook: Workbook) -> None:
    assert list(rows_of(io.BytesIO(workbook(("S", []))))) == []


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"%PDF-1.7\n", "PDF"),
        (b"\x89PNG\r\n\x1a\n", "picture"),
        (b"\x1f\x8b\x08", "compressed"),
        (b"PK\x03\x04 cut short", "cannot be read"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "cannot be read"),
    ],
)
def test_other_files_are_named(data: bytes, words: str) -> None:
    with pytest.raises(NotATable, match=words):
        list(rows_of(io.BytesIO(data)))


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file, file.open("xl/bomb.xml", "w") as entry:
        for _ in range(101):
            entry.write(bytes(1 << 20))
    with pytest.raises(NotATable, match="too large when unpacked"):
        list(rows_of(packed))

"""A file as rows of cells, whatever its format. Text is read row by row; a workbook is unpacked whole."""

from typing import BinaryIO

from chappe.signup.delimited import delimited_rows
from chappe.signup.errors import NotATable
from chappe.signup.model import Rows
from chappe.signup.spreadsheet import spreadsheet_rows

_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # ZIP (XLSX, ODS) and the older compound file (XLS)
# Files that people pick by mistake, by how they begin.
_MISTAKES = {
    b"%PDF": "a PDF document",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"\x1f\x8b": "a compressed file",
    b"Rar!": "a compressed file",
    b"7z\xbc\xaf": "a compressed file",
    b"{\\rtf": "a text document",
    b"<!DOCTYPE": "a web page",
    b"<html": "a web page",
    b"BEGIN:VCARD": "a file of business cards",
}
_LONGEST_MAGIC = 16


def rows_of(file: BinaryIO) -> Rows:
    """The rows, the header among them. Raises NotATable for what is neither text nor a workbook."""
    beginning = beginning_of(file)
    if is_workbook(beginning):
        return spreadsheet_rows(file)
    for magic, name in _MISTAKES.items():
        if beginning.startswith(magic):
            raise NotATable(f"The file is {name}. Export the contacts as CSV or XLSX and import that.")
    return delimited_rows(file)


def beginning_of(file: BinaryIO) -> bytes:
    """What tells its format; the file is at its start afterwards."""
    file.seek(0)
    beginning = file.read(_LONGEST_MAGIC)
    file.seek(0)
    return beginning


def is_workbook(beginning: bytes) -> bool:
    """Whether a file that begins so is read as one piece."""
    return beginning.startswith(_WORKBOOKS)

"""Workbooks (XLSX, XLS, ODS) as rows of text: the first visible sheet that holds anything."""

import zipfile
from datetime import date, datetime, time
from typing import BinaryIO, TypeAlias

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetVisibleEnum,
    load_workbook,
)

from chappe.signup.errors import NotATable
from chappe.signup.model import Rows

# A workbook is read whole, into twice the size of its XML (measured: 660 bytes a row of six cells). This much
# keeps a worker under 300 MB.
_MOST_UNPACKED = 100 << 20

_Cell: TypeAlias = object


def spreadsheet_rows(file: BinaryIO) -> Rows:
    """The rows of the sheet, blank ones above it included, so that numbers are those the program shows.
    Raises NotATable.
    """
    _refuse_bombs(file)
    try:
        workbook = load_workbook(file)
    except PasswordError:
        raise NotATable("The workbook is protected by a password. Save it without one.") from None
    except CalamineError as error:
        raise NotATable(
            f"The workbook cannot be read ({error}). Open it, save it as XLSX or CSV, and import that."
        ) from None
    with workbook:
        sheet = _first_filled(workbook)
        if sheet is None:
            return
        for row in sheet.iter_rows():
            yield [_text(cell) for cell in row]


def _refuse_bombs(file: BinaryIO) -> None:
    file.seek(0)
    if zipfile.is_zipfile(file):
        with zipfile.ZipFile(file) as packed:
            if sum(entry.file_size for entry in packed.infolist()) > _MOST_UNPACKED:
                raise NotATable(
                    "The workbook is too large when unpacked: some 280,000 rows of six columns can be read. "
                    "Save it as CSV, which may have millions, and import that."
                )
    file.seek(0)


def _first_filled(workbook: CalamineWorkbook) -> CalamineSheet | None:
    for index, about in enumerate(workbook.sheets_metadata):
        if about.visible is SheetVisibleEnum.Visible:
            sheet = workbook.get_sheet_by_index(index)
            if sheet.start is not None:
                return sheet
    return None


def _text(cell: _Cell) -> str:
    """The value as a person would type it. A phone number kept as a number is a float without a fraction."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(sep=" ")
    if isinstance(cell, date | time):
        return cell.isoformat()
    return str(cell)

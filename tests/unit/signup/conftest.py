"""Workbooks for tests, written by hand: a ZIP of the few XML files that ECMA-376 asks for."""

import io
import zipfile
from collections.abc import Callable, Sequence
from datetime import date
from xml.sax.saxutils import escape, quoteattr

import pytest

_TYPES = """<?xml version="1.0" encoding="UTF-8"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="xml" ContentType="application/xml"/>
<Override PartName="/xl/workbook.xml"
 ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>
<Override PartName="/xl/styles.xml"
 ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/>
{sheets}</Types>"""
_RELATIONS = """<?xml version="1.0" encoding="UTF-8"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{relations}</Relationships>"""
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
# Style 1 is a date.
_STYLES = f"""<?xml version="1.0" encoding="UTF-8"?><styleSheet xmlns="{_MAIN}">
<fonts count="1"><font/></fonts><fills count="1"><fill/></fills><borders count="1"><border/></borders>
<cellStyleXfs count="1"><xf/></cellStyleXfs>
<cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>"""


Cell = str | float | bool | date | None
_DAY_ZERO = date(1899, 12, 30)  # a date is a number of days to a spreadsheet


@pytest.fixture
def workbook() -> Callable[..., bytes]:
    """Makes the bytes of an XLSX file: `workbook(("Sheet", rows), …, hidden=["Sheet"])`."""
    return make_workbook


def make_workbook(*sheets: tuple[str, Sequence[Sequence[Cell]]], hidden: Sequence[str] = ()) -> bytes:
    """An XLSX file with these sheets (name, rows)."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        numbers = range(1, len(sheets) + 1)
        file.writestr(
            "[Content_Types].xml",
            _TYPES.format(
                sheets="".join(
                    f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="application/vnd.openxml'
                    'formats-officedocument.spreadsheetml.worksheet+xml"/>'
                    for n in numbers
                )
            ),
        )
        file.writestr("_rels/.rels", _relations([("officeDocument", "xl/workbook.xml")]))
        file.writestr(
            "xl/_rels/workbook.xml.rels",
            _relations(
                [*(("worksheet", f"worksheets/sheet{n}.xml") for n in numbers), ("styles", "styles.xml")]
            ),
        )
        file.writestr("xl/styles.xml", _STYLES)
        file.writestr("xl/workbook.xml", _workbook([name for name, _ in sheets], hidden))
        for n, (_, rows) in zip(numbers, sheets, strict=True):
            file.writestr(f"xl/worksheets/sheet{n}.xml", _sheet(rows))
    return packed.getvalue()


def _relations(targets: Sequence[tuple[str, str]]) -> str:
    return _RELATIONS.format(
        relations="".join(
            f'<Relationship Id="r{n}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
            for n, (kind, target) in enumerate(targets, start=1)
        )
    )


def _workbook(names: Sequence[str], hidden: Sequence[str]) -> str:
    sheets = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{n}" r:id="r{n}"'
        f' state="{"hidden" if name in hidden else "visible"}"/>'
        for n, name in enumerate(names, start=1)
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">'
        f"<sheets>{sheets}</sheets></workbook>"
    )


def _sheet(rows: Sequence[Sequence[Cell]]) -> str:
    written = "".join(
        f'<row r="{n}">{"".join(_cell(n, column, cell) for column, cell in enumerate(row))}</row>'
        for n, row in enumerate(rows, start=1)
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="{_MAIN}">'
        f"<sheetData>{written}</sheetData></worksheet>"
    )


def _cell(row: int, column: int, value: Cell) -> str:
    place = f'r="{chr(ord("A") + column)}{row}"'
    if value is None:
        return ""
    if isinstance(value, bool):
        return f'<c {place} t="b"><v>{int(value)}</v></c>'
    if isinstance(value, date):
        return f'<c {place} s="1"><v>{(value - _DAY_ZERO).days}</v></c>'
    if isinstance(value, int | float):
        return f"<c {place}><v>{value!r}</v></c>"
    return f'<c {place} t="inlineStr"><is><t>{escape(value)}</t></is></c>'

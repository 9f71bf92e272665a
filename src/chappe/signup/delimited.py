"""Text files of cells: comma, semicolon, tab or bar between them, quotes around them, any line ends."""

import csv
import io
from collections import Counter
from itertools import islice
from typing import BinaryIO
from unicodedata import category

from chappe.signup.encodings import MIXED, detect
from chappe.signup.errors import NotATable
from chappe.signup.faults import Fault, FaultCode
from chappe.signup.header_words import WRITTEN_BY_US
from chappe.signup.model import BrokenRow, Rows

_DELIMITERS = ",;\t|"
_SAMPLE_CHARACTERS = 1 << 16
_SAMPLE_ROWS = 50
# A line beyond this is no row of contacts; it is read past in pieces, so that memory stays flat.
LONGEST_LINE = 1 << 20
_SHOWN = 200
# What no text has: controls, halves of pairs, and code points that are unassigned or private. Random bytes
# read as Latin-1 have a quarter of them; a text with a stray one stays far below.
_NO_TEXT = frozenset({"Cc", "Cs", "Cn", "Co"})
_CONTROLS_OF_TEXT = "\t\n\r\f\v\x1a"
_MOST_NO_TEXT = 0.1
_JUDGED = 4096


def delimited_rows(file: BinaryIO) -> Rows:
    """The records of the file, the header first. A record that cannot be read is a BrokenRow in its place.
    Raises NotATable for what is no text.
    """
    text = io.TextIOWrapper(file, encoding=detect(file), errors=MIXED, newline="")
    try:
        sample = text.read(_SAMPLE_CHARACTERS)
        _refuse_binary(sample[:_JUDGED])
        text.seek(0)
        lines = _Lines(text)
        delimiter = _stated_delimiter(sample)
        if delimiter is not None:
            next(lines)
        yield from _records(lines, delimiter or ("," if _written_by_us(sample) else sniff(sample)))
    finally:
        text.detach()  # the file is the caller's to close


def _refuse_binary(beginning: str) -> None:
    odd = sum(category(c) in _NO_TEXT and c not in _CONTROLS_OF_TEXT for c in beginning)
    if odd > len(beginning) * _MOST_NO_TEXT:
        raise NotATable(
            "The file is neither CSV nor XLSX, whatever its name: it holds bytes that are no text. Open it "
            "in the program it comes from, save it as CSV or XLSX, and import that."
        )


def sniff(sample: str) -> str:
    """The delimiter that cuts most rows into the same number of cells, most cells first."""
    return max(_DELIMITERS, key=lambda delimiter: _regularity(sample, delimiter))


def _regularity(sample: str, delimiter: str) -> int:
    try:
        reader = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
        widths = Counter(len(row) for row in islice(reader, _SAMPLE_ROWS) if row)
    except csv.Error:
        return 0
    return max(((width - 1) * rows for width, rows in widths.items()), default=0)


def _written_by_us(sample: str) -> bool:
    """Values of our own exports may hold more semicolons than a row has commas."""
    first = sample.removeprefix("\ufeff").split("\n", 1)[0]
    return first.startswith("phone,") and f",{WRITTEN_BY_US}," in first


def _stated_delimiter(sample: str) -> str | None:
    """Excel's own first line, `sep=;`."""
    first = sample[:8].splitlines()[:1]
    stated = first[0].removeprefix("\ufeff") if first else ""
    return stated[4] if len(stated) == 5 and stated.lower().startswith("sep=") else None


class _LineTooLong(Exception):
    def __init__(self, beginning: str) -> None:
        super().__init__(beginning)
        self.beginning = beginning


class _Lines:
    """The lines of a text, for csv.reader. A class, because a generator ends with its first error."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._text.readline(LONGEST_LINE)
        if len(line) == LONGEST_LINE and line[-1] not in "\r\n":
            beginning = line[:_SHOWN]
            while len(line) == LONGEST_LINE and line[-1] not in "\r\n":
                line = self._text.readline(LONGEST_LINE)
            raise _LineTooLong(beginning)
        if not line:
            raise StopIteration
        return line


def _records(lines: _Lines, delimiter: str) -> Rows:
    reader = csv.reader(lines, delimiter=delimiter)
    while True:
        before = reader.line_num
        try:
            row = next(reader)
        except StopIteration:
            return
        except _LineTooLong as error:
            reason = f"the row is longer than {LONGEST_LINE:,} characters; is a quote never closed?"
            yield BrokenRow(Fault(FaultCode.LONG_ROW, None, "", reason), error.beginning)
        except csv.Error:
            # The one error of a lenient reader: a cell beyond csv.field_size_limit. It goes on at the next
            # line.
            swallowed = reader.line_num - before
            reason = (
                f"a cell is longer than {csv.field_size_limit():,} characters and takes in {swallowed} lines"
                "; is a quote never closed?"
            )
            yield BrokenRow(Fault(FaultCode.OPEN_QUOTE, None, str(swallowed), reason), "")
        else:
            yield row

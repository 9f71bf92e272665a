"""Cells of CSV files that people open in a spreadsheet: none is run as a formula, and nothing is lost."""

import csv
import io
from collections.abc import Iterable, Sequence

# What stands before a cell that a spreadsheet would take for a formula (OWASP ASVS 1.2.10).
_GUARD = "'"
_GUARDED = ("=", "+", "-", "@", "\t", "\r", "\0")


def unguarded(value: str) -> str:
    """`'=1+1` as our exports write it → `=1+1`; other quotes stay."""
    guarded_once = value.startswith(_GUARD) and value.lstrip(_GUARD).startswith(_GUARDED)
    return value[1:] if guarded_once else value


def guarded(value: str) -> str:
    """A value that no spreadsheet runs as a formula; `unguarded` gives it back."""
    return _GUARD + value if value.lstrip(_GUARD).startswith(_GUARDED) else value


def csv_text(rows: Iterable[Sequence[str]]) -> str:
    """Rows as RFC 4180 has them, every cell guarded."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([guarded(cell) for cell in row] for row in rows)
    return text.getvalue()

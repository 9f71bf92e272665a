"""What can be wrong with a row: a code that pages have words for, the column, the value, and English for the
API and the file of rejected rows.
"""

from enum import StrEnum

import msgspec

from chappe.kit.phone import PhoneFault, explain

LONGEST_SHOWN = 60


class FaultCode(StrEnum):
    """Beside these, the faults of numbers: `phone_` and the code of kit/phone."""

    TOO_MANY_CELLS = "too_many_cells"
    UNKNOWN_COUNTRY = "unknown_country"
    NUL = "nul"
    LONG_CELL = "long_cell"
    LONG_ROW = "long_row"
    OPEN_QUOTE = "open_quote"


class Fault(msgspec.Struct, frozen=True):
    """`field`: the column as the file names it, None when the row as a whole is at fault; `value`: what stood
    there, shortened; `reason`: a sentence in English.
    """

    code: str
    field: str | None
    value: str
    reason: str


def about_number(column: str, text: str, fault: PhoneFault, country: str) -> Fault:
    """The number cannot be texted."""
    reason = f"{column}: {explain(fault, text, country)}"
    return Fault(f"phone_{fault.value}", column, shortened(text.strip()), reason)


def about_cell(code: FaultCode, column: str, value: str, problem: str) -> Fault:
    """Another cell cannot be used; `problem` says why, after the value."""
    shown = shortened(value)
    return Fault(code, column, shown, f"{column}: “{shown}” {problem}")


def shortened(value: str) -> str:
    return value if len(value) <= LONGEST_SHOWN else value[:LONGEST_SHOWN] + "…"

"""What can be wrong with a row: a code that pages have words for, the column, the value, and English for the
API and the file of rejected rows.
"""

from enum import StrEnum

import msgspec

from chappe.contacts.attributes.values import Misfit
from chappe.kit.phone import PhoneFault, explain

LONGEST_SHOWN = 60


class FaultCode(StrEnum):
    """Beside these, the faults of numbers: `phone_` and the code of kit/phone; and those of values: `not_`
    and the kind of their attribute.
    """

    TOO_MANY_CELLS = "too_many_cells"
    UNKNOWN_COUNTRY = "unknown_country"
    NUL = "nul"
    LONG_CELL = "long_cell"
    LONG_ROW = "long_row"
    OPEN_QUOTE = "open_quote"
    UNKNOWN_ZONE = "unknown_zone"
    LONG_ID = "long_id"
    ID_CLASH = "id_clash"


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


def about_value(column: str, misfit: Misfit) -> Fault:
    """The value does not fit its attribute."""
    shown = shortened(misfit.read)
    return Fault(
        misfit.code, column, shown, f"{column}: “{shown}” was read, and {misfit.expected} is expected"
    )


def about_clash(external_id: str) -> Fault:
    """The external id is of a contact with another number, or the number of one with another external id."""
    shown = shortened(external_id)
    return Fault(
        FaultCode.ID_CLASH,
        None,
        shown,
        f"“{shown}” and the number belong to two different contacts; correct one of them, or merge the two",
    )


def shortened(value: str) -> str:
    return value if len(value) <= LONGEST_SHOWN else value[:LONGEST_SHOWN] + "…"

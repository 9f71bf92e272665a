"""One row: a contact, or its fault, which names the column and the value."""

from collections.abc import Sequence

import msgspec

from chappe.contacts.model import IncomingContact
from chappe.kit import phone
from chappe.kit.phone import PhoneFault
from chappe.kit.spreadsheets import unguarded
from chappe.rules.service import zones_of
from chappe.signup.faults import Fault, FaultCode, about_cell, about_number
from chappe.signup.header_words import LISTS, WRITTEN_BY_US
from chappe.signup.model import Column
from chappe.signup.places import country_code, language_code

LONGEST_CELL = 10_000


class RowReader:
    """Reads rows of one file. An empty cell says nothing, so it erases nothing. In a file of ours values are
    taken to the letter, spaces at their ends too.
    """

    def __init__(self, columns: Sequence[Column], country: str) -> None:
        self._columns = columns
        self._width = len(columns)
        self._country = country
        phone_column = _position(columns, "phone")
        assert phone_column is not None, "the header was read, so it has a column of numbers"
        self._phone = phone_column
        self._stated_country = _position(columns, "country")
        self._language = _position(columns, "language")
        named = {column.name.strip(): position for position, column in enumerate(columns)}
        self._to_the_letter = WRITTEN_BY_US in named
        self._lists = named.get(LISTS) if self._to_the_letter else None
        own = {self._phone, self._stated_country, self._language}
        self._attributes = [
            (position, column.field)
            for position, column in enumerate(columns)
            if column.field is not None and position not in own
        ]

    def read(self, cells: list[str]) -> IncomingContact | Fault:
        if len(cells) != self._width:
            if any(cells[self._width :]):
                return Fault(
                    FaultCode.TOO_MANY_CELLS,
                    None,
                    str(len(cells)),
                    f"the row has {len(cells)} cells and the header {self._width}: a separator inside a "
                    "value needs quotes around the value",
                )
            cells = cells[: self._width] + [""] * (self._width - len(cells))
        whole = "".join(cells)
        if "\0" in whole or len(whole) > LONGEST_CELL:
            fault = self._unfit_cell(cells)
            if fault is not None:
                return fault
        country = None
        if self._stated_country is not None and (stated := cells[self._stated_country].strip()):
            country = country_code(stated)
            if country is None and not cells[self._phone].lstrip("' (").startswith(("+", "00")):
                return self._about(
                    FaultCode.UNKNOWN_COUNTRY,
                    self._stated_country,
                    stated,
                    "is no country known; write its name or code",
                )
        number = phone.try_parse(cells[self._phone], country or self._country)
        if isinstance(number, PhoneFault):
            name = self._columns[self._phone].name.strip()
            return about_number(name, cells[self._phone], number, country or self._country)
        return self._contact(number, country, cells)

    def lists(self, cells: list[str]) -> list[str]:
        """Names of the lists that a row of one of our exports puts its contact on."""
        if self._lists is None or len(cells) <= self._lists or not cells[self._lists]:
            return []
        try:
            return msgspec.json.decode(unguarded(cells[self._lists]), type=list[str])
        except msgspec.DecodeError:
            return []  # somebody wrote into the cell: the contact is taken all the same

    def _contact(self, number: int, country: str | None, cells: list[str]) -> IncomingContact:
        attributes = {}
        for position, field in self._attributes:
            value = cells[position] if self._to_the_letter else cells[position].strip()
            if value:
                attributes[field] = unguarded(value)
        language = None
        if self._language is not None and (stated := cells[self._language].strip()):
            language = language_code(stated)
            if language is None:
                attributes["language"] = stated  # not understood, and still not lost
        return IncomingContact(
            phone=number,
            zones=zones_of(number),
            country=country,
            language=language,
            attributes=attributes,
        )

    def _unfit_cell(self, cells: list[str]) -> Fault | None:
        for position, cell in enumerate(cells):
            if "\0" in cell:
                shown = cell.replace("\0", "␀")
                return self._about(FaultCode.NUL, position, shown, "holds a NUL character; type it again")
            if len(unguarded(cell)) > LONGEST_CELL:
                problem = f"is longer than {LONGEST_CELL:,} characters"
                return self._about(FaultCode.LONG_CELL, position, cell, problem)
        return None

    def _about(self, code: FaultCode, position: int, value: str, problem: str) -> Fault:
        return about_cell(code, self._columns[position].name.strip(), value, problem)


def _position(columns: Sequence[Column], field: str) -> int | None:
    return next((n for n, column in enumerate(columns) if column.field == field), None)

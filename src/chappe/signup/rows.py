"""One row: a contact, or its fault, which names the column and the value."""

from collections.abc import Mapping, Sequence

import msgspec

from chappe.contacts.attributes.notation import PLAIN, Notation
from chappe.contacts.attributes.values import Kind, Misfit, Shape, canonical
from chappe.contacts.entry import LONGEST_EXTERNAL_ID
from chappe.contacts.model import IncomingContact, ZoneOrigin
from chappe.kit import phone
from chappe.kit.phone import PhoneFault
from chappe.kit.spreadsheets import unguarded
from chappe.rules.service import named_zone, nearest_zone, zones_of
from chappe.signup.faults import Fault, FaultCode, about_cell, about_number, about_value
from chappe.signup.header_words import LISTS, WRITTEN_BY_US
from chappe.signup.model import Column
from chappe.signup.places import country_code, language_code
from chappe.signup.whereabouts import whereabouts

LONGEST_CELL = 10_000


class RowReader:
    """Reads rows of one file. An empty cell says nothing, so it erases nothing. In a file of ours values are
    taken to the letter, spaces at their ends too.
    """

    def __init__(
        self,
        columns: Sequence[Column],
        country: str,
        shapes: Mapping[str, Shape] | None = None,
        notation: Notation = PLAIN,
    ) -> None:
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
        self._external_id = _position(columns, "external_id")
        self._zone = _position(columns, "zone")
        self._postcode = _position(columns, "postcode")
        own = {self._phone, self._stated_country, self._language, self._external_id, self._zone}
        typed = {name: shape for name, shape in (shapes or {}).items() if shape.kind is not Kind.TEXT}
        self._typed = [
            (position, column.field, typed[column.field])
            for position, column in enumerate(columns)
            if column.field in typed and position not in own
        ]
        self._notation = notation
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

    def _contact(self, number: int, country: str | None, cells: list[str]) -> IncomingContact | Fault:
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
        if self._typed and (fault := self._fit(attributes)) is not None:
            return fault
        whereabouts = self._whereabouts(number, country, cells)
        if isinstance(whereabouts, Fault):
            return whereabouts
        external_id = None
        if self._external_id is not None:
            external_id = unguarded(cells[self._external_id].strip()) or None
            if external_id is not None and len(external_id) > LONGEST_EXTERNAL_ID:
                problem = f"is longer than {LONGEST_EXTERNAL_ID} characters"
                return self._about(FaultCode.LONG_ID, self._external_id, external_id, problem)
        return IncomingContact(
            phone=number,
            zones=whereabouts[0],
            country=country,
            language=language,
            attributes=attributes,
            external_id=external_id,
            zone_origin=whereabouts[1],
        )

    def _fit(self, attributes: dict[str, str]) -> Fault | None:
        """Values of attributes that are more than texts, in the form they are kept in."""
        for position, field, shape in self._typed:
            if field not in attributes:
                continue
            kept = canonical(shape, attributes[field], self._notation)
            if isinstance(kept, Misfit):
                column = self._columns[position].name.strip()
                return about_value(column, kept)
            if kept:
                attributes[field] = kept
            else:
                del attributes[field]
        return None

    def _whereabouts(
        self, number: int, country: str | None, cells: list[str]
    ) -> tuple[str, ZoneOrigin] | Fault:
        """The zones, with who says so: what is declared, else the address, else the number."""
        if self._zone is not None and (stated := cells[self._zone].strip()):
            zone = named_zone(stated)
            if zone is None:
                nearest = nearest_zone(stated)
                meant = f"; was {nearest} meant?" if nearest else "; write one such as Europe/Paris"
                return self._about(FaultCode.UNKNOWN_ZONE, self._zone, stated, f"is no time zone{meant}")
            return zone, ZoneOrigin.DECLARED
        if self._postcode is None and country is None:
            return zones_of(number), ZoneOrigin.PREFIX
        postcode = "" if self._postcode is None else cells[self._postcode]
        return whereabouts(number, None, country, postcode)

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

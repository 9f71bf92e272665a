"""From rows of cells to contacts and rejections, in batches that end at a cursor.

Plain and synchronous, so that it runs in a thread beside the database work of the batch before it.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import BinaryIO, TypeAlias

from chappe.contacts.attributes.notation import PLAIN, Notation, notation
from chappe.contacts.attributes.values import Shape
from chappe.contacts.model import IncomingContact, ZoneOrigin
from chappe.signup.errors import EmptyFile
from chappe.signup.faults import Fault
from chappe.signup.header_words import OUR_OWN
from chappe.signup.headers import columns_of, columns_without_header, names_of_ours, normalised
from chappe.signup.model import Batch, BrokenRow, Column, Rejection
from chappe.signup.rows import RowReader
from chappe.signup.table import beginning_of, is_workbook, rows_of

BATCH_ROWS = 10_000
# A cell of what was refused is kept to this length: enough to find the row by.
_LONGEST_KEPT = 1000

_TRUST = {origin: rank for rank, origin in enumerate(reversed(ZoneOrigin))}

_Row: TypeAlias = "list[str] | BrokenRow"


class ContactFile:
    """A file being read. `columns` says what was understood of its header; `next_batch` goes on from where
    the last one ended. A cursor counts the rows behind the header, blank and broken ones included.
    """

    def __init__(
        self,
        file: BinaryIO,
        country: str,
        mapping: Mapping[str, str | None] | None,
        shapes: Mapping[str, Shape] | None = None,
    ) -> None:
        """`country`: where its numbers, and who wrote it, are at home; `shapes`: of attributes, by name."""
        workbook = is_workbook(beginning_of(file))
        self._source = rows_of(file)
        try:
            rows = enumerate(self._source, start=1)
            first_number, first = _first_filled(rows)
            # A mapping of names that we gave is of a file without a header.
            ours = not mapping or names_of_ours(mapping)
            without_header = columns_without_header(first, country) if ours else None
            if without_header is not None and mapping:
                without_header = columns_of([column.name for column in without_header], mapping)
            self.columns: tuple[Column, ...] = without_header or columns_of(first, mapping)
        except BaseException:
            self._source.close()
            raise
        self._rows = rows if without_header is None else chain([(first_number, first)], rows)
        self._reader = RowReader(self.columns, country, shapes, _notation(workbook, self.columns, country))
        self._cursor = 0

    def close(self) -> None:
        """Let go of the file, which stays open."""
        self._source.close()

    def skip_to(self, cursor: int) -> Iterator[list[int]]:
        """Read past what was merged before, without keeping it; yields its numbers, a batch at a time."""
        while self._cursor < cursor:
            batch = self.next_batch(min(BATCH_ROWS, cursor - self._cursor))
            yield [contact.phone for contact in batch.contacts]
            if batch.last:
                return

    def next_batch(self, most_rows: int = BATCH_ROWS) -> Batch:
        """The next rows. `last` when the file ends with them."""
        before = self._cursor
        contacts: dict[int, IncomingContact] = {}
        lists: dict[str, list[int]] = {}
        places: dict[int, tuple[int, list[str]]] = {}
        numbers: dict[int, int] = {}
        rejections: list[Rejection] = []
        duplicates = read = 0
        for number, row in islice(self._rows, most_rows):
            self._cursor += 1
            if isinstance(row, BrokenRow):
                read += 1
                rejections.append(Rejection(number, row.reason, [row.raw], row.fault))
                continue
            if not any(map(str.strip, row)):
                continue
            read += 1
            contact = self._reader.read(row)
            if isinstance(contact, Fault):
                rejections.append(refused(number, row, contact))
                continue
            for name in self._reader.lists(row):
                lists.setdefault(name, []).append(contact.phone)
            numbers[contact.phone] = number
            if contact.phone in contacts:
                duplicates += 1
                contacts[contact.phone] = _merged(contacts[contact.phone], contact)
            else:
                contacts[contact.phone] = contact
                if contact.external_id is not None:
                    places[contact.phone] = (number, row)
        return Batch(
            before=before,
            after=self._cursor,
            rows_read=read,
            contacts=list(contacts.values()),
            lists=lists,
            places=places,
            rows=numbers,
            duplicates=duplicates,
            rejections=rejections,
            last=self._cursor - before < most_rows,
        )


def refused(number: int, row: Sequence[str], fault: Fault) -> Rejection:
    """The row of this number, with what is wrong with it."""
    return Rejection(number, fault.reason, [_storable(cell) for cell in row], fault)


def _first_filled(rows: Iterator[tuple[int, _Row]]) -> tuple[int, list[str]]:
    for number, row in rows:
        if isinstance(row, BrokenRow):
            raise EmptyFile(f"Row {number} cannot be read: {row.reason} The first row names the columns.")
        if any(map(str.strip, row)):
            return number, row
    raise EmptyFile(
        "The file has no rows. Export the contacts again, with a first row that names the columns."
    )


def _merged(known: IncomingContact, more: IncomingContact) -> IncomingContact:
    """Two rows of one person: the later one is right where both say something."""
    better = more if _TRUST[more.zone_origin] >= _TRUST[known.zone_origin] else known
    return IncomingContact(
        phone=known.phone,
        zones=better.zones,
        country=more.country or known.country,
        language=more.language or known.language,
        attributes=known.attributes | more.attributes,
        external_id=more.external_id or known.external_id,
        zone_origin=better.zone_origin,
    )


def _notation(workbook: bool, columns: Sequence[Column], country: str) -> Notation:
    """How numbers are written in the file: in ours and in cells of a workbook, as programs do."""
    if any(normalised(column.name) in OUR_OWN for column in columns):
        return PLAIN
    written = notation(country)
    if workbook:
        return written._replace(comma=False, groups_by_point=False)
    return written


def _storable(cell: str) -> str:
    """PostgreSQL keeps no NUL: it is shown as the symbol for one."""
    return cell[:_LONGEST_KEPT].replace("\0", "␀")

"""What an import would make of a file, told from its beginning by the very reader of the import."""

from collections.abc import Mapping, Sequence
from contextlib import closing
from itertools import islice
from typing import BinaryIO, Final, NamedTuple

from chappe.contacts.attributes.values import Shape
from chappe.signup.errors import NoPhoneColumn
from chappe.signup.headers import columns_guessed
from chappe.signup.model import BrokenRow, Column, Rejection
from chappe.signup.reading import ContactFile
from chappe.signup.table import rows_of

MOST_ROWS: Final = 5_000
_SAMPLES: Final = 4
_LONGEST_SAMPLE: Final = 60
_LOOKED_AT: Final = 50


class Glance(NamedTuple):
    """The columns as they are understood, each with a few of its values. `phone`: one is the number."""

    columns: Sequence[Column]
    samples: Sequence[Sequence[str]]
    phone: bool


class Preview(NamedTuple):
    """What becomes of the first rows. `rejections` are all of them; `whole`: the file has no more rows."""

    read: int
    phones: Sequence[int]
    duplicates: int
    rejections: Sequence[Rejection]
    whole: bool


def glance(file: BinaryIO, country: str, mapping: Mapping[str, str | None] | None) -> Glance:
    """The columns, with the mapping or the guess. Raises EmptyFile, NotATable, UnknownColumn, BadMapping."""
    rows = _first_rows(file)
    try:
        with closing(ContactFile(file, country, mapping)) as read:
            columns: Sequence[Column] = read.columns
    except NoPhoneColumn:
        columns = columns_guessed(rows[0])
    header = [name.strip() for name in rows[0]] == [column.name.strip() for column in columns]
    body = rows[1:] if header else rows
    samples = [_samples(body, position) for position in range(len(columns))]
    return Glance(columns, samples, any(column.field == "phone" for column in columns))


def preview(
    file: BinaryIO,
    country: str,
    mapping: Mapping[str, str | None] | None,
    shapes: Mapping[str, Shape],
    *,
    whole: bool,
) -> Preview:
    """The first rows, read as the import will. `whole`: `file` is not only the beginning. Raises as
    `ContactFile` does.
    """
    with closing(ContactFile(file, country, mapping, shapes)) as reading:
        batch = reading.next_batch(MOST_ROWS)
    return Preview(
        batch.rows_read,
        [contact.phone for contact in batch.contacts],
        batch.duplicates,
        batch.rejections,
        whole and batch.last,
    )


def _first_rows(file: BinaryIO) -> list[list[str]]:
    with closing(rows_of(file)) as rows:
        found = [row for row in islice(rows, _LOOKED_AT) if not isinstance(row, BrokenRow)]
    return [row for row in found if any(map(str.strip, row))] or [[]]


def _samples(rows: Sequence[Sequence[str]], position: int) -> list[str]:
    cells = (row[position].strip() for row in rows if position < len(row))
    return [_shown(cell) for cell in dict.fromkeys(filter(None, cells))][:_SAMPLES]


def _shown(cell: str) -> str:
    plain = "".join(c if c.isprintable() else " " for c in cell)
    return plain if len(plain) <= _LONGEST_SAMPLE else plain[:_LONGEST_SAMPLE] + "…"

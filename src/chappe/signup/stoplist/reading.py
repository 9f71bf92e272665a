"""A file's rows as numbers or digests. Plain and synchronous: it runs in a thread."""

from collections.abc import Iterator
from itertools import chain, islice
from typing import BinaryIO, Final

from chappe.consent.hashed.model import read_digest
from chappe.kit.phone import PhoneFault, try_parse
from chappe.signup.errors import EmptyFile
from chappe.signup.model import BrokenRow
from chappe.signup.stoplist.errors import NothingUnderstood
from chappe.signup.stoplist.model import Glance, Kind, Refused, Taken
from chappe.signup.table import rows_of

BATCH_ROWS: Final = 10_000
_SAMPLE: Final = 100
_GLANCED: Final = 1_000
_SHOWN: Final = 60
_NOT_A_HASH: Final = "not_a_hash"
_SHORT: Final = "no_such_column"


class ListFile:
    """Goes through a file once. Raises EmptyFile, NotATable, NothingUnderstood at its beginning."""

    def __init__(self, file: BinaryIO, kind: Kind, country: str, position: int | None) -> None:
        self._kind = kind
        self._country = country
        self._source = rows_of(file)
        rows = enumerate(self._source, start=1)
        sample = list(islice(rows, _SAMPLE))
        filled = [row for _, row in sample if not isinstance(row, BrokenRow) and any(map(str.strip, row))]
        if not filled:
            raise EmptyFile("The file has no rows.", field="file")
        self.position = self._best(filled) if position is None else position
        self.columns = _named(filled)
        first = sample[0][1]
        # A first row whose cell is no number names the columns.
        if not isinstance(first, BrokenRow) and self._read(first) is None:
            sample = sample[1:]
        self._rows = chain(sample, rows)

    def close(self) -> None:
        self._source.close()

    def take(self, most: int = BATCH_ROWS) -> Taken:
        """The next rows; none are left when `rows` is less than `most`."""
        taken = Taken(0, [], [], [])
        count = 0
        for number, row in islice(self._rows, most):
            count += 1
            if isinstance(row, BrokenRow):
                taken.refused.append(Refused(number, row.fault.code, row.raw[:_SHOWN]))
                continue
            if not any(map(str.strip, row)):
                continue
            if self.position >= len(row):
                taken.refused.append(Refused(number, _SHORT, " ".join(row)[:_SHOWN]))
                continue
            self._sort(number, row[self.position], taken)
        return taken._replace(rows=count)

    def _sort(self, number: int, cell: str, taken: Taken) -> None:
        found = self._understood(cell)
        if isinstance(found, int):
            taken.phones.append(found)
        elif isinstance(found, bytes):
            taken.digests.append(found)
        else:
            taken.refused.append(Refused(number, found, cell[:_SHOWN].replace("\0", "␀")))

    def _understood(self, cell: str) -> int | bytes | str:
        if self._kind is Kind.HASHES:
            return read_digest(cell) or _NOT_A_HASH
        number = try_parse(cell, self._country)
        return f"phone_{number.value}" if isinstance(number, PhoneFault) else number

    def _read(self, row: list[str]) -> int | bytes | None:
        if self.position >= len(row):
            return None
        found = self._understood(row[self.position])
        return None if isinstance(found, str) else found

    def _best(self, rows: list[list[str]]) -> int:
        """The column with most that is understood."""
        counts = [
            sum(at < len(row) and not isinstance(self._understood(row[at]), str) for row in rows)
            for at in range(max(map(len, rows)))
        ]
        best = max(range(len(counts)), key=counts.__getitem__)
        if not counts[best]:
            raise NothingUnderstood(
                "No column of the first rows holds what was asked for. Are they numbers, or hashes of them?",
                field="file",
            )
        return best


def glance(file: BinaryIO, kind: Kind, country: str, position: int | None) -> Glance:
    """What would be made of the first rows."""
    listed = ListFile(file, kind, country, position)
    try:
        return Glance(listed.columns, listed.position, listed.take(_GLANCED))
    finally:
        listed.close()


def skip(listed: ListFile, rows: int) -> Iterator[None]:
    """Read past what was taken before."""
    while rows > 0:
        done = listed.take(min(rows, BATCH_ROWS)).rows
        if not done:
            return
        rows -= done
        yield


def _named(rows: list[list[str]]) -> list[str]:
    """Each column by the cell of the first row, and that of the second where there is one."""
    width = max(map(len, rows))
    return [
        " · ".join(row[at].strip()[:_SHOWN] for row in rows[:2] if at < len(row) and row[at].strip())
        or str(at + 1)
        for at in range(width)
    ]

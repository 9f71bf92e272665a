"""An import, what it is asked to do, and what becomes of each row."""

from collections.abc import Generator
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias
from uuid import UUID

import msgspec

from chappe.consent.model import StatedConsent
from chappe.contacts.model import IncomingContact
from chappe.signup.faults import Fault

__all__ = [
    "Batch",
    "BrokenRow",
    "Column",
    "Counts",
    "Import",
    "ImportState",
    "NewImport",
    "Rejection",
    "Rows",
    "StatedConsent",
]

IMPORT_ID = "imp"  # the prefix of ids outside

# The largest file taken: some six million rows of contacts.
MOST_BYTES = 512 << 20
BLOCK_BYTES = 1 << 20


class ImportState(StrEnum):
    """(draft →) queued → running → finished or failed (the file as a whole cannot be used; `error` says why).
    A draft was uploaded on a page whose steps are not all done.
    """

    DRAFT = "draft"
    QUEUED = "queued"
    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"


class Column(msgspec.Struct, frozen=True):
    """A column of the file and where its cells go: `phone`, `country`, `language`, the name of an attribute,
    or nowhere (None).
    """

    name: str
    field: str | None


class NewImport(msgspec.Struct, frozen=True, kw_only=True):
    """`mapping`: column as named in the file → field, or None to leave it out; it wins over what the names
    suggest. `default_country` None: the workspace's. Without `consent` the contacts get no marketing.
    `begun_by`: `user` or `key` and its id.
    """

    list_id: UUID
    filename: str
    default_country: str | None
    consent: StatedConsent | None
    mapping: dict[str, str | None] | None
    begun_by: str | None = None


class Import(msgspec.Struct, frozen=True, kw_only=True):
    """rows_read = created + updated + unchanged + duplicates + rejected. `suppressed` counts contacts among
    them whose number is suppressed. `rows_total` is an estimate (lines) until the end.
    """

    id: UUID
    workspace_id: int
    list_id: UUID
    state: ImportState
    filename: str
    default_country: str
    consent: StatedConsent | None
    mapping: dict[str, str | None] | None
    columns: tuple[Column, ...]
    cursor: int
    rows_total: int | None
    rows_read: int
    created: int
    updated: int
    unchanged: int
    duplicates: int
    rejected: int
    suppressed: int
    error: str | None
    error_code: str | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    begun_by: str | None = None


class BrokenRow(msgspec.Struct, frozen=True):
    """A row that cannot be cut into cells: why, and how it begins."""

    fault: Fault
    raw: str

    @property
    def reason(self) -> str:
        return self.fault.reason


class Rejection(msgspec.Struct, frozen=True):
    """A row that was not taken, as it was in the file; `row` as a spreadsheet numbers it. `fault` is None for
    rows rejected before faults were kept.
    """

    row: int
    reason: str
    cells: list[str]
    fault: Fault | None = None


# The rows of a file, to be closed when no longer read.
Rows: TypeAlias = Generator[list[str] | BrokenRow, None, None]


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """What was read between two cursors. `contacts` have distinct numbers; `duplicates` were merged into
    them. `lists`: numbers by the name of a list that a file of ours puts them on. `places`: number → row and
    cells, of those with an external id, which may be another's. `rows`: number → the last row that named it.
    """

    before: int
    after: int
    rows_read: int
    contacts: list[IncomingContact]
    lists: dict[str, list[int]]
    places: dict[int, tuple[int, list[str]]]
    rows: dict[int, int]
    duplicates: int
    rejections: list[Rejection]
    last: bool


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """What a batch adds to the counters of its import."""

    rows_read: int
    created: int
    updated: int
    unchanged: int
    duplicates: int
    rejected: int
    suppressed: int

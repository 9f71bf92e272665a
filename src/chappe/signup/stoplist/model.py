"""A list of numbers or hashes, from its file to what became of it."""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

import msgspec

from chappe.consent.hashed.model import Algorithm, Making, Spelling
from chappe.consent.model import SuppressionScope

LIST_ID = "stl"
MOST_BYTES = 128 << 20
SHOWN_REJECTIONS = 10_000
"""Rows that were not taken are counted all, and kept up to this many."""


class ListState(StrEnum):
    DRAFT = "draft"
    QUEUED = "queued"
    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"
    UNDOING = "undoing"
    UNDONE = "undone"


class Kind(StrEnum):
    NUMBERS = "numbers"
    HASHES = "hashes"


class NewList(msgspec.Struct, frozen=True, kw_only=True):
    """`making`: how the hashes were made, None for numbers. `by`: who brought it, for the page."""

    filename: str
    scope: SuppressionScope
    reason: str
    source: str = "list"
    making: Making | None = None
    country: str | None = None
    position: int | None = None
    by: str | None = None


class StopList(msgspec.Struct, frozen=True, kw_only=True):
    """`added`: numbers that were not suppressed before; `held`: those that were; `position`: its column."""

    id: UUID
    workspace_id: int
    filename: str
    state: ListState
    kind: Kind
    algorithm: Algorithm
    spelling: Spelling
    secret: bytes | None
    key_id: str | None
    country: str
    position: int | None
    scope: SuppressionScope
    reason: str
    source: str
    cursor: int
    rows_total: int
    added: int
    held: int
    rejected: int
    lifted: int
    error: str | None
    created_by: str | None
    created_at: datetime
    finished_at: datetime | None

    @property
    def moving(self) -> bool:
        return self.state in (ListState.QUEUED, ListState.RUNNING, ListState.UNDOING)


class Refused(NamedTuple):
    """A row that was not taken: a word for why, and what stood there."""

    row: int
    code: str
    value: str


class Taken(NamedTuple):
    """Some rows of the file: what was understood, and what was not. `rows`: how many there were."""

    rows: int
    phones: list[int]
    digests: list[bytes]
    refused: list[Refused]


class Glance(NamedTuple):
    """The beginning of a file: its columns by a name and a sample, the one that is read, its first values."""

    columns: list[str]
    position: int
    taken: Taken

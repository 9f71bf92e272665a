"""What an export is: a file of what is kept, made behind the answer, that is gone after some days."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final, NamedTuple
from uuid import UUID

import msgspec

from chappe.contacts.search.finding import Narrowed

EXPORT_ID: Final = "exp"
KEPT: Final = timedelta(days=7)
"""How long a file stays when a workspace says nothing else."""


class ExportKind(StrEnum):
    """PERSON is the answer to an access request: everything about one person."""

    CONTACTS = "contacts"
    SUPPRESSIONS = "suppressions"
    MESSAGES = "messages"
    CONSENTS = "consents"
    PERSON = "person"


class ExportFormat(StrEnum):
    CSV = "csv"
    NDJSON = "ndjson"
    ZIP = "zip"


class ExportState(StrEnum):
    """queued → running → finished → expired, or failed."""

    QUEUED = "queued"
    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"
    EXPIRED = "expired"


class Which(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is in it. Contacts: those of a filter (`country`: where its numbers are at home), or of a segment.
    Messages: of a campaign. A person: by contact or number, told in `language`.
    """

    narrowed: Narrowed = Narrowed()
    country: str | None = None
    segment_id: UUID | None = None
    campaign_id: UUID | None = None
    contact_id: int | None = None
    phone: int | None = None
    language: str = "en"


class By(NamedTuple):
    """Who asks: a person or a key, and what they are called."""

    name: str
    person_id: UUID | None = None
    key_id: UUID | None = None


class NewExport(NamedTuple):
    kind: ExportKind
    format: ExportFormat
    which: Which = Which()


class Export(msgspec.Struct, frozen=True, kw_only=True):
    """`done` of `total` rows are in the file; `total` is None where it is not known before the end."""

    id: UUID
    workspace_id: int
    kind: ExportKind
    format: ExportFormat
    which: Which
    state: ExportState
    position: int
    bytes: int
    done: int
    total: int | None
    error: str | None
    asked_by: str
    created_at: datetime
    finished_at: datetime | None
    expires_at: datetime | None

    @property
    def file_name(self) -> str:
        """As it is downloaded: `contacts-2026-11-23.csv`."""
        return f"{self.kind}-{self.created_at:%Y-%m-%d}.{self.format}"


def export_of(row: Any) -> Export:
    """Of a whole row."""
    return Export(
        kind=ExportKind(row["kind"]),
        format=ExportFormat(row["format"]),
        state=ExportState(row["state"]),
        which=msgspec.convert(row["which"], Which),
        **{name: row[name] for name in _PLAIN},
    )


_PLAIN: Final = (
    "id", "workspace_id", "position", "bytes", "done", "total", "error", "asked_by", "created_at",
    "finished_at", "expires_at",
)  # fmt: skip

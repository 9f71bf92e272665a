"""What exports look like outside."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import msgspec

from chappe.api.bodies import Input
from chappe.audience.model import SEGMENT_ID
from chappe.campaigns.model import CAMPAIGN_ID
from chappe.contacts.model import LIST_ID
from chappe.contacts.search.finding import Narrowed
from chappe.kit.ids import parse_public_id, public_id
from chappe.persons.errors import BadExport
from chappe.persons.model import EXPORT_ID, Export, ExportFormat, ExportKind, ExportState, NewExport, Which

_Id = Annotated[str, msgspec.Meta(max_length=40)]


class Wanted(StrEnum):
    CONTACTS = "contacts"
    SUPPRESSIONS = "suppressions"
    MESSAGES = "messages"
    CONSENTS = "consents"


class Written(StrEnum):
    """`csv` opens in a spreadsheet, and is imported again without loss; `ndjson` has an object a line."""

    CSV = "csv"
    NDJSON = "ndjson"


class ExportInput(Input, frozen=True, kw_only=True):
    """Contacts can be narrowed to a list or a segment; messages are those of a campaign."""

    kind: Wanted
    format: Written = Written.CSV
    list_id: _Id | None = None
    segment_id: _Id | None = None
    campaign_id: _Id | None = None


class ExportView(msgspec.Struct, frozen=True, kw_only=True):
    """`rows` are written, of `total` where that is known. The file of a `finished` one is at
    `/v1/exports/{id}/file` until `expires_at`.
    """

    id: str
    kind: ExportKind
    format: ExportFormat
    state: ExportState
    rows: int
    total: int | None
    bytes: int
    error: str | None
    created_at: datetime
    finished_at: datetime | None
    expires_at: datetime | None


def export_view(one: Export) -> ExportView:
    return ExportView(
        id=public_id(EXPORT_ID, one.id),
        kind=one.kind,
        format=one.format,
        state=one.state,
        rows=one.done,
        total=one.total,
        bytes=one.bytes,
        error=one.error,
        created_at=one.created_at,
        finished_at=one.finished_at,
        expires_at=one.expires_at,
    )


def new_export(asked: ExportInput) -> NewExport:
    """BadExport for an id that is none."""
    list_id, segment_id, campaign_id = (
        _key(prefix, text, field)
        for prefix, text, field in (
            (LIST_ID, asked.list_id, "list_id"),
            (SEGMENT_ID, asked.segment_id, "segment_id"),
            (CAMPAIGN_ID, asked.campaign_id, "campaign_id"),
        )
    )
    which = Which(narrowed=Narrowed(list_id=list_id), segment_id=segment_id, campaign_id=campaign_id)
    return NewExport(ExportKind(asked.kind), ExportFormat(asked.format), which)


def _key(prefix: str, text: str | None, field: str) -> UUID | None:
    if text is None:
        return None
    found = parse_public_id(prefix, text)
    if found is None:
        raise BadExport("This is no id of ours.", field=field)
    return found

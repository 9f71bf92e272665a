"""What each kind of export reads, a batch at a time, and how a row of it is written."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple, Protocol

from chappe.audience import service as audience
from chappe.audience.compiling import Compiled
from chappe.campaigns import service as campaigns
from chappe.consent import log
from chappe.contacts import exporting
from chappe.contacts.attributes import service as attributes
from chappe.contacts.exporting import Person, Sheet
from chappe.contacts.model import CONTACT_ID
from chappe.contacts.search import finding, indexing
from chappe.contacts.search.finding import Narrowed, Search
from chappe.db.pool import Connection
from chappe.kit.ids import IdCipher, public_id
from chappe.kit.phone import to_e164
from chappe.messages import service as messages
from chappe.messages.model import MessageView
from chappe.messages.service import Filters
from chappe.persons.model import Export, ExportKind

BATCH: Final = 10_000
_ALL: Final = 100_000_000


class Batch(NamedTuple):
    """Rows, and where the next ones begin. `last`: there are none."""

    rows: Sequence[Any]
    position: int
    last: bool


class Source(Protocol):
    """One export's rows. `position` 0 is the beginning."""

    @property
    def heads(self) -> Sequence[str]: ...

    async def ready(self, conn: Connection) -> bool: ...

    async def total(self, conn: Connection) -> int | None:
        """How many there are, where that is quickly known."""

    async def batch(self, conn: Connection, position: int) -> Batch: ...

    def cells(self, row: Any) -> Sequence[str]: ...

    def record(self, row: Any) -> Mapping[str, Any]: ...


async def source_of(conn: Connection, one: Export, ids: IdCipher, now: datetime) -> Source:
    """UnknownSegment, UnknownCampaign when what it is of is gone."""
    match one.kind:
        case ExportKind.SUPPRESSIONS:
            return Suppressions(one)
        case ExportKind.CONSENTS:
            return Consents(one, ids)
        case ExportKind.MESSAGES:
            return Messages(one, ids, now)
        case _:
            shapes = await attributes.shapes(conn, one.workspace_id)
            return Contacts(one, Sheet(shapes, ids))


class Contacts:
    """Of a filter, of a list, or of a segment as it was when the export was asked for."""

    def __init__(self, one: Export, sheet: Sheet) -> None:
        self._one = one
        self._here = one.workspace_id
        self._sheet = sheet
        self.heads = sheet.heads
        plain = Narrowed(list_id=one.which.narrowed.list_id)
        self._searched = one.which.segment_id is None and one.which.narrowed != plain

    async def ready(self, conn: Connection) -> bool:
        """A search finds nobody who has just been imported: it waits until they have been sorted in."""
        return not self._searched or not await indexing.waiting(conn, self._here)

    async def total(self, conn: Connection) -> int | None:
        if self._one.which.segment_id is not None:
            return await audience.count(conn, await self._segment(conn))
        if not self._searched:
            return await exporting.count(conn, self._here, self._one.which.narrowed.list_id)
        return await finding.count(conn, self._here, await self._search(conn), most=_ALL)

    async def batch(self, conn: Connection, position: int) -> Batch:
        keys = await self._keys(conn, position)
        people = await exporting.people(conn, self._here, keys)
        return Batch(people, keys[-1] if keys else position, len(keys) < BATCH)

    async def _keys(self, conn: Connection, position: int) -> list[int]:
        if self._one.which.segment_id is not None:
            return await audience.members(conn, await self._segment(conn), after=position, limit=BATCH)
        if not self._searched:
            listed = self._one.which.narrowed.list_id
            return await exporting.keys(conn, self._here, listed, after=position, limit=BATCH)
        return await finding.ids_behind(conn, self._here, await self._search(conn), position, BATCH)

    async def _search(self, conn: Connection) -> Search:
        return await finding.prepare(conn, self._here, self._one.which.narrowed, self._one.which.country)

    async def _segment(self, conn: Connection) -> Compiled:
        known = await audience.get(conn, self._here, self._one.which.segment_id)
        return await audience.compiled(conn, self._here, known.rule, self._one.created_at, of=known.id)

    def cells(self, row: Person) -> Sequence[str]:
        return self._sheet.cells(row)

    def record(self, row: Person) -> Mapping[str, Any]:
        return self._sheet.record(row)


class _Plain:
    """Rows whose cells are the values of their record."""

    heads: Sequence[str] = ()

    async def ready(self, conn: Connection) -> bool:
        return True

    def record(self, row: Any) -> Mapping[str, Any]:
        raise NotImplementedError

    def cells(self, row: Any) -> Sequence[str]:
        return [text_of(value) for value in self.record(row).values()]


class Suppressions(_Plain):
    """Those that hold, the oldest first."""

    heads = ("number", "scope", "reason", "source", "since")

    def __init__(self, one: Export) -> None:
        self._here = one.workspace_id

    async def total(self, conn: Connection) -> int | None:
        return None

    async def batch(self, conn: Connection, position: int) -> Batch:
        found = await log.suppressions(conn, self._here, after=position, limit=BATCH)
        return Batch(found, found[-1].id if found else position, len(found) < BATCH)

    def record(self, row: log.SuppressionLine) -> Mapping[str, Any]:
        return {
            "number": to_e164(row.phone) if row.phone else None,
            "scope": row.scope,
            "reason": row.reason,
            "source": row.source,
            "since": row.created_at,
        }


class Consents(_Plain):
    """Everything that happened to consents, in order, with the words that were agreed to."""

    heads = (
        "contact_id", "number", "purpose", "state", "basis", "source", "words", "import_id", "at",
    )  # fmt: skip

    def __init__(self, one: Export, ids: IdCipher) -> None:
        self._here = one.workspace_id
        self._ids = ids

    async def total(self, conn: Connection) -> int | None:
        return None

    async def batch(self, conn: Connection, position: int) -> Batch:
        found = await log.consents(conn, self._here, after=position, limit=BATCH)
        return Batch(found, found[-1].id if found else position, len(found) < BATCH)

    def record(self, row: log.ConsentLine) -> Mapping[str, Any]:
        return {
            "contact_id": self._ids.encode(CONTACT_ID, row.contact_id),
            "number": to_e164(row.phone) if row.phone else None,
            "purpose": row.purpose,
            "state": row.state,
            "basis": row.basis,
            "source": row.source,
            "words": row.words,
            "import_id": public_id("imp", row.import_id) if row.import_id else None,
            "at": row.at,
        }


class Messages(_Plain):
    """A campaign's, the newest first: where it goes on is the id above the next one."""

    heads = (
        "id", "to", "contact_id", "state", "reason", "parts", "text", "created_at", "submitted_at", "done_at",
    )  # fmt: skip

    def __init__(self, one: Export, ids: IdCipher, now: datetime) -> None:
        self._one = one
        self._ids = ids
        self._now = now

    async def total(self, conn: Connection) -> int | None:
        assert self._one.which.campaign_id is not None, "an export of messages names its campaign"
        campaign = await campaigns.get(conn, self._one.workspace_id, self._one.which.campaign_id)
        return sum(hi - lo for lo, hi in await campaigns.message_ids(conn, campaign))

    async def batch(self, conn: Connection, position: int) -> Batch:
        found = await messages.list_page(
            conn, self._one.workspace_id, Filters(campaign_id=self._one.which.campaign_id),
            after=position or None, limit=BATCH, gate_now=self._now,
        )  # fmt: skip
        return Batch(found, found[-1].id if found else position, len(found) < BATCH)

    def record(self, row: MessageView) -> Mapping[str, Any]:
        return {
            "id": self._ids.encode("msg", row.id),
            "to": to_e164(row.phone) if row.phone else None,
            "contact_id": self._ids.encode(CONTACT_ID, row.contact_id) if row.contact_id else None,
            "state": row.state.label,
            "reason": row.reason,
            "parts": row.parts_sent,
            "text": row.body,
            "created_at": row.created_at,
            "submitted_at": row.submitted_at,
            "done_at": row.done_at,
        }


def text_of(value: Any) -> str:
    """A value as a cell."""
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, datetime) else str(value)

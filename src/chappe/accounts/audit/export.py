"""The trail as a file, read in batches while it is sent."""

import csv
import io
from collections.abc import AsyncIterator
from typing import Any

import msgspec

from chappe.accounts.audit import service
from chappe.accounts.audit.model import EVENT_ID, Event
from chappe.accounts.audit.repo import Filters
from chappe.db.pool import Database
from chappe.kit.ids import public_id

TYPES = {"csv": "text/csv; charset=utf-8", "json": "application/json"}
_BATCH = 1_000
_COLUMNS = (
    "id", "at", "actor_kind", "actor", "actor_name", "action", "target", "before", "after",
    "address", "agent",
)  # fmt: skip

Batches = AsyncIterator[list[dict[str, Any]]]


def written(form: str, db: Database, workspace_id: int, filters: Filters) -> AsyncIterator[bytes]:
    """The octets of a file in this form, of `TYPES`: all events that the filters leave, the newest first."""
    batches = _batches(db, workspace_id, filters)
    return _csv(batches) if form == "csv" else _json(batches)


async def _batches(db: Database, workspace_id: int, filters: Filters) -> Batches:
    after = None
    while True:
        async with db.engine_transaction() as conn:
            events = await service.page(conn, workspace_id, filters, after=after, limit=_BATCH)
            names = await service.names_of(conn, workspace_id, events)
        if not events:
            return
        yield [_flat(event, names.get(event.actor)) for event in events]
        after = (events[-1].at, events[-1].id)


def _flat(event: Event, name: str | None) -> dict[str, Any]:
    payload = event.payload
    return {
        "id": public_id(EVENT_ID, event.id),
        "at": event.at.isoformat(),
        "actor_kind": event.actor_kind,
        "actor": event.actor,
        "actor_name": name,
        "action": event.action,
        "target": event.target,
        "before": payload.before if payload else None,
        "after": payload.after if payload else None,
        "address": payload.address if payload else None,
        "agent": payload.agent if payload else None,
    }


async def _csv(batches: Batches) -> AsyncIterator[bytes]:
    yield (",".join(_COLUMNS) + "\r\n").encode()
    async for batch in batches:
        text = io.StringIO()
        csv.writer(text).writerows([[_cell(row[name]) for name in _COLUMNS] for row in batch])
        yield text.getvalue().encode()


def _cell(value: Any) -> str:
    """Text that a spreadsheet takes for text: what begins like a formula gets an apostrophe (OWASP, CSV
    injection).
    """
    text = "" if value is None else value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


async def _json(batches: Batches) -> AsyncIterator[bytes]:
    first = True
    yield b"["
    async for batch in batches:
        for row in batch:
            yield (b"\n" if first else b",\n") + msgspec.json.encode(row)
            first = False
    yield b"\n]\n"

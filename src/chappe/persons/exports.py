"""Exports: asked for, written batch by batch, fetched, gone. Nothing here commits."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec

from chappe.audience import service as audience
from chappe.campaigns import service as campaigns
from chappe.db.pool import Connection
from chappe.kit.ids import IdCipher, uuid7
from chappe.kit.spreadsheets import csv_text
from chappe.persons import repo
from chappe.persons.archive import About, archive
from chappe.persons.erasure import who_is
from chappe.persons.errors import BadExport, ExportGone, ExportNotReady, UnknownExport
from chappe.persons.files import ExportFolder
from chappe.persons.gathering import gather
from chappe.persons.model import By, Export, ExportFormat, ExportKind, ExportState, NewExport
from chappe.persons.sources import Batch, Source, source_of

# The mark by which spreadsheets know UTF-8.
_MARK: Final = "\ufeff"
_encode = msgspec.json.Encoder().encode


async def start(conn: Connection, workspace_id: int, new: NewExport, by: By) -> Export:
    """Note what is wanted; the worker writes it. BadExport, UnknownSegment, UnknownCampaign."""
    if new.kind is ExportKind.MESSAGES:
        if new.which.campaign_id is None:
            raise BadExport("Name the campaign whose messages you want.", field="campaign_id")
        await campaigns.get(conn, workspace_id, new.which.campaign_id)
    if new.which.segment_id is not None:
        await audience.get(conn, workspace_id, new.which.segment_id, field="segment_id")
    return await repo.add_export(conn, workspace_id, uuid7(), new, by)


async def get(conn: Connection, workspace_id: int, key: UUID | None) -> Export:
    """UnknownExport, also for None."""
    found = None if key is None else await repo.export(conn, workspace_id, key)
    if found is None:
        raise UnknownExport("There is no such export. See exports with GET /v1/exports.")
    return found


async def page(conn: Connection, workspace_id: int, *, below: UUID | None, limit: int) -> list[Export]:
    """The newest first; the answers to access requests are with their requests."""
    return await repo.exports(conn, workspace_id, below, limit)


async def sorted_page(
    conn: Connection, workspace_id: int, *, beyond: UUID | None, newest: bool, limit: int
) -> list[Export]:
    """As `page`, in either direction."""
    if newest:
        return await repo.exports(conn, workspace_id, beyond, limit)
    return await repo.exports_upwards(conn, workspace_id, beyond, limit)


async def fetchable(conn: Connection, workspace_id: int, key: UUID | None, now: datetime) -> Export:
    """One whose file is there to be fetched. UnknownExport, ExportNotReady, ExportGone."""
    found = await get(conn, workspace_id, key)
    if found.state is ExportState.EXPIRED or (found.expires_at is not None and found.expires_at <= now):
        raise ExportGone("Its file has been deleted. Export again.")
    if found.state is not ExportState.FINISHED:
        raise ExportNotReady("Its file is not ready. Look at it again in a moment.")
    return found


class Writer:
    """The worker's part."""

    def __init__(self, folder: ExportFolder, ids: IdCipher) -> None:
        self._folder = folder
        self._ids = ids

    async def step(self, conn: Connection, one: Export, now: datetime, kept: timedelta) -> Export | None:
        """Write the next batch: into the file first, then into the row, in the caller's transaction. What a
        killed worker wrote and did not note is written over; a file that is gone, or is on another machine,
        is begun again. None when it has to wait.
        """
        if await self._folder.length(one) < one.bytes:
            one = msgspec.structs.replace(one, position=0, bytes=0, done=0)
        if one.kind is ExportKind.PERSON:
            return await self._about_one(conn, one, now, kept)
        source = await source_of(conn, one, self._ids, now)
        if not await source.ready(conn):
            return None
        total = one.total if one.position else await source.total(conn)
        batch = await source.batch(conn, one.position)
        data = _written(source, one, batch)
        await self._folder.append(one, data)
        done = one.done + len(batch.rows)
        after = msgspec.structs.replace(
            one,
            state=ExportState.FINISHED if batch.last else ExportState.RUNNING,
            position=batch.position,
            bytes=one.bytes + len(data),
            done=done,
            total=done if batch.last else total,
            finished_at=now if batch.last else None,
            expires_at=now + kept if batch.last else None,
        )
        return await repo.advance(conn, after)

    async def _about_one(self, conn: Connection, one: Export, now: datetime, kept: timedelta) -> Export:
        """The archive of one person, at once."""
        here, which = one.workspace_id, one.which
        who = await who_is(conn, here, contact_id=which.contact_id, phone=which.phone)
        told = await gather(conn, here, who, self._ids, now, now)
        name, zone = await repo.workspace(conn, here)
        data = archive(told, About(workspace=name, zone=zone, made_at=now), which.language)
        begun = msgspec.structs.replace(one, bytes=0)
        await self._folder.append(begun, data)
        return await repo.advance(
            conn,
            msgspec.structs.replace(
                begun,
                state=ExportState.FINISHED,
                bytes=len(data),
                done=1,
                total=1,
                finished_at=now,
                expires_at=now + kept,
            ),
        )


def _written(source: Source, one: Export, batch: Batch) -> bytes:
    if one.format is ExportFormat.NDJSON:
        return b"".join([_encode(source.record(row)) + b"\n" for row in batch.rows])
    head: Sequence[Sequence[str]] = () if one.bytes else (source.heads,)
    text = csv_text([*head, *(source.cells(row) for row in batch.rows)])
    return ((_MARK if head else "") + text).encode()


def told(one: Export) -> Mapping[str, Any]:
    """What the audit trail keeps of it: no name, no number."""
    return {"kind": one.kind, "format": one.format}

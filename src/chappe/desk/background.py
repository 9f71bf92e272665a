"""What the worker does for a workspace beside its pages: imports, actions on many contacts, campaigns being
prepared, exports. It goes on whoever looks, so the page may be left.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import msgspec

from chappe.db.pool import Connection
from chappe.desk import repo
from chappe.kit.ids import public_id

_SHOWN = 40
_IN_TRAY = 3
_JUST_ENDED = timedelta(seconds=20)


class WorkKind(StrEnum):
    IMPORT = "import"
    BULK = "bulk"
    CAMPAIGN = "campaign"
    EXPORT = "export"


class Work(msgspec.Struct, frozen=True, kw_only=True):
    """`state` is running, done or failed; `waiting` when the worker has not begun. `title` is a file's or
    campaign's name, or the word of what is done to contacts or exported. `total` None: not known.
    """

    kind: WorkKind
    id: str
    address: str
    title: str
    state: str
    waiting: bool
    done: int
    total: int | None
    refused: int
    error: str | None
    created_at: datetime
    finished_at: datetime | None


_PREFIX = {WorkKind.IMPORT: "imp", WorkKind.BULK: "blk", WorkKind.CAMPAIGN: "cmp", WorkKind.EXPORT: "exp"}
_UNDER = {
    WorkKind.IMPORT: "/imports",
    WorkKind.BULK: "/contacts/bulk",
    WorkKind.CAMPAIGN: "/campaigns",
    WorkKind.EXPORT: "/exports",
}
_STATES = {"finished": "done", "failed": "failed"}


async def background(conn: Connection, workspace_id: int) -> list[Work]:
    """The latest, newest first."""
    return [_work(row) for row in await repo.background_work(conn, workspace_id, _SHOWN)]


def still_of_interest(found: Sequence[Work], now: datetime) -> list[Work]:
    """What runs, and what ended so lately that who began it has not seen its end; the newest few."""
    return [
        work
        for work in found
        if work.state == "running" or (work.finished_at is not None and now - work.finished_at < _JUST_ENDED)
    ][:_IN_TRAY]


def _work(row: Any) -> Work:
    kind = WorkKind(row["kind"])
    shown = public_id(_PREFIX[kind], row["id"])
    return Work(
        kind=kind,
        id=shown,
        address=f"{_UNDER[kind]}/{shown}",
        title=row["title"],
        state=_STATES.get(row["state"], "running"),
        waiting=row["state"] == "queued",
        done=row["done"],
        total=row["total"],
        refused=row["refused"],
        error=row["error"],
        created_at=row["created_at"],
        finished_at=row["finished_at"],
    )

"""What the home page and the settings ask of alerts. Nothing here commits."""

from collections.abc import Mapping
from typing import Final

from chappe.db.pool import Connection
from chappe.desk.alerts import repo
from chappe.desk.alerts.model import Alert, Choice, Kind

_SHOWN: Final = 8
_LISTED: Final = 50


async def to_show(conn: Connection, workspace_id: int) -> list[Alert]:
    """What is so now and wanted on the home page; the budget stands there by itself."""
    wanted = await repo.choices(conn, workspace_id)
    found = await repo.alerts(conn, workspace_id, _LISTED, only_open=True)
    return [one for one in found if one.kind is not Kind.BUDGET and wanted[one.kind].shown][:_SHOWN]


async def latest(conn: Connection, workspace_id: int) -> list[Alert]:
    """The newest, whether or not they are over."""
    return await repo.alerts(conn, workspace_id, _LISTED, only_open=False)


async def choices(conn: Connection, workspace_id: int) -> dict[Kind, Choice]:
    """What is shown and mailed, of every kind."""
    return await repo.choices(conn, workspace_id)


async def choose(conn: Connection, workspace_id: int, wanted: Mapping[Kind, Choice]) -> dict[Kind, Choice]:
    """From now on; what was chosen before."""
    before = await repo.choices(conn, workspace_id)
    for kind, choice in wanted.items():
        await repo.choose(conn, workspace_id, kind, choice)
    return before

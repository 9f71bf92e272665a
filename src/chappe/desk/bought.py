"""What a person bought, and after which campaign."""

from typing import Final, NamedTuple
from uuid import UUID

from chappe.db.pool import Connection
from chappe.desk import repo
from chappe.tracking.conversions import service as conversions
from chappe.tracking.conversions.model import Conversion

_SHOWN: Final = 10


class Bought(NamedTuple):
    """`campaign` None: it is owed to none of ours, or to a single message."""

    conversion: Conversion
    campaign: tuple[UUID, str] | None


async def bought(conn: Connection, workspace_id: int, contact_id: int) -> list[Bought]:
    """The newest first."""
    found = await conversions.of_contact(conn, workspace_id, contact_id, _SHOWN)
    runs = {one.run_id for one in found if one.run_id is not None}
    named = await repo.campaigns_of_runs(conn, workspace_id, sorted(runs)) if runs else {}
    return [Bought(one, None if one.run_id is None else named.get(one.run_id)) for one in found]

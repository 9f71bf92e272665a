"""What stands before codes: the workspace's own domain, or the installation's address."""

from collections.abc import Mapping
from uuid import UUID

from chappe.db.pool import Connection
from chappe.tracking import repo
from chappe.tracking.model import MAIN_PATH, Linking


async def prefix_of(
    conn: Connection,
    workspace_id: int,
    base: str,
    domain_id: UUID | None = None,
    utm: Mapping[str, str] | None = None,
) -> Linking:
    """Of the domain that is named, else the workspace's chosen one, else the main host's."""
    own = await repo.host(conn, workspace_id, domain_id)
    if own is None:
        return Linking(f"{base}{MAIN_PATH}", None, utm or {})
    host, found_id = own
    return Linking(f"https://{host}/", found_id, utm or {})


async def has_own(conn: Connection, workspace_id: int) -> bool:
    """Whether the workspace has a domain of its own that it has chosen."""
    return await repo.host(conn, workspace_id, None) is not None

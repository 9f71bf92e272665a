"""What people do on pages, as the audit trail keeps it."""

from collections.abc import Mapping
from typing import Any

from chappe.accounts import audit
from chappe.db.pool import Connection
from chappe.web.page import Page
from chappe.web.viewer import Viewer


async def record(
    conn: Connection,
    page: Page,
    viewer: Viewer,
    action: str,
    *,
    target: str | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Something done to the workspace itself: kept with the workspace that has the people and keys, though
    the person may look at its test data meanwhile.
    """
    await audit.record(
        conn,
        workspace_id=viewer.account_id,
        actor=audit.Person(viewer.user_id),
        action=action,
        target=target,
        before=before,
        after=after,
        address=page.address,
    )


async def record_here(
    conn: Connection,
    page: Page,
    viewer: Viewer,
    action: str,
    target: str | None = None,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Something done to the data that the person looks at, in the transaction that does it."""
    await audit.record(
        conn,
        workspace_id=viewer.workspace_id,
        actor=audit.Person(viewer.user_id),
        action=action,
        target=target,
        before=before,
        after=after,
        address=page.address,
    )

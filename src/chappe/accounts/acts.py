"""What people do to the workspace itself, as the audit trail keeps it: with the workspace that has the people
and keys, though they may look at its test data meanwhile.
"""

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
    """`audit.record` for the person who asks for this page."""
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

"""What every change in the inbox ends with: it is recorded, and its page is shown again."""

from collections.abc import Mapping
from typing import Any

from chappe.accounts import acts
from chappe.db.pool import Connection
from chappe.inbox.model import CONVERSATION_ID, Correspondent, View
from chappe.inbox.showing import Desk
from chappe.web.page import Page
from chappe.web.viewer import Viewer


async def record(
    conn: Connection,
    page: Page,
    viewer: Viewer,
    desk: Desk,
    other: Correspondent,
    action: str,
    after: Mapping[str, Any] | None = None,
) -> None:
    """An action of the audit trail on this conversation, by this viewer."""
    await acts.record_here(
        conn,
        page,
        viewer,
        action,
        target=desk.ids.encode(CONVERSATION_ID, other.phone),
        after=after,
    )


def back(who: str, view: str, notice: str = "") -> str:
    """The address of the conversation, with a word of what was done."""
    told = f"?notice={notice}" if notice else ""
    kept = view_of(view)
    return f"/inbox/{who}{told}{kept if told else kept.replace('&', '?', 1)}"


def view_of(view: str) -> str:
    """The list beside it, as a part of an address that has a query."""
    return f"&view={view}" if View.named(view) else ""

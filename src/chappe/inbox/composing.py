"""The box in which an answer is written, and the figures under it."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from chappe.db.pool import Connection
from chappe.inbox import replies, showing
from chappe.inbox.model import REPLY_ID, CannedReply, Correspondent, Draft
from chappe.inbox.showing import Desk
from chappe.kit.ids import public_id, uuid7
from chappe.web.viewer import Viewer


async def box(
    desk: Desk,
    conn: Connection,
    viewer: Viewer,
    who: Correspondent,
    *,
    text: str = "",
    missing: Sequence[str] = (),
    sender_id: UUID | None = None,
    refused: str | None = None,
) -> dict[str, Any]:
    """What the template of the box takes. `refused`: why the answer that is in it was not sent."""
    answering, canned = await showing.composer(desk, conn, viewer, who)
    chosen = next((each for each in answering.senders if each.id == sender_id), answering.chosen)
    draft = await desk.answers.draft(
        conn, viewer.workspace_id, who.phone, chosen.id if chosen else None, text
    )
    return {
        "answering": answering,
        "sender": chosen,
        "canned": [(public_id(REPLY_ID, one.id), one) for one in canned],
        "text": text,
        "missing": missing,
        "refused": refused,
        "once": uuid7().hex,
    } | figures(draft, text)


def figures(draft: Draft, text: str) -> dict[str, Any]:
    """What the template of the figures takes. `cost` is None when nothing is written or no price is known."""
    price = draft.price
    cost = None if price is None or not text.strip() else Decimal(price.price) * draft.parts
    return {"draft": draft, "written": bool(text.strip()), "cost": cost, "currency": price and price.currency}


def text_with(canned: CannedReply, who: Correspondent, before: str) -> tuple[str, Sequence[str]]:
    """What is written, with a canned reply behind it, and the values that are missing in it."""
    filled, missing = replies.filled_in(canned, who.phone, who.contact)
    return (f"{before.rstrip()} {filled}" if before.strip() else filled), missing

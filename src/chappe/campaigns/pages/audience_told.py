"""Whom a campaign was for, as a report says it: its lists, and its segments as they read when it started."""

from typing import NamedTuple

from chappe.audience import service as audiences
from chappe.audience.reading import read
from chappe.audience.sentence import told
from chappe.campaigns.drawing import frozen
from chappe.campaigns.model import Campaign
from chappe.campaigns.pages.common import list_id, segment_id
from chappe.contacts import service as contacts
from chappe.db.pool import Connection


class Part(NamedTuple):
    """A list or a segment of the audience; `sentence` is its rule in words, empty for a list."""

    address: str
    name: str
    sentence: str
    left_out: bool


async def audience_told(conn: Connection, campaign: Campaign, language: str) -> list[Part]:
    """Before the start its segments as they are now."""
    here, audience = campaign.workspace_id, campaign.audience
    listed = await contacts.lists_by_id(conn, here, [*audience.include, *audience.exclude])
    parts = [
        Part(
            f"/lists/{list_id(one.id)}",
            one.name,
            "",
            one.id in audience.exclude and one.id not in audience.include,
        )
        for one in listed
    ]
    segments = campaign.segments
    if segments is None:
        segments = await frozen(conn, here, audience)
    names = await audiences.named(conn, here)
    parts += [
        Part(f"/segments/{segment_id(one.id)}", one.name, told(read(one.rule), language, names), one.left_out)
        for one in segments
        if one.named
    ]
    return sorted(parts, key=lambda part: (part.left_out, part.name))

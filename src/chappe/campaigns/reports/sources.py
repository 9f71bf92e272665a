"""The lists and segments of an audience, each as a statement, so that a report tells them apart."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import structlog

from chappe.audience import service as audiences
from chappe.audience.compiling import Compiled
from chappe.audience.errors import BadRule, SegmentCircle, UnknownSegment
from chappe.audience.model import Chosen
from chappe.campaigns.model import Audience, Frozen
from chappe.db.pool import Connection

log = structlog.get_logger(__name__)


class Source(NamedTuple):
    """A list or a segment, and who is in it."""

    key: UUID
    rule: Compiled


async def sources(
    conn: Connection, workspace_id: int, audience: Audience, kept: tuple[Frozen, ...], taken_at: datetime
) -> list[Source]:
    """What a run was sent to. Segments by their rule as it was when the audience was taken, at the time of
    then; a segment that speaks of another one that is gone is left out.
    """
    found = []
    for key in audience.include:
        found.append(Source(key, await audiences.chosen(conn, workspace_id, Chosen(lists=(key,)), taken_at)))
    for each in kept:
        if each.id not in audience.include_segments:
            continue
        try:
            rule = await audiences.compiled(conn, workspace_id, each.rule, taken_at, of=each.id)
        except (UnknownSegment, BadRule, SegmentCircle) as problem:
            log.info("report_leaves_a_segment_out", segment=str(each.id), why=problem.detail)
        else:
            found.append(Source(each.id, rule))
    return found

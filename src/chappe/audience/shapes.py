"""What segments look like outside."""

from datetime import datetime
from typing import Any

import msgspec

from chappe.api.bodies import Input, Name
from chappe.audience.model import SEGMENT_ID, Reason, Segment
from chappe.kit.ids import public_id


class NewSegment(Input, frozen=True, kw_only=True):
    """`rule`: a tree of `all`, `any`, `not` and conditions: see docs/reference/segments.md."""

    name: Name
    rule: dict[str, Any]


class AskedRule(Input, frozen=True, kw_only=True):
    rule: dict[str, Any]


class SegmentView(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    name: str
    rule: dict[str, Any]
    created_at: datetime
    updated_at: datetime


class CountView(msgspec.Struct, frozen=True, kw_only=True):
    """Contacts in it at this moment; blocked and archived ones are in none."""

    contacts: int


class ReasonView(msgspec.Struct, frozen=True, kw_only=True):
    """`path`: the condition's place in the rule."""

    path: str
    holds: bool


class ExplainedView(msgspec.Struct, frozen=True, kw_only=True):
    inside: bool
    reasons: list[ReasonView]


def segment_view(segment: Segment) -> SegmentView:
    return SegmentView(
        id=public_id(SEGMENT_ID, segment.id),
        name=segment.name,
        rule=segment.rule,
        created_at=segment.created_at,
        updated_at=segment.updated_at,
    )


def explained_view(inside: bool, reasons: list[Reason]) -> ExplainedView:
    return ExplainedView(
        inside=inside, reasons=[ReasonView(path=one.path, holds=one.holds) for one in reasons]
    )

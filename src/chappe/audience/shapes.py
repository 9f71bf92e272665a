"""What segments look like outside."""

from datetime import datetime
from typing import Any

import msgspec

from chappe.api.bodies import Input, Name
from chappe.audience.clauses import Names
from chappe.audience.finding import Explained
from chappe.audience.model import SEGMENT_ID, Segment
from chappe.audience.reading import read
from chappe.audience.sentence import told
from chappe.kit.ids import public_id


class NewSegment(Input, frozen=True, kw_only=True):
    """`rule`: a tree of `all`, `any`, `not` and conditions: see docs/reference/segments.md."""

    name: Name
    rule: dict[str, Any]


class AskedRule(Input, frozen=True, kw_only=True):
    rule: dict[str, Any]


class SegmentView(msgspec.Struct, frozen=True, kw_only=True):
    """`sentence`: the rule in words, in the language asked for (`Accept-Language`), else in English."""

    id: str
    name: str
    rule: dict[str, Any]
    sentence: str
    created_at: datetime
    updated_at: datetime


class CountView(msgspec.Struct, frozen=True, kw_only=True):
    """Contacts in it at this moment; blocked and archived ones are in none."""

    contacts: int


class ReasonView(msgspec.Struct, frozen=True, kw_only=True):
    """`path`: the condition's place in the rule. `condition` in words; `found`: what was found of them, empty
    where `holds` says it all.
    """

    path: str
    holds: bool
    condition: str
    found: str


class ExplainedView(msgspec.Struct, frozen=True, kw_only=True):
    inside: bool
    reasons: list[ReasonView]


def segment_view(segment: Segment, language: str, names: Names) -> SegmentView:
    return SegmentView(
        id=public_id(SEGMENT_ID, segment.id),
        name=segment.name,
        rule=segment.rule,
        sentence=told(read(segment.rule), language, names),
        created_at=segment.created_at,
        updated_at=segment.updated_at,
    )


def explained_view(explained: Explained) -> ExplainedView:
    return ExplainedView(
        inside=explained.inside,
        reasons=[
            ReasonView(path=one.path, holds=one.holds, condition=one.words, found=one.found)
            for one in explained.reasons
        ],
    )

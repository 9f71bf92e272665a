"""A rule is a tree: `all`, `any` and `not` over leaves. A leaf is true or it is not: what is not known is not
true, and `not` of it is.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Final, TypeAlias
from uuid import UUID

import msgspec
from msgspec import Meta

SEGMENT_ID: Final = "seg"
DEEPEST: Final = 8
MOST_LEAVES: Final = 100

_Name = Annotated[str, Meta(min_length=1, max_length=200)]
_Value = Annotated[str, Meta(min_length=1, max_length=500)]
_Texts = Annotated[list[_Value], Meta(min_length=1, max_length=500)]
_Days = Annotated[int, Meta(ge=0, le=800)]
_Amount = Annotated[float, Meta(ge=0, le=1e12)]


class _Node(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind"):
    pass


class TextTest(StrEnum):
    IS = "is"
    CONTAINS = "contains"
    BEGINS = "begins"
    HAS = "has"
    """Of an attribute that is a list: one of its items is one of the values."""
    THERE = "there"


class Compare(StrEnum):
    EQ = "eq"
    LT = "lt"
    LE = "le"
    GT = "gt"
    GE = "ge"


class Did(StrEnum):
    """What became of messages to a person. `clicked`: they opened a link; `replied` is theirs to us."""

    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"
    CLICKED = "clicked"
    REPLIED = "replied"


class Measure(StrEnum):
    COUNT = "count"
    WORTH = "worth"
    SUM = "sum"


class Period(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The last so many days, today with them, or days from and to, both with them; in the workspace's
    zone.
    """

    last_days: Annotated[int, Meta(ge=1, le=800)] | None = None
    first: date | None = msgspec.field(default=None, name="from")
    last: date | None = msgspec.field(default=None, name="to")


class Text(_Node, frozen=True, kw_only=True, tag="text"):
    """Of an attribute; without regard to capitals. `values`: one of them."""

    name: _Name
    test: TextTest = TextTest.IS
    values: _Texts | None = None


class Number(_Node, frozen=True, kw_only=True, tag="number"):
    """Of an attribute whose text is a number: 12, -3.5."""

    name: _Name
    compare: Compare
    value: Annotated[float, Meta(ge=-1e12, le=1e12)]


class Day(_Node, frozen=True, kw_only=True, tag="date"):
    """Of an attribute that begins with a date as 2026-11-23."""

    name: _Name
    compare: Compare
    value: date


class OnList(_Node, frozen=True, kw_only=True, tag="list"):
    list_id: str


class Consent(_Node, frozen=True, kw_only=True, tag="consent"):
    topic: _Name = "marketing"
    state: Annotated[str, Meta(pattern="^(granted|withdrawn|pending)$")] = "granted"


class Country(_Node, frozen=True, kw_only=True, tag="country"):
    values: _Texts


class Language(_Node, frozen=True, kw_only=True, tag="language"):
    values: _Texts


class Zone(_Node, frozen=True, kw_only=True, tag="zone"):
    """The number may be in one of these."""

    values: _Texts


class Messages(_Node, frozen=True, kw_only=True, tag="messages"):
    """At least so many, of one campaign or of any; `at_most` instead is also true of those who had none."""

    did: Did
    campaign_id: str | None = None
    at_least: Annotated[int, Meta(ge=1)] | None = None
    at_most: Annotated[int, Meta(ge=0)] | None = None
    period: Period = Period()


class Where(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Of a property of an event. Numbers are compared with numbers, text with text; no `value`: it is
    there.
    """

    name: _Name
    compare: Compare = Compare.EQ
    value: Annotated[str, Meta(max_length=500)] | float | bool | None = None


class Events(_Node, frozen=True, kw_only=True, tag="events"):
    """How often, for how much (`worth`), or the sum of the numbers of a property."""

    name: _Name
    where: Annotated[list[Where], Meta(max_length=10)] = []
    measure: Measure = Measure.COUNT
    property: _Name | None = None
    at_least: _Amount | None = None
    at_most: _Amount | None = None
    period: Period = Period()


class Engaged(_Node, frozen=True, kw_only=True, tag="engaged"):
    """Wrote to us, opened a link or did anything that events tell of, in the last so many days, today with
    them.
    """

    last_days: Annotated[int, Meta(ge=1, le=800)]


class Recency(_Node, frozen=True, kw_only=True, tag="recency"):
    """So many days since the latest event of this name, 0 is today. Who has none is in neither."""

    name: _Name
    at_least: _Days | None = None
    at_most: _Days | None = None


class Added(_Node, frozen=True, kw_only=True, tag="added"):
    """Became a contact in this time."""

    period: Period


class Share(_Node, frozen=True, kw_only=True, tag="share"):
    """So many in a hundred, drawn by `key`: the same key draws the same people."""

    percent: Annotated[float, Meta(ge=0, le=100)]
    key: _Name


class InSegment(_Node, frozen=True, kw_only=True, tag="segment"):
    segment_id: str


class Active(msgspec.Struct, frozen=True):
    """Neither blocked nor archived, as members of segments are and members of lists need not be. Nobody says
    it in a rule.
    """


Condition: TypeAlias = (
    Text
    | Number
    | Day
    | OnList
    | Consent
    | Country
    | Language
    | Zone
    | Messages
    | Events
    | Engaged
    | Recency
    | Added
    | Share
    | InSegment
)
Leaf: TypeAlias = Condition | Active


class All(msgspec.Struct, frozen=True):
    of: tuple[Rule, ...]


class Either(msgspec.Struct, frozen=True):
    of: tuple[Rule, ...]


class Not(msgspec.Struct, frozen=True):
    rule: Rule


class Placed(msgspec.Struct, frozen=True):
    """A leaf and where it stands in the tree that was given."""

    path: str
    leaf: Leaf


Rule: TypeAlias = "All | Either | Not | Placed"


class Moment(msgspec.Struct, frozen=True):
    """When a rule is read, and the IANA name of the zone whose days count."""

    now: datetime
    zone: str


class Segment(msgspec.Struct, frozen=True, kw_only=True):
    """`rule` as it was given."""

    id: UUID
    name: str
    rule: dict[str, object]
    created_at: datetime
    updated_at: datetime


class Chosen(msgspec.Struct, frozen=True):
    """Members of any of these lists and segments, but not of those that are left out."""

    lists: tuple[UUID, ...] = ()
    segments: tuple[UUID, ...] = ()
    without_lists: tuple[UUID, ...] = ()
    without_segments: tuple[UUID, ...] = ()


class Whom(msgspec.Struct, frozen=True):
    """A contact, for statements about one person: by key, and by the number that texts carry."""

    workspace_id: int
    id: int
    phone: int


class Reason(msgspec.Struct, frozen=True):
    """Whether one leaf is true of one contact."""

    path: str
    leaf: Leaf
    holds: bool

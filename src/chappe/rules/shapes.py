"""Shapes of the rules in the API."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from chappe.rules.catalogue import RuleState, Standing
from chappe.rules.pack import Confidence, Kind, Pack, Profile, SourceKind, Value

ValueView = Annotated[
    dict[str, Any],
    Meta(description="In the shape of the rule's kind: hours by span of days, a cap, the bases of consent…"),
]
Jurisdiction = Annotated[
    str, Meta(description="An ISO country, a part of one in ISO 3166-2 (US-FL), or DEFAULT.")
]


class SourceView(msgspec.Struct, frozen=True, kw_only=True):
    """Where a rule was read; `read_on` is null where others told of the text."""

    title: str
    url: str
    kind: SourceKind
    read_on: date | None


class RuleView(msgspec.Struct, frozen=True, kw_only=True):
    """`value` is what the workspace is held to now: of its profile, or its own instead. A null value demands
    nothing. While `blocks` is true, no marketing leaves for this place.
    """

    id: str
    kind: Kind
    standing: Standing
    value: ValueView | None
    legal_minimum: ValueView | None
    conservative: ValueView | None
    confidence: Confidence
    blocks: bool
    acknowledged_at: datetime | None
    override_reason: str | None
    source: SourceView
    clause: str
    note: str | None
    valid_from: date
    valid_to: date | None
    reviewed_on: date


class JurisdictionView(msgspec.Struct, frozen=True, kw_only=True):
    """A place, and whether one of its rules waits to be acknowledged."""

    jurisdiction: Jurisdiction
    name: str
    blocks: bool


class RulesView(msgspec.Struct, frozen=True, kw_only=True):
    """Not legal advice. `profile` is how this workspace reads the rules."""

    profile: Profile
    data: list[JurisdictionView]


class PlaceRulesView(msgspec.Struct, frozen=True, kw_only=True):
    """The rules of one place, those in force first. Not legal advice."""

    jurisdiction: Jurisdiction
    name: str
    profile: Profile
    rules: list[RuleView]


def place_view(pack: Pack, profile: Profile, states: Sequence[RuleState]) -> PlaceRulesView:
    return PlaceRulesView(
        jurisdiction=pack.jurisdiction,
        name=pack.name.en,
        profile=profile,
        rules=[rule_view(state) for state in states],
    )


def rule_view(state: RuleState) -> RuleView:
    rule, source = state.rule, state.source
    return RuleView(
        id=rule.id,
        kind=state.kind,
        standing=state.standing,
        value=_value(state.value),
        legal_minimum=_value(rule.legal_minimum),
        conservative=_value(rule.conservative),
        confidence=rule.confidence,
        blocks=state.blocks,
        acknowledged_at=state.acknowledged_at,
        override_reason=None if state.override is None else state.override.reason,
        source=SourceView(title=source.title, url=source.url, kind=source.kind, read_on=source.read_on),
        clause=rule.clause,
        note=None if rule.note is None else rule.note.en,
        valid_from=rule.valid_from,
        valid_to=rule.valid_to,
        reviewed_on=rule.reviewed_on,
    )


def _value(value: Value | None) -> dict[str, Any] | None:
    return None if value is None else msgspec.to_builtins(value)

"""What a rule pack holds: the rules of one jurisdiction, as data (`packs/<jurisdiction>.toml`).

Every rule names its source and says whether the primary text was read. It gives a value for each profile:
what the text itself demands, and what a careful sender does. A value that is absent demands nothing.
"""

import hashlib
from datetime import date
from enum import StrEnum
from typing import TypeAlias

import msgspec

from chappe.rules.values import (
    Cart,
    Consent,
    Contents,
    Frequency,
    Holidays,
    Hours,
    OptOut,
    Records,
    Senders,
    Validity,
)


class Profile(StrEnum):
    """How a workspace reads the rules."""

    LEGAL_MINIMUM = "legal_minimum"
    CONSERVATIVE = "conservative"


class Confidence(StrEnum):
    """What a rule rests on. UNVERIFIED: its primary text was not read; it blocks until acknowledged."""

    PRIMARY = "primary"
    UNVERIFIED = "unverified"
    OWN = "own"
    """A caution of ours where no text demands any: it claims no law, so there is nothing to verify."""


class SourceKind(StrEnum):
    """Who speaks. A vendor's page proves no rule."""

    STATUTE = "statute"
    REGULATION = "regulation"
    REGULATOR = "regulator"
    CHARTER = "charter"
    VENDOR = "vendor"
    PROJECT = "project"


class Kind(StrEnum):
    """What a rule is about."""

    HOURS = "hours"
    HOLIDAYS = "holidays"
    FREQUENCY = "frequency"
    CONSENT = "consent"
    CONTENTS = "contents"
    OPT_OUT = "opt_out"
    SENDERS = "senders"
    VALIDITY = "validity"
    CART = "cart"
    RECORDS = "records"


class Words(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One text in the languages of the pages."""

    en: str
    fr: str


class Source(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a rule was read. `read_on` is the day the text itself was; None when only told of by others."""

    id: str
    title: str
    url: str = ""
    kind: SourceKind
    read_on: date | None = None


class _Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind"):
    id: str
    source: str
    confidence: Confidence
    reviewed_on: date
    valid_from: date
    """The first day it holds; where the text gives none, the first of its year, or of 2020."""
    valid_to: date | None = None
    """The last day it holds."""
    clause: str = ""
    note: Words | None = None

    def holds(self, on: date) -> bool:
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)

    def fingerprint(self) -> str:
        """Of all that the rule says: who acknowledged one wording is asked again for another."""
        return hashlib.sha256(msgspec.json.encode(self, order="sorted")).hexdigest()[:16]


class HoursRule(_Rule, frozen=True, kw_only=True, tag=Kind.HOURS.value):
    legal_minimum: Hours | None = None
    conservative: Hours | None = None


class HolidaysRule(_Rule, frozen=True, kw_only=True, tag=Kind.HOLIDAYS.value):
    legal_minimum: Holidays | None = None
    conservative: Holidays | None = None


class FrequencyRule(_Rule, frozen=True, kw_only=True, tag=Kind.FREQUENCY.value):
    legal_minimum: Frequency | None = None
    conservative: Frequency | None = None


class ConsentRule(_Rule, frozen=True, kw_only=True, tag=Kind.CONSENT.value):
    legal_minimum: Consent | None = None
    conservative: Consent | None = None


class ContentsRule(_Rule, frozen=True, kw_only=True, tag=Kind.CONTENTS.value):
    legal_minimum: Contents | None = None
    conservative: Contents | None = None


class OptOutRule(_Rule, frozen=True, kw_only=True, tag=Kind.OPT_OUT.value):
    legal_minimum: OptOut | None = None
    conservative: OptOut | None = None


class SendersRule(_Rule, frozen=True, kw_only=True, tag=Kind.SENDERS.value):
    legal_minimum: Senders | None = None
    conservative: Senders | None = None


class ValidityRule(_Rule, frozen=True, kw_only=True, tag=Kind.VALIDITY.value):
    legal_minimum: Validity | None = None
    conservative: Validity | None = None


class CartRule(_Rule, frozen=True, kw_only=True, tag=Kind.CART.value):
    legal_minimum: Cart | None = None
    conservative: Cart | None = None


class RecordsRule(_Rule, frozen=True, kw_only=True, tag=Kind.RECORDS.value):
    legal_minimum: Records | None = None
    conservative: Records | None = None


Rule: TypeAlias = (
    HoursRule
    | HolidaysRule
    | FrequencyRule
    | ConsentRule
    | ContentsRule
    | OptOutRule
    | SendersRule
    | ValidityRule
    | CartRule
    | RecordsRule
)
Value: TypeAlias = (
    Hours | Holidays | Frequency | Consent | Contents | OptOut | Senders | Validity | Cart | Records
)


class Pack(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The rules of one jurisdiction: an ISO country code, or one of its subdivisions as `US-FL`."""

    jurisdiction: str
    name: Words
    sources: tuple[Source, ...]
    rules: tuple[Rule, ...]

    def source_of(self, rule: Rule) -> Source:
        return next(source for source in self.sources if source.id == rule.source)


def kind_of(rule: Rule) -> Kind:
    return Kind(str(rule.__struct_config__.tag))


def value_of(rule: Rule, profile: Profile) -> Value | None:
    return rule.legal_minimum if profile is Profile.LEGAL_MINIMUM else rule.conservative

"""Consent, suppression, and what an inbound text asks for."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

import msgspec

SUPPRESSION_ID = "sup"  # the prefix of ids outside

# The one purpose today; topics come with the full consent system.
MARKETING = "marketing"

# Where a suppression or an event came from, when a person asked for it by text.
BY_TEXT = "inbound"
# The basis of what a keyword did.
KEYWORD_BASIS = "keyword"


class ConsentState(StrEnum):
    NONE = "none"
    PENDING = "pending"
    GRANTED = "granted"
    WITHDRAWN = "withdrawn"


class SuppressionScope(StrEnum):
    """How far a suppression reaches: STOP stops marketing; a block or a carrier's refusal stops all but the
    answers to the person's own keywords.
    """

    MARKETING = "marketing"
    ALL = "all"


class StatedConsent(msgspec.Struct, frozen=True, kw_only=True):
    """What is stated when consent is claimed: on which basis (express, written, soft opt-in…), where it was
    collected, the very words that people agreed to, and when they did, when that is known. `topics`: to what;
    none means the topic that everybody begins with.
    """

    basis: str
    source: str
    text: str
    collected_on: date | None = None
    topics: tuple[UUID, ...] = ()


class NewSuppression(msgspec.Struct, frozen=True, kw_only=True):
    phone: int
    scope: SuppressionScope
    reason: str
    source: str
    raw: str | None = None
    inbound_id: int | None = None


class Suppression(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    phone: int
    scope: SuppressionScope
    reason: str
    source: str
    created_at: datetime


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A suppression with its past: `raw` are the person's own words, `lifted_by` who ended it. `phone` is
    None when a keyed hash of the number is all that is kept.
    """

    id: int
    phone: int | None
    scope: SuppressionScope
    reason: str
    source: str
    raw: str | None
    created_at: datetime
    lifted_at: datetime | None = None
    lifted_by: str | None = None
    lift_reason: str | None = None

    @property
    def own_wish(self) -> bool:
        """The person asked for it themselves."""
        return self.source == BY_TEXT


class InboundText(msgspec.Struct, frozen=True, kw_only=True):
    """A text that came in. `phone` is None when its source is no number (a name, a short code)."""

    phone: int | None
    destination: str
    text: str
    at: datetime
    inbound_id: int | None = None


class OutcomeKind(StrEnum):
    """ASK: it may be an opt-out: the person is asked once, and gets no marketing until they answer. KEEP:
    they answered that they want to go on. JOIN: the text is a word that leads to a sign-up form. CONFIRM and
    DECLINE: the answer of who was asked to confirm that they subscribe.
    """

    STOP = "stop"
    START = "start"
    HELP = "help"
    ASK = "ask"
    KEEP = "keep"
    JOIN = "join"
    CONFIRM = "confirm"
    DECLINE = "decline"
    NONE = "none"


class Confirmed(msgspec.Struct, frozen=True, kw_only=True):
    """Who said yes to the question whether they subscribe, and the form they came by, if any."""

    contact_id: int
    language: str
    form_id: UUID | None = None


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What a text was taken for. `keyword` is the normalised word; `answer` is to be sent back in the service
    lane, None means silence. `settled`: nothing in it is left for a person to read. `confirmed`: of CONFIRM.
    """

    kind: OutcomeKind
    keyword: str | None = None
    answer: str | None = None
    settled: bool = False
    confirmed: Confirmed | None = None


class Brand(msgspec.Struct, frozen=True):
    """Who answers: the name and language of the workspace. `country`: where it is at home."""

    name: str
    language: str
    country: str

"""A campaign, its states, and what may be done in each."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final, NamedTuple
from uuid import UUID

import msgspec

from chappe.kit.errors import Problem
from chappe.messages.counts import Count
from chappe.messages.model import CAMPAIGN_ID as CAMPAIGN_ID  # below, where ids of messages are
from chappe.messages.model import Purpose

CHANGED: Final = "chappe_campaign"
"""Channel of the notices that a campaign changed state; the payload is its uuid."""

PURPOSES: Final = (Purpose.MARKETING, Purpose.TRANSACTIONAL)


class CampaignState(StrEnum):
    DRAFT = "draft"
    SCHEDULED = "scheduled"
    PREPARING = "preparing"
    """Asked to be sent: its audience is about to be taken."""
    SENDING = "sending"
    PAUSED = "paused"
    FINISHED = "finished"
    CANCELED = "canceled"


class Halt(StrEnum):
    """Why a campaign waits for a person."""

    RESTORED = "restored"
    SENDER_REFUSED = "sender_refused"
    PLANNING_FAILED = "planning_failed"
    NOT_APPROVED = "not_approved"


class Action(StrEnum):
    """What a person may ask of a campaign."""

    SEND = "send"
    SCHEDULE = "schedule"
    PAUSE = "pause"
    RESUME = "resume"
    CANCEL = "cancel"
    CHANGE = "change"


_S = CampaignState
ALLOWED: Final[dict[Action, frozenset[CampaignState]]] = {
    Action.SEND: frozenset({_S.DRAFT}),
    Action.SCHEDULE: frozenset({_S.DRAFT, _S.SCHEDULED}),
    Action.PAUSE: frozenset({_S.PREPARING, _S.SENDING}),
    Action.RESUME: frozenset({_S.PAUSED}),
    Action.CANCEL: frozenset({_S.DRAFT, _S.SCHEDULED, _S.PREPARING, _S.SENDING, _S.PAUSED}),
    Action.CHANGE: frozenset({_S.DRAFT}),
}

# Asked again in a state that the action has already led to, the answer is the campaign as it is: a double
# click, a retry and a second tab are one wish.
ALREADY: Final[dict[Action, frozenset[CampaignState]]] = {
    Action.SEND: frozenset({_S.SCHEDULED, _S.PREPARING, _S.SENDING, _S.PAUSED, _S.FINISHED}),
    Action.SCHEDULE: frozenset(),
    Action.PAUSE: frozenset({_S.PAUSED}),
    Action.RESUME: frozenset({_S.PREPARING, _S.SENDING}),
    Action.CANCEL: frozenset({_S.CANCELED}),
    Action.CHANGE: frozenset(),
}


class Audience(msgspec.Struct, frozen=True):
    """Members of any list of `include` or segment of `include_segments` that are in none of those excluded.
    The form of `campaign.audience`.
    """

    include: tuple[UUID, ...]
    exclude: tuple[UUID, ...] = ()
    include_segments: tuple[UUID, ...] = ()
    exclude_segments: tuple[UUID, ...] = ()

    @property
    def chosen(self) -> bool:
        """Whether anything is."""
        return bool(self.included)

    @property
    def included(self) -> tuple[UUID, ...]:
        """Lists, then segments."""
        return (*self.include, *self.include_segments)

    @property
    def excluded(self) -> tuple[UUID, ...]:
        return (*self.exclude, *self.exclude_segments)

    @property
    def segments(self) -> tuple[UUID, ...]:
        """Every segment it names."""
        return (*self.include_segments, *self.exclude_segments)


class Frozen(msgspec.Struct, frozen=True, kw_only=True):
    """A segment as it was when a campaign took its audience: it may have been changed since. `named`: by the
    audience; the others are those that rules of segments speak of.
    """

    id: UUID
    name: str
    rule: dict[str, object]
    left_out: bool
    named: bool = True


class NewCampaign(msgspec.Struct, frozen=True, kw_only=True):
    """What a person writes; times are aware. A draft that is written in steps may have no sender yet.
    `topic_id` None: the topic everybody begins with; of a transactional one, none.
    """

    name: str
    purpose: Purpose
    audience: Audience
    sender_id: UUID | None
    body: str
    send_at: datetime | None = None
    expires_at: datetime | None = None
    parts_per_second: int | None = None
    topic_id: UUID | None = None


class Campaign(msgspec.Struct, frozen=True, kw_only=True):
    """A campaign with its runs: none before it is sent, one for each arm of a test. `total`: of all of them,
    None before the audience is taken. A draft may have no sender yet; `error_code` is one of `Halt`, `error`
    the same in English.
    """

    id: UUID
    workspace_id: int
    name: str
    purpose: Purpose
    state: CampaignState
    audience: Audience
    sender_id: UUID | None
    body: str
    send_at: datetime | None
    expires_at: datetime | None
    parts_per_second: int | None
    error: str | None
    error_code: str | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    moment: datetime
    total: int | None
    segments: tuple[Frozen, ...] | None = None
    """Those of the audience, as they were when it was taken; None before, or without any."""
    cost: tuple["Cost", ...] | None
    """What the parts cost, exact, once nothing is submitted any more; None before."""
    topic_id: UUID | None = None
    runs: tuple[int, ...] = ()


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which campaigns a list shows; what is empty or None does not filter. `since` ≤ moment < `before`."""

    states: tuple[CampaignState, ...] = ()
    text: str = ""
    since: datetime | None = None
    before: datetime | None = None


class Progress(NamedTuple):
    """A campaign with the counts of its run."""

    campaign: Campaign
    counts: list[Count]


class EncodingShare(msgspec.Struct, frozen=True, kw_only=True):
    """How much of an estimate is in one encoding."""

    messages: int
    parts: int


class Cost(msgspec.Struct, frozen=True, kw_only=True):
    """Price of parts, in one currency."""

    currency: str
    amount: Decimal


class ZoneShare(msgspec.Struct, frozen=True, kw_only=True):
    """Recipients who may be in these zones (IANA names, spaces between): how many can be sent to, when the
    first and the last of them would leave, and the hours end (the gate's clock; None: no end).
    """

    zones: str
    messages: int
    due_at: datetime
    last_at: datetime
    closes_at: datetime | None = None


class PlaceShare(msgspec.Struct, frozen=True, kw_only=True):
    """The messages to a country by the carrier that takes them first; `country` empty where a number is of
    none, `carrier_number` None where no carrier takes them.
    """

    country: str
    carrier_number: int | None
    messages: int
    parts: int
    cost: list[Cost]


class Long(msgspec.Struct, frozen=True, kw_only=True):
    """A message that takes several parts."""

    contact_id: int
    parts: int
    characters: int


class Estimate(msgspec.Struct, frozen=True, kw_only=True):
    """What a campaign would do if it were sent now.

    `deferred` of the `sendable` wait for the allowed hours. `unpriced` of them go where no price is known.
    `capped`: by the rule, those of the skipped who have had enough.
    """

    recipients: int
    sendable: int
    deferred: int
    skipped: dict[str, int]
    parts: int
    encodings: dict[str, EncodingShare]
    cost: list[Cost]
    unpriced: int
    zones: list[ZoneShare] = []
    """The largest first."""
    capped: dict[str, int] = {}
    lengths: dict[int, int] = {}
    """How many messages take so many parts."""
    places: list[PlaceShare] = []
    """The largest first."""
    longest: list[Long] = []
    """A few of those that take more than one part, the longest first."""
    deferred_until: datetime | None = None
    """When the last of those who wait for allowed hours may have it."""
    characters: dict[str, int] = {}
    """What contacts' values bring that makes a text UCS-2, with how many texts; of the first few thousand."""
    error: float = 0.0
    """Were these people a sample: half the interval of 95 % of their parts, as a share of them."""
    cost_error: float = 0.0
    """The same of the price; of several currencies, the one that is known worst."""


class UnknownCampaign(Problem):
    code = "unknown_campaign"
    status = 404
    title = "No such campaign"


class WrongState(Problem):
    """The campaign's state does not allow it; the detail says what is possible."""

    code = "wrong_state"
    status = 409
    title = "The campaign's state does not allow this"


class WrongPurpose(Problem):
    code = "wrong_purpose"
    status = 422
    title = "A campaign cannot have this purpose"


class WrongTopic(Problem):
    code = "wrong_topic"
    status = 422
    title = "A campaign cannot be about this topic"


class TextLacks(Problem):
    """A rule of the workspace's country demands what the text does not tell."""

    code = "text_lacks"
    status = 422
    title = "The text lacks what the law demands"


class WrongTimes(Problem):
    code = "wrong_times"
    status = 422
    title = "The campaign's times do not fit"


class NoAudience(Problem):
    code = "no_audience"
    status = 422
    title = "The campaign has no audience"


class UnknownCampaignSender(Problem):
    code = "unknown_sender"
    status = 422
    title = "No such sender"


class NoName(Problem):
    code = "no_name"
    status = 422
    title = "The campaign has no name"


class NameTooLong(Problem):
    code = "name_too_long"
    status = 422
    title = "The campaign's name is too long"


class ListIsFilling(Problem):
    code = "list_is_filling"
    status = 409
    title = "A list of the audience is being imported"


class ChangedSince(Problem):
    """What would leave is not what was looked at."""

    code = "changed_since"
    status = 409
    title = "The campaign was changed meanwhile"


class NoRoute(Problem):
    code = "no_route"
    status = 409
    title = "No carrier can send from this sender"


def refuse(action: Action, state: CampaignState) -> WrongState:
    """The problem that says why not, and what is possible instead."""
    possible = [each.value for each in Action if state in ALLOWED[each]]
    instead = f"Possible now: {', '.join(possible)}." if possible else "Create a new campaign instead."
    return WrongState(
        f"The campaign is {state.value}: “{action.value}” is not possible. {instead}", state=state
    )

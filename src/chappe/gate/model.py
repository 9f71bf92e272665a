"""The gate's decisions, their codes, and the facts they rest on.

A code is stored with each message (`message.decision`), so that "why" and "why not" can be read later; with
the rule that decided, where a rule of law or of the workspace did (`gate/rulings.py`). The numbers are
therefore never reused; a code names the first check that decided, in the order of `gate/checks.py`.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import IntEnum
from typing import Final, NamedTuple
from uuid import UUID

from chappe.messages.model import Purpose
from chappe.rules.places import Places
from chappe.rules.values import SenderForm


class Code(IntEnum):
    """0: sent at once; 1 to 19: sent later; from 20: not sent, with the reason."""

    SEND = 0
    DEFERRED_HOURS = 1
    """Marketing outside the allowed hours of the recipient's zones: it waits for the next window."""

    SUPPRESSED = 20
    NO_CONSENT = 21
    CONTACT_BLOCKED = 22
    CONTACT_ARCHIVED = 23
    CONTACT_GONE = 24
    """Erased, or given another number, since the campaign's audience was taken."""
    BAD_NUMBER = 25
    NO_ROUTE = 26
    NO_PRICE = 27
    """The route's carrier has prices, none of them for this destination."""
    CANNOT_CONVERSE = 28
    """A person cannot answer an alphanumeric sender."""
    EXPIRED = 29
    """Its "not after" is over, or will be before the allowed hours begin."""
    NO_COMMON_HOUR = 30
    """There is no hour at which every zone the number may be in allows marketing."""

    CANCELED = 31
    """The campaign was canceled before this message came to the gate."""
    SIMULATED = 32
    """A message of the test data, which have no simulated carrier: it ends here, as good as sent."""

    CAPPED = 33
    """The person has been promised as many messages in that time as a cap allows."""
    RULE_UNVERIFIED = 34
    """A rule of the place rests on no primary source, and nobody of the workspace has acknowledged it."""
    WRONG_BASIS = 35
    """There is a consent, on a basis that a rule of the place does not accept."""
    WRONG_SENDER = 36
    """A rule of the place does not let marketing come from such a sender."""
    TOPIC_LEFT = 37
    """The message needs no consent, and the person left the topic it is about."""
    WRONG_CONTENT = 38
    """The text does not tell what a rule of the place demands: who writes, or how to leave."""

    MISSING_VARIABLE = 40
    TEMPLATE_ERROR = 41
    TOO_LONG = 42
    EMPTY_TEXT = 43
    NO_OFFER_CODE = 44
    """The text gives a code, and the offer had none left."""

    @property
    def reason(self) -> str:
        """The word shown, stored and counted: `suppressed`, `no_consent`…"""
        return REASONS[self]

    @property
    def skips(self) -> bool:
        return self >= FIRST_SKIP


FIRST_SKIP: Final = 20
REASONS: Final = {code: code.name.lower() for code in Code}


class Suppressed(IntEnum):
    """How far a number's suppression reaches."""

    NO = 0
    MARKETING = 1
    ALL = 2


class Subject(NamedTuple):
    """What a message is about: the word of a topic (`consent.purpose`). `until_left`: it needs no consent,
    and goes to everybody it concerns who has not left the topic.
    """

    word: str
    until_left: bool = False

    @classmethod
    def of(cls, topic_id: UUID | None, purpose: Purpose) -> "Subject":
        """None: the topic that everybody begins with."""
        if topic_id is None:
            return OFFERS
        return cls(f"topic:{topic_id}", purpose is not Purpose.MARKETING)


OFFERS: Final = Subject("marketing")


class Recipient(NamedTuple):
    """Facts about one recipient, as `recipients_of_phones` returns them.

    `contact_id` None: a number nobody has as a contact. `zones` as in `contact.zones`.
    """

    contact_id: int | None
    phone: int
    contact_state: int | None
    granted: bool
    """Consent to the topic is granted; of one that needs no consent, it was not left."""
    suppressed: int
    zones: str
    country: str | None
    language: str | None
    basis: str = ""
    """Of the consent, where some places do not accept it: `spoken`, `soft_opt_in`, `implied`; else empty."""


class Group(NamedTuple):
    """Recipients who share every fact that a decision rests on, as columns of one length.

    The facts are those of `Recipient`; `contact_ids` is None when the contacts are gone. `values` has a
    column for each variable that was asked for.
    """

    contact_state: int | None
    granted: bool
    suppressed: int
    zones: str
    contact_ids: Sequence[int] | None
    phones: Sequence[int]
    values: Mapping[str, Sequence[object]]
    country: str | None = None
    basis: str = ""

    def only(self, places: Sequence[int]) -> "Group":
        """Those at these places, in their order."""
        contact_ids = self.contact_ids
        return self._replace(
            contact_ids=None if contact_ids is None else [contact_ids[at] for at in places],
            phones=[self.phones[at] for at in places],
            values={name: [column[at] for at in places] for name, column in self.values.items()},
        )


class SenderFacts(NamedTuple):
    """What the gate must know of the sender. `priced`: its route's carrier has a price list. `test`: it is
    one of the test data, whose carriers are all simulated.
    """

    id: UUID
    address: str
    alphanumeric: bool
    route_id: UUID | None
    priced: bool
    test: bool = False
    form: SenderForm = SenderForm.SHORT_CODE


class Decision(NamedTuple):
    """`due_at` and `window_end` are times of the gate's clock; `due_at` is None when skipped. `rule`: the id
    of the rule that decided, such as `fr.hours` or `workspace.cap.day`; None where a fact alone did.
    """

    code: Code
    due_at: datetime | None
    window_end: datetime | None
    rule: str | None = None
    where: Places | None = None
    """Where a recipient of marketing may be: what it waits for, and what caps it, may be asked again."""

    @property
    def skipped(self) -> bool:
        return self.code >= FIRST_SKIP

"""The checks of the gate, in the order in which a refusal is looked for: what protects the person first, then
what makes the message impossible, then what only delays it, then what it would take from the person's
patience.

The list is data: pages, the API and the documentation print it. Each check is pure, over facts.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Final, NamedTuple

from chappe.contacts.model import ContactState
from chappe.gate.model import Code, Recipient, SenderFacts, Suppressed
from chappe.messages.model import Purpose
from chappe.rules.values import Content

# E.164: at most 15 digits; no national plan is shorter than 7 with its country code.
LOWEST_NUMBER: Final = 1_000_000
HIGHEST_NUMBER: Final = 999_999_999_999_999
_BLOCKED, _ARCHIVED = ContactState.BLOCKED.value, ContactState.ARCHIVED.value
_ALL: Final = frozenset(Purpose)
_MARKETING: Final = frozenset({Purpose.MARKETING})
_TRANSACTIONAL: Final = frozenset({Purpose.TRANSACTIONAL})


class Asked:
    """What a decision is about, beside the recipient: built once for many recipients of one moment."""

    __slots__ = (
        "expires_at",
        "gate_now",
        "purpose",
        "real_now",
        "says",
        "sender",
        "to_contacts",
        "until_left",
    )

    def __init__(
        self,
        purpose: Purpose,
        sender: SenderFacts,
        *,
        gate_now: datetime,
        real_now: datetime,
        expires_at: datetime | None = None,
        to_contacts: bool = False,
        until_left: bool = False,
        says: frozenset[Content] | None = None,
    ) -> None:
        """`expires_at` is real time. `to_contacts`: recipients must be contacts (a campaign's). `until_left`:
        it is about a topic that needs no consent, and that people can leave. `says`: what the text tells of
        all that rules may demand (`wording.said`); None where there is no text to look at.
        """
        self.purpose = purpose
        self.sender = sender
        self.gate_now = gate_now
        self.real_now = real_now
        self.expires_at = expires_at
        self.to_contacts = to_contacts
        self.until_left = until_left
        self.says = says


Judge = Callable[[Asked, Recipient, bool], Code | None]


class Check(NamedTuple):
    """`judge` finds the refusal; it is None for checks that more than facts decide: hours, caps, the text."""

    name: str
    purposes: frozenset[Purpose]
    """Those that are asked; others pass."""
    refusals: tuple[Code, ...]
    judge: Judge | None = None


def _number(asked: Asked, recipient: Recipient, priced: bool) -> Code | None:
    return None if LOWEST_NUMBER <= recipient.phone <= HIGHEST_NUMBER else Code.BAD_NUMBER


def _suppression(asked: Asked, recipient: Recipient, priced: bool) -> Code | None:
    """STOP reaches marketing; a block or a carrier's refusal reaches all but the answer to STOP itself."""
    least = Suppressed.MARKETING if asked.purpose is Purpose.MARKETING else Suppressed.ALL
    return Code.SUPPRESSED if recipient.suppressed >= least else None


def _contact(asked: Asked, recipient: Recipient, priced: bool) -> Code | None:
    if recipient.contact_id is None:
        return Code.CONTACT_GONE if asked.to_contacts else None
    if recipient.contact_state == _BLOCKED and asked.purpose is not Purpose.SERVICE:
        return Code.CONTACT_BLOCKED
    if recipient.contact_state == _ARCHIVED and asked.purpose is Purpose.MARKETING:
        return Code.CONTACT_ARCHIVED
    return None


def _consent(asked: Asked, recipient: Recipient, priced: bool) -> Code | None:
    return None if recipient.granted else Code.NO_CONSENT


def _topic(asked: Asked, recipient: Recipient, priced: bool) -> Code | None:
    return Code.TOPIC_LEFT if asked.until_left and not recipient.granted else None


def _sender(asked: Asked, recipient: Recipient, priced: bool) -> Code | None:
    if asked.sender.route_id is None:
        return Code.SIMULATED if asked.sender.test else Code.NO_ROUTE
    if asked.purpose is Purpose.CONVERSATION and asked.sender.alphanumeric:
        return Code.CANNOT_CONVERSE
    return Code.NO_PRICE if asked.sender.priced and not priced else None


def _expiry(asked: Asked, recipient: Recipient, priced: bool) -> Code | None:
    return Code.EXPIRED if asked.expires_at is not None and asked.expires_at <= asked.real_now else None


CHECKS: Final = (
    Check("number", _ALL, (Code.BAD_NUMBER,), _number),
    Check("suppression", _ALL - {Purpose.SERVICE}, (Code.SUPPRESSED,), _suppression),
    Check("contact", _ALL, (Code.CONTACT_GONE, Code.CONTACT_BLOCKED, Code.CONTACT_ARCHIVED), _contact),
    Check("consent", _MARKETING, (Code.NO_CONSENT,), _consent),
    Check("topic", _TRANSACTIONAL, (Code.TOPIC_LEFT,), _topic),
    Check("sender", _ALL, (Code.SIMULATED, Code.NO_ROUTE, Code.CANNOT_CONVERSE, Code.NO_PRICE), _sender),
    Check("expiry", _ALL, (Code.EXPIRED,), _expiry),
    Check("rules", _MARKETING, (Code.RULE_UNVERIFIED,)),
    Check("requirements", _MARKETING, (Code.WRONG_BASIS, Code.WRONG_SENDER, Code.WRONG_CONTENT)),
    Check("hours", _MARKETING, (Code.DEFERRED_HOURS, Code.NO_COMMON_HOUR, Code.EXPIRED)),
    Check("text", _ALL, (Code.MISSING_VARIABLE, Code.TEMPLATE_ERROR, Code.TOO_LONG, Code.EMPTY_TEXT)),
    Check("caps", _MARKETING, (Code.CAPPED,)),
    Check("offer", _ALL, (Code.NO_OFFER_CODE,)),
)
BY_FACTS: Final = tuple(check for check in CHECKS if check.judge is not None)

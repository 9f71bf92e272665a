"""One message, told whole: who asked for it, why it was sent or was not, its parts, the carrier's words."""

from typing import Final, NamedTuple

from chappe.campaigns import service as campaigns
from chappe.campaigns.model import Campaign
from chappe.carriers import service as carriers
from chappe.carriers.model import Carrier, Sender
from chappe.consent import standing
from chappe.consent.model import Suppression
from chappe.consent.standing import ConsentMoment
from chappe.consent.topics import service as topics
from chappe.consent.topics.model import Topic
from chappe.db.pool import Connection
from chappe.gate.model import OFFERS, Code, Subject
from chappe.gate.rulings import Ruling, rulings_of
from chappe.kit.clock import Clock
from chappe.messages import dispatch
from chappe.messages import service as messages
from chappe.messages.dispatch import SentPart
from chappe.messages.model import MessageView, Purpose
from chappe.sms import parts

# Consent and suppression are asked of marketing alone, but for suppressions of all messages.
_ASKS_CONSENT: Final = frozenset({Purpose.MARKETING})


class Part(NamedTuple):
    """`text` as the recipient's phone joins it; `sent` is None until a carrier has the part."""

    number: int
    text: str
    sent: SentPart | None


class Story(NamedTuple):
    """`consent` (to the topic) and `suppression` are those that the gate found when the message was accepted.
    `topic`: what it is about, where the workspace has several.
    """

    message: MessageView
    ruling: Ruling
    campaign: Campaign | None
    sender: Sender | None
    carrier: Carrier | None
    parts: tuple[Part, ...]
    consent: ConsentMoment | None
    suppression: Suppression | None
    topic: Topic | None = None

    @property
    def code(self) -> Code:
        """What the gate decided."""
        return self.ruling.code

    @property
    def asks_consent(self) -> bool:
        """Whether this purpose needs a consent at all."""
        return self.message.purpose in _ASKS_CONSENT


async def story_of(conn: Connection, workspace_id: int, message_id: int, gate_clock: Clock) -> Story:
    """Raises UnknownMessage."""
    message = await messages.read_one(conn, workspace_id, message_id, gate_clock.now())
    given = await dispatch.dispatch_of(conn, workspace_id, message_id)
    campaign = sender = carrier = consent = None
    if message.campaign_id is not None:
        campaign = await campaigns.get(conn, workspace_id, message.campaign_id)
    if message.sender_id is not None:
        found = await carriers.senders_by_id(conn, workspace_id, [message.sender_id])
        sender = found.get(message.sender_id)
    if given.carrier_number is not None:
        known = await carriers.carriers(conn, workspace_id)
        carrier = next((each for each in known if each.number == given.carrier_number), None)
    word, topic = await _about(conn, workspace_id, message, campaign)
    if message.contact_id is not None:
        consent = await standing.consent_at(conn, workspace_id, message.contact_id, message.created_at, word)
    ruling = await rulings_of(conn, [message.decision])
    suppression = await standing.suppression_at(conn, workspace_id, message.phone, message.created_at)
    return Story(
        message,
        ruling[message.decision],
        campaign,
        sender,
        carrier,
        _parts(message.body, given.parts),
        consent,
        suppression,
        topic,
    )


async def _about(
    conn: Connection, workspace_id: int, message: MessageView, campaign: Campaign | None
) -> tuple[str, Topic | None]:
    """The word of the consent that was asked for, and the topic to be named."""
    if campaign is not None:
        word = Subject.of(campaign.topic_id, campaign.purpose).word
        named = campaign.topic_id is not None
    else:
        own = await messages.topic_word(conn, workspace_id, message.id)
        word, named = own or OFFERS.word, own is not None
    known = await topics.topics(conn, workspace_id, archived=True)
    if not named and (len(known) == 1 or message.purpose not in _ASKS_CONSENT):
        return word, None
    return word, next((each for each in known if each.word == word), None)


def _parts(body: str | None, sent: tuple[SentPart, ...]) -> tuple[Part, ...]:
    """The text in its parts, as the ledger counts them, each with what the carrier said of it."""
    if body is None:
        return ()
    texts = parts.split(body).texts
    # A link with other options may have cut it elsewhere: then there is no telling which part held what.
    given = [sent[n] if n < len(sent) else None for n in range(len(texts))]
    return tuple(Part(n, text, one) for n, (text, one) in enumerate(zip(texts, given, strict=True), 1))

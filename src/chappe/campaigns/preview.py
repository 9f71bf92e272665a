"""A campaign's message as one contact will see it: judged, rendered and cut by the code that sends it."""

from typing import NamedTuple

from chappe.campaigns import repo
from chappe.campaigns.drawing import Drawn
from chappe.campaigns.estimate import Judge
from chappe.campaigns.links.service import linked_body
from chappe.campaigns.model import Campaign
from chappe.campaigns.offers.service import own_of, sampled
from chappe.campaigns.variants.model import FIRST
from chappe.consent.preference_links import Addressing, PreferenceLinks
from chappe.contacts import service as contacts
from chappe.contacts.model import Contact
from chappe.content.model import PREFERENCES_URL, MissingVariable, Unrenderable
from chappe.content.service import Template
from chappe.db.pool import Connection
from chappe.gate.model import Code
from chappe.kit.clock import Clock
from chappe.kit.errors import Problem
from chappe.kit.phone import to_e164
from chappe.sms.encoding import Cause, Encoding, ucs2_causes
from chappe.sms.options import DEFAULT, TextOptions
from chappe.sms.parts import MOST_PARTS, Measure, TooManyParts, measure, split

# No contact has this key: the link says that it is over.
_NOBODY = 0


class Preview(NamedTuple):
    """`code`: what the gate would decide. `text` is None when it cannot be rendered for this contact, which
    `missing` explains when a variable has no value; `parts` are the pieces of the text, one a part.
    """

    contact: Contact | None
    code: Code
    text: str | None
    parts: tuple[str, ...]
    measure: Measure | None
    causes: tuple[Cause, ...]
    missing: str | None = None
    shortened: bool = False
    """Its addresses are short links, here with codes that are nobody's."""
    options: TextOptions = DEFAULT
    """How the carrier wants it."""

    @property
    def unicode(self) -> bool:
        """Whether a character made the whole text UCS-2."""
        return self.measure is not None and self.measure.encoding is Encoding.UCS2


async def chosen_contact(
    conn: Connection, whom: Drawn, contact_id: int | None, move: str = ""
) -> Contact | None:
    """The contact to show the message of: the one chosen, its neighbour in the audience (`next`, `previous`),
    or the first. None when nobody is in the audience.
    """
    if contact_id is not None and not move:
        try:
            return await contacts.get_contact(conn, whom.workspace_id, contact_id)
        except Problem:
            contact_id = None
    back = move == "previous"
    found = await repo.audience_neighbour(conn, whom, contact_id or 0, before=back)
    if found is None and contact_id is not None:
        # Around the end: after the last one comes the first.
        edge = 2**62 if back else 0
        found = await repo.audience_neighbour(conn, whom, edge, before=back)
    return None if found is None else await contacts.get_contact(conn, whom.workspace_id, found)


async def preview(
    conn: Connection,
    campaign: Campaign,
    contact: Contact | None,
    *,
    clock: Clock,
    gate_clock: Clock,
    links: PreferenceLinks | None = None,
    test: bool = False,
    letter: str = FIRST,
) -> Preview:
    """Raises what the text of the campaign can raise. Without a contact the values are empty: defaults show.
    `test`: somebody else will read it, so its link opens nobody's page. `letter`: the variant whose words
    `campaign` has.
    """
    own = await own_of(conn, campaign, letter)
    judge = await Judge.of(conn, campaign, offer_id=own, clock=clock, gate_clock=gate_clock, links=links)
    code, options = Code.SEND, judge.options
    if contact is not None:
        batch = (await judge.batches(conn, [(contact.id, contact.phone)]))[0]
        code, options = batch.decision.code, judge.options_of(batch)
    linked = None if links is None else await linked_body(conn, campaign, links.base)
    source = campaign.body if linked is None else linked.source
    template = Template(await sampled(conn, campaign, source, own))
    addressing = links and links.addressing(campaign.workspace_id, clock.now())
    try:
        text = template.render(values_of(contact, addressing, test=test))
    except MissingVariable as error:
        return Preview(contact, code, None, (), None, (), error.name)
    except Unrenderable:
        return Preview(contact, code, None, (), None, ())
    if linked is not None:
        # A test has links of its own, made where it is sent.
        text = linked.unlinked(text) if test else linked.example(text)
    return Preview(
        contact,
        code,
        text,
        parts_of(text, options),
        measure(text, options),
        tuple(ucs2_causes(text, options)),
        shortened=linked is not None,
        options=options,
    )


def values_of(
    contact: Contact | None, addressing: Addressing | None, *, test: bool = False
) -> dict[str, object]:
    """What a template is given for a contact: its attributes, and the variables that everybody has."""
    if contact is None:
        return {}
    known: dict[str, object] = {
        "phone": to_e164(contact.phone),
        "country": contact.country,
        "language": contact.language,
    }
    if addressing is not None:
        [known[PREFERENCES_URL]] = addressing([_NOBODY if test else contact.id])
    return {**contact.attributes, **known}


def parts_of(text: str, options: TextOptions = DEFAULT) -> tuple[str, ...]:
    """The text in the pieces that carry it; whole when it is far too long to be sent."""
    try:
        return split(text, options).texts
    except TooManyParts:
        return (text,)


def too_long(shown: Preview) -> bool:
    """More parts than a message may have."""
    return shown.measure is not None and shown.measure.parts > MOST_PARTS

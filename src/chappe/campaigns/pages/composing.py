"""The message of a campaign as its writer sees it: counted, marked and judged by the code that sends."""

from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from chappe.campaigns import drafts, marking, preview
from chappe.campaigns.contents import lacking
from chappe.campaigns.drafts import Clocks, Step
from chappe.campaigns.drawing import drawn
from chappe.campaigns.estimator import Estimator, Guess
from chappe.campaigns.media import service as media
from chappe.campaigns.model import Campaign
from chappe.campaigns.preview import Preview
from chappe.campaigns.variants.model import FIRST
from chappe.campaigns.worst import worst_contact
from chappe.carriers import service as carriers
from chappe.carriers.model import Sender, SenderKind
from chappe.consent import service as consent
from chappe.contacts.model import CONTACT_ID
from chappe.content import checklist
from chappe.content.checklist import Facts, Finding
from chappe.content.media.model import Media
from chappe.db.pool import Connection
from chappe.kit.errors import Problem
from chappe.kit.ids import IdCipher
from chappe.messages.model import Purpose
from chappe.sms.options import DEFAULT


class Looking(NamedTuple):
    """Through whose eyes the message is shown: a contact's id outside, and where to go from there. `letter`:
    of the variant that is looked at. `seen`: the stamp of what is saved. `theirs`: what somebody else saved
    meanwhile.
    """

    contact: str
    move: str
    ids: IdCipher
    letter: str = FIRST
    seen: str = ""
    theirs: str | None = None

    @property
    def key(self) -> int | None:
        return self.ids.decode(CONTACT_ID, self.contact)


async def composed(
    conn: Connection, estimator: Estimator, clocks: Clocks, draft: Campaign, looking: Looking, zone: str
) -> dict[str, Any]:
    """The message as it stands: through a contact's eyes, its marks, its price. What is wrong with the text
    is said beside it, not raised: it is being written.
    """
    whom = await drawn(conn, draft.workspace_id, draft.audience, clocks.wall.now())
    if looking.move == "see-worst":
        contact = await worst_contact(conn, draft, whom, clocks, estimator.links)
    else:
        contact = await preview.chosen_contact(conn, whom, looking.key, _move(looking.move))
    sender = None
    if draft.sender_id is not None:
        sender = (await carriers.senders_by_id(conn, draft.workspace_id, [draft.sender_id])).get(
            draft.sender_id
        )
    shown: Preview | None = None
    guess: Guess | None = None
    fault: Problem | None = None
    if draft.body.strip():
        faults = await drafts.faults(conn, draft, Step.MESSAGE, clocks)
        fault = next((problem for problem in faults if problem.field == "body"), None)
        if fault is None:
            wall, gate = clocks.wall, clocks.gate
            shown = await preview.preview(
                conn,
                draft,
                contact,
                clock=wall,
                gate_clock=gate,
                links=estimator.links,
                letter=looking.letter,
            )
            guess = await estimator.guess(conn, draft, looking.letter) if draft.audience.chosen else None
    cuts = tuple(len(part) for part in shown.parts) if shown else ()
    options = shown.options if shown else DEFAULT
    addressing = estimator.links and estimator.links.addressing(draft.workspace_id, clocks.wall.now())
    return {
        "contact": contact,
        "contact_id": looking.ids.encode(CONTACT_ID, contact.id) if contact else "",
        "sender": sender,
        "shown": shown,
        "picture": await _picture(conn, estimator, draft),
        "guess": guess,
        "fault": fault,
        "marks": marking.pieces(draft.body, preview.values_of(contact, addressing), cuts, options),
        "swaps": marking.swaps(draft.body, shown.text if shown else None, options),
        "findings": await advice(conn, draft, sender, zone),
        "lacks": await lacking(conn, draft, clocks.gate.now()),
        "campaign": draft,
    }


async def _picture(conn: Connection, estimator: Estimator, draft: Campaign) -> Media | None:
    """What phones draw below the text: the picture that it links to."""
    return await media.picture_of(conn, draft, estimator.links.base) if estimator.links else None


async def advice(conn: Connection, draft: Campaign, sender: Sender | None, zone: str) -> list[Finding]:
    """What could be better in the text. The hour is that of `zone`, where one is chosen."""
    brand = await consent.brand(conn, draft.workspace_id)
    named = sender is not None and sender.kind is SenderKind.ALPHANUMERIC
    hour = None if draft.send_at is None else draft.send_at.astimezone(ZoneInfo(zone)).hour
    facts = Facts(brand.name, named, draft.purpose is Purpose.MARKETING, hour)
    return checklist.check(draft.body, facts)


def _move(move: str) -> str:
    return {"see-next": "next", "see-previous": "previous"}.get(move, "")

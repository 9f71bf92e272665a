"""/compliance/test: may this number be written to at this time? Every check answers."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Response, get
from litestar.types import ControllerRouterHandler

from chappe.accounts.permissions import Permission
from chappe.api.given import Db, GateClock, Ids, WallClock
from chappe.carriers import service as carriers
from chappe.consent.given import GivenLinks
from chappe.consent.topics import service as topics
from chappe.consent.topics.model import TOPIC_ID
from chappe.contacts.model import CONTACT_ID
from chappe.desk import message_log
from chappe.kit.ids import parse_public_id, public_id
from chappe.kit.phone import PhoneFault, try_parse
from chappe.messages.model import Purpose
from chappe.sending.addressing import NoPreferencePage
from chappe.sending.model import UnknownSender
from chappe.sending.preview import Preview, Question, preview
from chappe.web.page import GivenPage
from chappe.web.viewer import GivenViewer, needs

PATH = "/compliance/test"
_SENDER = "snd"
PURPOSES: Final = (Purpose.MARKETING, Purpose.TRANSACTIONAL, Purpose.CONVERSATION, Purpose.OTP)
_MOST_TEXT: Final = 10_000


@get(PATH, opt=needs(Permission.CONTACTS_READ))
async def test_box(
    page: GivenPage,
    viewer: GivenViewer,
    db: Db,
    ids: Ids,
    clock: WallClock,
    gate_clock: GateClock,
    links: GivenLinks,
) -> Response[Any]:
    """The question stands in the address, so that an answer can be sent to a colleague."""
    asked = page.asked("to")
    at = _moment(page.asked("at"), viewer.zone)
    found: Preview | None = None
    fault, purpose, topic = "", _purpose(page.asked("purpose")), page.asked("topic")
    async with db.transaction(viewer.workspace_id) as conn:
        senders = await carriers.senders(conn, viewer.workspace_id)
        offered = [
            each for each in await topics.topics(conn, viewer.workspace_id) if each.purpose == purpose.label
        ]
        country = await message_log.country_of(conn, viewer.workspace_id)
        phone = try_parse(asked, country) if asked else None
        if isinstance(phone, PhoneFault):
            fault = "number"
        elif phone is not None:
            question = Question(
                phone,
                purpose,
                at,
                _sender(page.asked("sender")),
                _text(page.asked("text")),
                next((each.id for each in offered if public_id(TOPIC_ID, each.id) == topic), None),
            )
            try:
                found = await preview(
                    conn,
                    viewer.workspace_id,
                    question,
                    clock=clock,
                    gate_clock=gate_clock,
                    number_keys=db.number_keys,
                    links=links,
                )
            except UnknownSender:
                fault = "sender"
            except NoPreferencePage:
                fault = "page"
    contact_id = None if found is None else found.recipient.contact_id
    return page.render(
        "gate/test.html",
        asked=asked,
        at=(at or gate_clock.now()).astimezone(ZoneInfo(viewer.zone)).strftime("%Y-%m-%dT%H:%M"),
        purpose=purpose.label,
        topic=topic,
        topics=[(public_id(TOPIC_ID, each.id), each.name) for each in offered],
        purposes=[purpose.label for purpose in PURPOSES],
        senders=[(public_id(_SENDER, each.id), each.address) for each in senders],
        sender=page.asked("sender"),
        text=page.asked("text"),
        found=found,
        fault=fault,
        contact=None if contact_id is None else ids.encode(CONTACT_ID, contact_id),
    )


def _moment(text: str, zone: str) -> datetime | None:
    """What `datetime-local` sends, on the viewer's clock; None for now, and for what is no time."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)) if text else None
    except ValueError:
        return None


def _purpose(text: str) -> Purpose:
    return next((purpose for purpose in PURPOSES if purpose.label == text), Purpose.MARKETING)


def _sender(text: str) -> UUID | None:
    return parse_public_id(_SENDER, text) if text else None


def _text(text: str) -> str | None:
    return text[:_MOST_TEXT] or None


routes: list[ControllerRouterHandler] = [test_box]

"""/carriers/…/message: a test message through one carrier alone, to a number of one's own."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, SkipValidation
from litestar.types import ControllerRouterHandler

from chappe.accounts import audit
from chappe.accounts.permissions import Permission
from chappe.api.given import Db, Ids
from chappe.carriers import service as carriers
from chappe.carriers.coverage import coverage
from chappe.carriers.errors import UnknownCarrier
from chappe.carriers.model import CARRIER_ID, SENDER_ID, Carrier, Sender
from chappe.db.pool import Connection
from chappe.desk import message_log
from chappe.kit import phone
from chappe.kit.ids import parse_public_id, public_id
from chappe.messages.model import Purpose
from chappe.sending.model import Intent
from chappe.sending.service import Door
from chappe.sending.shapes import MESSAGE_ID
from chappe.web.forms import Errors, Reading, Submitted
from chappe.web.page import GivenPage, Page
from chappe.web.viewer import GivenViewer, Viewer, needs

GivenDoor = NamedDependency[SkipValidation[Door]]
PATH: Final = "/carriers/{carrier:str}/message"
_TEMPLATE: Final = "desk/carrier_test.html"
_MOST_SENDERS: Final = 500
_LONGEST_NUMBER: Final = 40
# Two parts of Unicode: whoever tests a carrier tests long texts too.
_LONGEST_TEXT: Final = 134


@get(PATH, opt=needs(Permission.MESSAGES_SEND))
async def ask(carrier: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    async with db.transaction(viewer.workspace_id) as conn:
        found = await _carrier(conn, viewer, carrier)
        senders = await _senders(conn, viewer, found)
    return page.render(_TEMPLATE, errors=Errors(), values=Submitted(), **_shown(found, senders))


@post(PATH, opt=needs(Permission.MESSAGES_SEND))
async def send(
    carrier: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db, ids: Ids, door: GivenDoor
) -> Response[Any]:
    """It leads to the page of the message, where its states arrive."""
    reading = Reading(await page.form())
    async with db.transaction(viewer.workspace_id) as conn:
        found = await _carrier(conn, viewer, carrier)
        senders = await _senders(conn, viewer, found)
        intent = await _intent(conn, viewer, reading, senders, reference=f"test of {carrier}")
        if intent is not None:
            with reading.errors.caught():
                [accepted] = await door.accept(conn, viewer.workspace_id, [intent])
        if intent is not None and not reading.errors:
            await _record(conn, page, viewer, carrier, intent)
            return page.leave(f"/messages/{ids.encode(MESSAGE_ID, accepted.id)}")
    return page.invalid(_TEMPLATE, reading.errors, values=reading.form, **_shown(found, senders))


async def _intent(
    conn: Connection, viewer: Viewer, reading: Reading, senders: Sequence[Sender], *, reference: str
) -> Intent | None:
    """None when something is wrong with the form. Transactional: asked for by who gets it, at any hour; a
    block still holds.
    """
    typed = reading.text("phone", most=_LONGEST_NUMBER)
    body = reading.text("body", most=_LONGEST_TEXT)
    among = {public_id(SENDER_ID, each.id): each.id for each in senders}
    chosen = reading.choice("sender", among)
    number = None
    if typed:
        with reading.errors.caught():
            country = await message_log.country_of(conn, viewer.workspace_id)
            number = phone.parse(typed, country, field="phone")
    if reading.errors or number is None:
        return None
    return Intent(
        phone=number,
        sender_id=among[chosen],
        body=body,
        purpose=Purpose.TRANSACTIONAL,
        reference=reference,
    )


async def _record(conn: Connection, page: Page, viewer: Viewer, carrier: str, intent: Intent) -> None:
    await audit.record(
        conn,
        workspace_id=viewer.workspace_id,
        actor=audit.Person(viewer.user_id),
        action="carrier.tested",
        target=carrier,
        after={"to": phone.mask(intent.phone)},
        address=page.address,
    )


async def _carrier(conn: Connection, viewer: Viewer, text: str) -> Carrier:
    key: UUID | None = parse_public_id(CARRIER_ID, text)
    if key is None:
        raise UnknownCarrier("There is no carrier at this address.")
    return await carriers.carrier(conn, viewer.workspace_id, key)


async def _senders(conn: Connection, viewer: Viewer, carrier: Carrier) -> list[Sender]:
    """Those whose route has this carrier and no other: what they send can take no other way."""
    covered = await coverage(conn, viewer.workspace_id)
    every = await carriers.senders(conn, viewer.workspace_id, limit=_MOST_SENDERS)
    return [each for each in every if [one.id for one in covered.through(each.route_id)] == [carrier.id]]


def _shown(carrier: Carrier, senders: Sequence[Sender]) -> dict[str, Any]:
    return {
        "carrier": carrier,
        "carrier_id": public_id(CARRIER_ID, carrier.id),
        "senders": [(public_id(SENDER_ID, each.id), each.address) for each in senders],
    }


routes: list[ControllerRouterHandler] = [ask, send]

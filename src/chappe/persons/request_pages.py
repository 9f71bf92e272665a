"""/compliance/requests: what people ask about their data, by when it is due, and what was done."""

from datetime import date
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Response, get, post
from litestar.types import ControllerRouterHandler

from chappe.accounts import acts
from chappe.accounts.permissions import Permission
from chappe.api.given import Db, Ids, WallClock
from chappe.contacts import service as contacts
from chappe.contacts.entry import home_country
from chappe.contacts.model import CONTACT_ID
from chappe.contacts.names import called
from chappe.db.pool import Connection
from chappe.kit.clock import Clock
from chappe.kit.ids import IdCipher, parse_public_id, public_id
from chappe.kit.phone import to_e164, try_parse
from chappe.persons import requests
from chappe.persons.errors import NotANumber, NotYet
from chappe.persons.model import By
from chappe.persons.request_model import (
    REQUEST_ID,
    Channel,
    NewRequest,
    PersonRequest,
    RequestKind,
    RequestState,
)
from chappe.web.filters import Filter
from chappe.web.forms import Reading, Submitted
from chappe.web.navigation import mark
from chappe.web.page import GivenPage, Page
from chappe.web.tables import Column, Table
from chappe.web.viewer import GivenViewer, Viewer, needs

PATH: Final = "/compliance/requests"
KINDS: Final = (
    (RequestKind.ACCESS.value, mark("Access")),
    (RequestKind.ERASURE.value, mark("Erasure")),
    (RequestKind.RECTIFICATION.value, mark("Correction")),
    (RequestKind.OBJECTION.value, mark("Objection")),
)
TABLE: Final = Table(
    "requests",
    columns=(
        Column("kind", mark("Request"), always=True),
        Column("who", mark("Person")),
        Column("state", mark("State")),
        Column("received", mark("Received on")),
        Column("due", mark("Answer by"), sort="due"),
    ),
    filters=(
        Filter(
            "state",
            mark("State"),
            options=(
                (RequestState.OPEN.value, mark("To answer")),
                (RequestState.DONE.value, mark("Answered")),
                (RequestState.REFUSED.value, mark("Refused")),
            ),
        ),
        Filter("kind", mark("Request"), options=KINDS),
    ),
    sorts={"due": (str, UUID)},
    default_sort="due",
)
# By API the program itself says so.
_CHANNELS: Final = tuple(channel for channel in Channel if channel is not Channel.API)
LONGEST_NOTE: Final = 2_000


@get(PATH, opt=needs(Permission.REQUESTS_READ))
async def listed(page: GivenPage, viewer: GivenViewer, db: Db, clock: WallClock) -> Response[Any]:
    view, day = TABLE.read(page), today(viewer, clock)
    after = (date.fromisoformat(view.after[0]), view.after[1]) if view.after else None
    async with db.transaction(viewer.workspace_id) as conn:
        rows = await requests.page(
            conn,
            viewer.workspace_id,
            kinds=view.many("kind"),
            states=view.many("state"),
            after=after,
            newest=view.sort.startswith("-"),
            limit=view.limit,
        )
        n, overdue = await requests.open_count(conn, viewer.workspace_id, day)
        names = await _names(conn, viewer, rows)
    shown = view.page(rows, cursor=lambda one: (one.due_on.isoformat(), one.id), key=shown_id)
    return page.render(
        "persons/requests.html", shown=shown, id_of=shown_id, names=names, today=day, open=n, overdue=overdue
    )


@get(f"{PATH}/new", opt=needs(Permission.REQUESTS_WRITE))
async def new(page: GivenPage, viewer: GivenViewer, db: Db, ids: Ids, clock: WallClock) -> Response[Any]:
    """With `contact` in the address, about that person."""
    phone = ""
    key = ids.decode(CONTACT_ID, page.asked("contact"))
    if key is not None:
        async with db.transaction(viewer.workspace_id) as conn:
            phone = to_e164((await contacts.get_contact(conn, viewer.workspace_id, key)).phone)
    kind = page.asked("kind") or RequestKind.ACCESS.value
    given = [("kind", kind), ("phone", phone), ("channel", Channel.EMAIL.value)]
    received = today(viewer, clock).isoformat()
    return _form(page, Reading(Submitted([*given, ("received_on", received)])))


@post(f"{PATH}/new", opt=needs(Permission.REQUESTS_WRITE))
async def receive(page: GivenPage, viewer: GivenViewer, db: Db, clock: WallClock) -> Response[Any]:
    async with db.transaction(viewer.workspace_id) as conn:
        reading, asked = await _checked(conn, viewer, await page.form(), clock)
        if asked is None:
            return _form(page, reading)
        made = await requests.receive(conn, viewer.workspace_id, asked, by(viewer))
        after = {"kind": made.kind, "channel": made.channel, "received_on": made.received_on}
        await acts.record_here(conn, page, viewer, "request.received", shown_id(made), after=after)
    return page.leave(f"{PATH}/{shown_id(made)}?notice=received")


@post(f"{PATH}/validate", opt=needs(Permission.REQUESTS_WRITE))
async def validate(page: GivenPage, viewer: GivenViewer, db: Db, clock: WallClock) -> Response[Any]:
    """One field, while somebody fills the form in, by the rule of `receive`."""
    async with db.transaction(viewer.workspace_id) as conn:
        reading, _ = await _checked(conn, viewer, await page.form(), clock)
    field = reading.form.field
    return page.render("persons/note.html", field=field, problem=reading.errors.of(field))


def by(viewer: Viewer) -> By:
    return By(viewer.name, viewer.user_id)


def today(viewer: Viewer, clock: Clock) -> date:
    """In the workspace's zone: months run there."""
    return clock.now().astimezone(ZoneInfo(viewer.zone)).date()


def shown_id(one: PersonRequest) -> str:
    return public_id(REQUEST_ID, one.id)


async def found(conn: Connection, viewer: Viewer, request: str) -> PersonRequest:
    """UnknownRequest."""
    return await requests.get(conn, viewer.workspace_id, parse_public_id(REQUEST_ID, request))


def contact_id(one: PersonRequest, ids: IdCipher) -> str:
    """As it stands in addresses; empty for nobody."""
    return ids.encode(CONTACT_ID, one.contact_id) if one.contact_id is not None else ""


async def _checked(
    conn: Connection, viewer: Viewer, form: Submitted, clock: Clock
) -> tuple[Reading, NewRequest | None]:
    """The form, with everything that is wrong with it; what it asks for when nothing is."""
    reading = Reading(form)
    kind = reading.choice("kind", list(RequestKind))
    channel = reading.choice("channel", list(_CHANNELS))
    text = reading.text("phone", most=40)
    identity = reading.text("identity", most=LONGEST_NOTE, required=False)
    note = reading.text("note", most=LONGEST_NOTE, required=False)
    received = reading.day("received_on")
    phone = try_parse(text, await home_country(conn, viewer.workspace_id)) if text else None
    if text and not isinstance(phone, int):
        reading.errors.add(NotANumber("Write the number with + and the country’s code.", field="phone"))
    if received is not None and received > today(viewer, clock):
        reading.errors.add(NotYet("A request cannot have come tomorrow.", field="received_on"))
    if reading.errors or not isinstance(phone, int) or received is None:
        return reading, None
    new = NewRequest(RequestKind(kind), None, phone, Channel(channel), received, identity, note)
    return reading, new


def _form(page: Page, reading: Reading) -> Response[Any]:
    return page.render(
        "persons/request_new.html",
        status=422 if reading.errors else 200,
        values=reading.form,
        errors=reading.errors,
    )


async def _names(conn: Connection, viewer: Viewer, rows: list[PersonRequest]) -> dict[int, str]:
    """What the persons are called, by number."""
    phones = [one.phone for one in rows if one.phone]
    known = await contacts.by_phone(conn, viewer.workspace_id, phones)
    names = {phone: called(contact.attributes) for phone, contact in known.items()}
    return {phone: name.whole for phone, name in names.items() if name is not None}


routes: list[ControllerRouterHandler] = [listed, new, receive, validate]

"""/segments/{id}: who is in it now, whether a person is and why, and its end."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from chappe.accounts import acts
from chappe.accounts.permissions import Permission
from chappe.api.given import Db, Ids, WallClock
from chappe.audience import finding, service
from chappe.audience.clauses import Clauses
from chappe.audience.errors import SegmentInUse
from chappe.audience.finding import Explained
from chappe.audience.model import SEGMENT_ID, Segment
from chappe.audience.pages.finding import found
from chappe.audience.pages.listing import PATH, shown_id
from chappe.contacts import entry
from chappe.contacts import service as contacts
from chappe.contacts.model import CONTACT_ID, Contact
from chappe.db.pool import Connection
from chappe.kit import phone
from chappe.kit.clock import Clock
from chappe.kit.errors import Problem
from chappe.kit.ids import IdCipher, parse_public_id
from chappe.web.forms import Errors, Missing, Reading
from chappe.web.page import GivenPage, Page
from chappe.web.viewer import GivenViewer, Viewer, needs

READ = needs(Permission.CONTACTS_READ)
WRITE = needs(Permission.CONTACTS_WRITE)


_MOST_OF_PERSON = 200


class NobodyKnown(Problem):
    code = "nobody_known"
    status = 422
    title = "No contact has this number"


@get(PATH + "/{segment_id:str}", opt=READ)
async def one(
    segment_id: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db, ids: Ids, clock: WallClock
) -> Response[Any]:
    """With `who`, a number or a contact's id, the answer about them beside it."""
    here, who = viewer.workspace_id, page.asked("who").strip()
    errors = Errors()
    async with db.transaction(here) as conn:
        known = await _segment(conn, viewer, segment_id)
        contact, why = None, None
        try:
            contact = await _contact(conn, viewer, ids, who) if who else None
            why = await explained(conn, page, viewer, clock, known, contact) if contact else None
        except Problem as problem:
            errors.add(problem)
        contact_id = ids.encode(CONTACT_ID, contact.id) if contact else ""
        values: dict[str, Any] = {"why": why, "contact": contact, "contact_id": contact_id}
        values |= {"who": who, "errors": errors, "segment_id": segment_id}
        if page.wants_fragment and who:
            return page.render("audience/why_box.html", **values)
        looked = await found(conn, page, here, ids, clock.now(), known.rule, of=known.id)
    return page.render("audience/segment.html", known=known, found=looked, **values)


@get(PATH + "/{segment_id:str}/size", opt=READ)
async def size(
    segment_id: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db, clock: WallClock
) -> Response[Any]:
    """How many are in it now: fetched when the list is there, since each rule is read for it."""
    async with db.transaction(viewer.workspace_id) as conn:
        known = await _segment(conn, viewer, segment_id)
        rule = await service.compiled(conn, viewer.workspace_id, known.rule, clock.now(), of=known.id)
        count = await service.count(conn, rule)
    return page.render("audience/size.html", known=known, segment_id=segment_id, count=count)


@get("/contacts/{contact:str}/segments", opt=READ)
async def of_person(
    contact: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db, ids: Ids, clock: WallClock
) -> Response[Any]:
    """The segments a person is in now: fetched when their page is there, since each rule is read for it."""
    here = viewer.workspace_id
    async with db.transaction(here) as conn:
        known = await contacts.get_contact(conn, here, ids.decode(CONTACT_ID, contact))
        every = await service.page(conn, here, after=None, limit=_MOST_OF_PERSON)
        inside = [each for each in every if await _has(conn, viewer, clock, each, known)]
    return page.render(
        "audience/of_person.html", inside=inside, count=len(every), contact=known, contact_id=contact,
        id_of=shown_id,
    )  # fmt: skip


async def _has(conn: Connection, viewer: Viewer, clock: Clock, segment: Segment, contact: Contact) -> bool:
    rule = await service.compiled(conn, viewer.workspace_id, segment.rule, clock.now(), of=segment.id)
    inside, _ = await service.explain(conn, rule, contact.id)
    return inside


@get(PATH + "/{segment_id:str}/delete", opt=WRITE)
async def ask_delete(
    segment_id: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db
) -> Response[Any]:
    async with db.transaction(viewer.workspace_id) as conn:
        known = await _segment(conn, viewer, segment_id)
    return page.render("audience/delete.html", known=known, segment_id=segment_id, problem=None, user="")


@post(PATH + "/{segment_id:str}/delete", opt=WRITE)
async def delete(segment_id: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    reading = Reading(await page.form())
    user = ""
    async with db.transaction(viewer.workspace_id) as conn:
        known = await _segment(conn, viewer, segment_id)
        reading.typed("typed", known.name)
        if not reading.errors:
            try:
                await service.delete(conn, viewer.workspace_id, known.id)
                before = {"name": known.name, "rule": known.rule}
                await acts.record_here(conn, page, viewer, "segment.deleted", segment_id, before=before)
                return page.leave(f"{PATH}?notice=segment_deleted")
            except SegmentInUse as problem:
                user = str(problem.params.get("name", ""))
    return page.render(
        "audience/delete.html", status=422, known=known, segment_id=segment_id, user=user,
        problem=reading.errors.of("typed"),
    )  # fmt: skip


async def explained(
    conn: Connection, page: Page, viewer: Viewer, clock: Clock, known: Segment, contact: Contact
) -> Explained:
    """Whether this contact is in the segment, each condition with what was found."""
    here = viewer.workspace_id
    rule = await service.compiled(conn, here, known.rule, clock.now(), of=known.id)
    clauses = Clauses(page.language, await service.named(conn, here))
    return await finding.explained(conn, here, contact, rule, clauses)


async def _segment(conn: Connection, viewer: Viewer, segment_id: str) -> Segment:
    return await service.get(conn, viewer.workspace_id, parse_public_id(SEGMENT_ID, segment_id))


async def _contact(conn: Connection, viewer: Viewer, ids: IdCipher, who: str) -> Contact:
    """By id or number, in any spelling. Raises NobodyKnown, and what a number can raise."""
    if not who:
        raise Missing("Write a number.", field="who")
    key = ids.decode(CONTACT_ID, who)
    if key is not None:
        return await contacts.get_contact(conn, viewer.workspace_id, key)
    number = phone.parse(who, await entry.home_country(conn, viewer.workspace_id), field="who")
    found_one = (await contacts.by_phone(conn, viewer.workspace_id, [number])).get(number)
    if found_one is None:
        raise NobodyKnown("No contact has this number.", field="who")
    return found_one


routes: list[ControllerRouterHandler] = [one, size, of_person, ask_delete, delete]

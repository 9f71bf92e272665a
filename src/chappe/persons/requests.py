"""Requests of persons: received, answered in time, and who did what. Nothing here commits."""

from datetime import date, datetime
from uuid import UUID

from chappe.consent import service as consent
from chappe.consent.model import NewSuppression, SuppressionScope
from chappe.contacts import service as contacts
from chappe.db.number_keys import NumberKeys
from chappe.db.pool import Connection
from chappe.kit.ids import IdCipher, uuid7
from chappe.persons import erasure, exports, request_repo
from chappe.persons.errors import IdentityUnchecked, NothingToAnswer, RequestClosed, UnknownRequest
from chappe.persons.model import By, ExportFormat, ExportKind, NewExport, Which
from chappe.persons.request_model import (
    NewRequest,
    PersonRequest,
    RequestState,
    Step,
    StepTaken,
    due_on,
)

OBJECTED = "objection"


async def receive(conn: Connection, workspace_id: int, new: NewRequest, by: By) -> PersonRequest:
    """Whether or not the number is a contact's: they may ask all the same."""
    contact_id = new.contact_id
    if contact_id is None:
        contact_id = (await contacts.ids_by_phone(conn, workspace_id, [new.phone])).get(new.phone)
    made = await request_repo.add(
        conn, workspace_id, uuid7(), new._replace(contact_id=contact_id), due_on(new.received_on)
    )
    await _note(conn, made, Step.RECEIVED, new.note, by)
    return made


async def get(conn: Connection, workspace_id: int, key: UUID | None) -> PersonRequest:
    """UnknownRequest, also for None."""
    found = None if key is None else await request_repo.get(conn, workspace_id, key)
    if found is None:
        raise UnknownRequest("There is no such request. See requests with GET /v1/requests.")
    return found


async def page(
    conn: Connection,
    workspace_id: int,
    *,
    kinds: list[str] | None = None,
    states: list[str] | None = None,
    after: tuple[date, UUID] | None,
    newest: bool = False,
    limit: int,
) -> list[PersonRequest]:
    """By the day on which they are due, the earliest first; `newest`: the latest first."""
    return await request_repo.page(conn, workspace_id, kinds, states, after, newest, limit)


async def latest(
    conn: Connection, workspace_id: int, *, below: UUID | None, limit: int
) -> list[PersonRequest]:
    """As they were recorded, the newest first."""
    return await request_repo.latest(conn, workspace_id, below, limit)


async def open_count(conn: Connection, workspace_id: int, today: date) -> tuple[int, int]:
    """How many are open, and how many of them are overdue."""
    return await request_repo.open_count(conn, workspace_id, today)


async def steps(conn: Connection, one: PersonRequest) -> list[StepTaken]:
    """What was done with it, the newest first."""
    return await request_repo.steps(conn, one.workspace_id, one.id)


async def note(conn: Connection, one: PersonRequest, text: str, by: By) -> None:
    await _note(conn, one, Step.NOTED, text, by)


async def identify(conn: Connection, one: PersonRequest, how: str, by: By) -> PersonRequest:
    """Keep how it was checked that they are who they say. RequestClosed."""
    changed = await request_repo.identify(conn, one, how)
    await _note(conn, _still_open(changed), Step.IDENTIFIED, how, by)
    return _still_open(changed)


async def prolong(conn: Connection, one: PersonRequest, why: str, by: By) -> PersonRequest:
    """By two months, once; the person is to be told why within the first (GDPR article 12(3)). Raises
    RequestClosed.
    """
    changed = await request_repo.prolong(conn, one, due_on(one.received_on, prolonged=True))
    await _note(conn, _still_open(changed), Step.PROLONGED, why, by)
    return _still_open(changed)


async def refuse(conn: Connection, one: PersonRequest, why: str, by: By, now: datetime) -> PersonRequest:
    """RequestClosed."""
    return await _close(conn, one, RequestState.REFUSED, why, by, now)


async def finish(conn: Connection, one: PersonRequest, text: str, by: By, now: datetime) -> PersonRequest:
    """They have been answered. RequestClosed."""
    return await _close(conn, one, RequestState.DONE, text, by, now)


async def make_archive(conn: Connection, one: PersonRequest, language: str, by: By) -> PersonRequest:
    """Begin the archive of everything about them. IdentityUnchecked, NothingToAnswer, RequestClosed."""
    _ready(one)
    which = Which(contact_id=one.contact_id, phone=one.phone, language=language)
    made = await exports.start(
        conn, one.workspace_id, NewExport(ExportKind.PERSON, ExportFormat.ZIP, which), by
    )
    changed = await request_repo.attach(conn, one, made.id)
    await _note(conn, _still_open(changed), Step.ARCHIVED, "", by)
    return _still_open(changed)


async def object_to_marketing(conn: Connection, one: PersonRequest, by: By, now: datetime) -> PersonRequest:
    """Suppress their number, as their STOP would: no file brings them back without a new consent. Raises
    NothingToAnswer, RequestClosed.
    """
    if one.phone is None:
        raise NothingToAnswer("The person has been erased since.")
    wanted = NewSuppression(
        phone=one.phone, scope=SuppressionScope.MARKETING, reason=OBJECTED, source="request"
    )
    await consent.suppress(conn, one.workspace_id, [wanted])
    return await finish(conn, one, "", by, now)


async def erase(
    conn: Connection, one: PersonRequest, keys: NumberKeys, ids: IdCipher, by: By, now: datetime
) -> PersonRequest:
    """Erase them, and close the request: as the engine role. Raises IdentityUnchecked, NothingToAnswer,
    RequestClosed, NumberKeyMissing.
    """
    _ready(one)
    closed = await finish(conn, one, "", by, now)
    who = await erasure.who_is(conn, one.workspace_id, contact_id=one.contact_id, phone=one.phone)
    await erasure.begin(conn, one.workspace_id, who, keys, ids, now)
    return closed


def _ready(one: PersonRequest) -> None:
    if one.state is not RequestState.OPEN:
        raise RequestClosed("It has been answered already.")
    if one.phone is None:
        raise NothingToAnswer("The person has been erased since.")
    if not one.identity.strip():
        raise IdentityUnchecked("Write first how you made sure that they are who they say.", field="identity")


def _still_open(changed: PersonRequest | None) -> PersonRequest:
    if changed is None:
        raise RequestClosed("It has been answered already.")
    return changed


async def _close(
    conn: Connection, one: PersonRequest, state: RequestState, text: str, by: By, now: datetime
) -> PersonRequest:
    changed = _still_open(await request_repo.close(conn, one, state, now))
    await _note(conn, one, Step.DONE if state is RequestState.DONE else Step.REFUSED, text, by)
    return changed


async def _note(conn: Connection, one: PersonRequest, what: Step, text: str, by: By) -> None:
    await request_repo.add_step(conn, one, what, text, by)

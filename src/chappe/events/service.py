"""Use cases on events. Nothing here commits."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final

import msgspec

from chappe.contacts import service as contacts
from chappe.contacts.errors import ExternalIdTaken, UnknownContact
from chappe.contacts.model import IncomingContact
from chappe.db.pool import Connection
from chappe.events import repo
from chappe.events.errors import EventOutOfTime, EventTooLarge, NobodyNamed
from chappe.events.model import KEPT_MONTHS, Event, IncomingEvent, Recorded, Seen, Wanted
from chappe.rules.service import zones_of

_LARGEST: Final = 16 << 10
_AHEAD: Final = timedelta(days=1)
# An id is remembered as long: who sends again does it within hours.
_KEYS_KEPT: Final = timedelta(days=31)


async def record(
    conn: Connection, workspace_id: int, events: Sequence[IncomingEvent], now: datetime
) -> list[Recorded]:
    """What became of each, in the order given; a person who is not known is added by their number. Raises
    NobodyNamed, EventOutOfTime, EventTooLarge, UnknownContact, ExternalIdTaken: then nothing is recorded.
    """
    for position, event in enumerate(events):
        _check(event, now, f"events[{position}]")
    persons = await _persons(conn, workspace_id, events)
    new = await _new(conn, workspace_id, events)
    for month in sorted({_month(events[at].at) for at in new}):
        await repo.ensure_month(conn, month)
    added = await repo.add(conn, workspace_id, [events[at] for at in new], [persons[at] for at in new])
    ids = dict(zip(new, added, strict=True))
    return [Recorded(contact_id=person, id=ids.get(at)) for at, person in enumerate(persons)]


async def of_contact(
    conn: Connection, workspace_id: int, contact_id: int | None, *, before: int | None = None, limit: int
) -> list[Event]:
    """A person's, the newest first, those recorded before the key `before`. Raises UnknownContact."""
    known = await contacts.get_contact(conn, workspace_id, contact_id)
    return await repo.of_contact(conn, workspace_id, known.id, before, limit)


async def latest(conn: Connection, workspace_id: int, *, since: datetime, limit: int) -> list[Event]:
    """Everybody's, the newest first."""
    return await repo.latest(conn, workspace_id, since, limit)


async def shown(
    conn: Connection,
    workspace_id: int,
    wanted: Wanted,
    *,
    earliest_first: bool,
    after: tuple[datetime, int] | None,
    limit: int,
) -> list[Seen]:
    """A page of everybody's by when they happened, behind the place `after` (instant, key)."""
    return await repo.shown(
        conn, workspace_id, wanted, earliest_first=earliest_first, after=after, limit=limit
    )


async def done_before(
    conn: Connection, workspace_id: int, contact_id: int, before: tuple[datetime, int] | None, limit: int
) -> list[Event]:
    """A person's by when they happened, the latest first, before this place (instant, key)."""
    return await repo.done_before(conn, workspace_id, contact_id, before, limit)


async def names(conn: Connection, workspace_id: int, *, limit: int = 200) -> list[str]:
    """What events here are called."""
    return await repo.names(conn, workspace_id, limit)


async def move(
    conn: Connection, workspace_id: int, from_id: int, to_id: int, ids: Sequence[int] | None = None
) -> list[int]:
    """What one person did is another's from now on: all of it, or these; the keys of those that moved."""
    return await repo.move(conn, workspace_id, from_id, to_id, ids)


async def upkeep(conn: Connection, now: datetime) -> None:
    """Make the months ahead, drop one that is too old, forget old ids: each in its own time, as the owner."""
    await repo.ensure_month(conn, now.date())
    await repo.ensure_month(conn, _month(now) + timedelta(days=32))
    await repo.drop_month_before(conn, oldest(now))
    await repo.forget_keys(conn, now - _KEYS_KEPT)


async def forget_before(conn: Connection, workspace_id: int, before: datetime, most: int) -> int:
    """Delete what happened before a moment, some of it; how much."""
    return await repo.forget_before(conn, workspace_id, before, most)


def oldest(now: datetime) -> date:
    """The first day of which events are kept."""
    months = now.year * 12 + now.month - KEPT_MONTHS
    return date(months // 12, months % 12 + 1, 1)


def _check(event: IncomingEvent, now: datetime, field: str) -> None:
    told = event.phone is not None or event.external_id is not None
    if told == (event.contact_id is not None):
        raise NobodyNamed(
            "Name the person by `contact_id`, or by `external_id` and `phone` or one of the two.", field=field
        )
    if event.at > now + _AHEAD or _month(event.at) < oldest(now):
        raise EventOutOfTime(
            f"Events are kept {KEPT_MONTHS} months, and cannot be of tomorrow. Check `at`.",
            field=f"{field}.at",
        )
    if len(msgspec.json.encode(event.properties)) > _LARGEST:
        raise EventTooLarge(
            "Keep the properties of an event under 16 KiB of JSON.", field=f"{field}.properties"
        )


def _month(at: datetime) -> date:
    """The first day of its month, in UTC: partitions are cut there."""
    return (at - (at.utcoffset() or timedelta())).date().replace(day=1)


async def _persons(conn: Connection, workspace_id: int, events: Sequence[IncomingEvent]) -> list[int]:
    """The contact of each event: by key, else by external id, else by number."""
    asked = sorted({event.contact_id for event in events if event.contact_id is not None})
    known = await repo.known_contacts(conn, workspace_id, asked) if asked else {}
    named = sorted({event.external_id for event in events if event.external_id is not None})
    by_name = await contacts.by_external_id(conn, workspace_id, named)
    by_phone = await _of_numbers(
        conn, workspace_id, [event for event in events if event.external_id not in by_name]
    )
    persons = []
    for position, event in enumerate(events):
        if event.contact_id is not None:
            person = known.get(event.contact_id)
        else:
            person = by_name.get(event.external_id or "") or by_phone.get(event.phone or 0)
        if person is None:
            named_by = "external_id" if event.contact_id is None else "contact_id"
            raise UnknownContact(
                "There is no such contact. Name the person by their number too: a new one is added.",
                field=f"events[{position}].{named_by}",
            )
        persons.append(person)
    return persons


async def _of_numbers(conn: Connection, workspace_id: int, events: Sequence[IncomingEvent]) -> dict[int, int]:
    """Number → contact, made where there is none; one without an external id gets that of the event. Raises
    ExternalIdTaken.
    """
    told: dict[int, IncomingContact] = {}
    for event in events:
        if event.phone is not None and (event.phone not in told or event.external_id):
            told[event.phone] = IncomingContact(
                phone=event.phone, zones=zones_of(event.phone), external_id=event.external_id
            )
    if not told:
        return {}
    made = await contacts.merge(conn, workspace_id, list(told.values()))
    for contact, one in zip(told.values(), made, strict=True):
        if one.clash:
            raise ExternalIdTaken(
                f"The number and the external id {contact.external_id} are of two contacts. Correct one, or "
                "merge the contacts.",
                field="external_id",
            )
    return {contact.phone: one.id for contact, one in zip(told.values(), made, strict=True)}


async def _new(conn: Connection, workspace_id: int, events: Sequence[IncomingEvent]) -> list[int]:
    """The positions of the events that were not recorded before; the first of each id counts."""
    first: dict[str, int] = {}
    for position, event in enumerate(events):
        if event.key is not None:
            first.setdefault(event.key, position)
    taken = await repo.take_keys(conn, workspace_id, list(first)) if first else set()
    return [
        position
        for position, event in enumerate(events)
        if event.key is None or (event.key in taken and first[event.key] == position)
    ]

"""What events look like outside."""

from datetime import datetime
from typing import Annotated, Any

import msgspec

from chappe.api.bodies import Input, Name
from chappe.contacts.entry import check_external_id
from chappe.contacts.model import CONTACT_ID
from chappe.events.model import EVENT_ID, MOST_AT_ONCE, Event, IncomingEvent, Recorded
from chappe.kit.ids import IdCipher
from chappe.kit.phone import parse_international

_Key = Annotated[
    str, msgspec.Meta(min_length=1, max_length=200, description="Yours: sent again, it is one event.")
]
_ExternalId = Annotated[
    str,
    msgspec.Meta(
        min_length=1,
        max_length=200,
        description="The person's id in your programs; finds them before `phone`.",
    ),
]
_At = Annotated[datetime, msgspec.Meta(tz=True)]


class NewEvent(Input, frozen=True, kw_only=True):
    """What somebody did. `name`: any; those of Segment's e-commerce specification (“Order Completed”) have a
    worth, of their `revenue`, `total` or `value`. `at`: now when left out.
    """

    name: Name
    id: _Key | None = None
    phone: Annotated[str, msgspec.Meta(min_length=1, max_length=40)] | None = None
    contact_id: Annotated[str, msgspec.Meta(max_length=40)] | None = None
    external_id: _ExternalId | None = None
    at: _At | None = None
    properties: dict[str, Any] = msgspec.field(default_factory=dict)


class NewEvents(Input, frozen=True, kw_only=True):
    events: Annotated[list[NewEvent], msgspec.Meta(min_length=1, max_length=MOST_AT_ONCE)]


class RecordedView(msgspec.Struct, frozen=True, kw_only=True):
    """`id` is null when the event was recorded before, under the same id of yours."""

    id: str | None
    contact_id: str


class RecordedViews(msgspec.Struct, frozen=True, kw_only=True):
    """One for each event, in their order; `recorded`: how many are new."""

    recorded: int
    data: list[RecordedView]


class EventView(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    contact_id: str
    name: str
    at: datetime
    properties: dict[str, Any]


def incoming(told: NewEvent, ids: IdCipher, now: datetime, field: str) -> IncomingEvent:
    """Raises the errors of a number. An id that is not ours is of nobody: 0."""
    return IncomingEvent(
        name=told.name.strip(),
        at=told.at or now,
        key=told.id,
        phone=None if told.phone is None else parse_international(told.phone, field=f"{field}.phone"),
        contact_id=None if told.contact_id is None else ids.decode(CONTACT_ID, told.contact_id) or 0,
        external_id=None
        if told.external_id is None
        else check_external_id(told.external_id, field=f"{field}.external_id"),
        properties=told.properties,
    )


def recorded_view(one: Recorded, ids: IdCipher) -> RecordedView:
    return RecordedView(
        id=None if one.id is None else ids.encode(EVENT_ID, one.id),
        contact_id=ids.encode(CONTACT_ID, one.contact_id),
    )


def event_view(event: Event, ids: IdCipher) -> EventView:
    return EventView(
        id=ids.encode(EVENT_ID, event.id),
        contact_id=ids.encode(CONTACT_ID, event.contact_id),
        name=event.name,
        at=event.at,
        properties=event.properties,
    )

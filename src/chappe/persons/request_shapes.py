"""What requests of persons look like outside."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

import msgspec

from chappe.api.bodies import Input
from chappe.contacts.model import CONTACT_ID
from chappe.kit.ids import IdCipher, public_id
from chappe.kit.phone import to_e164
from chappe.persons.model import EXPORT_ID
from chappe.persons.request_model import REQUEST_ID, Channel, PersonRequest, RequestKind, RequestState

_Words = Annotated[str, msgspec.Meta(max_length=2_000)]


class Language(StrEnum):
    EN = "en"
    FR = "fr"


class RequestInput(Input, frozen=True, kw_only=True):
    """`identity`: how you made sure that they are who they say; `received_on`: today when left out."""

    kind: RequestKind
    phone: Annotated[str, msgspec.Meta(min_length=1, max_length=40, description="In E.164.")]
    received_on: date | None = None
    identity: _Words = ""
    note: _Words = ""


class AnswerInput(Input, frozen=True, kw_only=True):
    """`identity` where the request has none yet; `language` of an archive."""

    identity: _Words = ""
    note: _Words = ""
    language: Language = Language.EN


class RequestView(msgspec.Struct, frozen=True, kw_only=True):
    """`due_on`: one month after it came (GDPR article 12(3)). `phone` and `contact_id` are null once the
    person has been erased. `archive_id`: an export, whose file is at `/v1/requests/{id}/archive`.
    """

    id: str
    kind: RequestKind
    state: RequestState
    phone: str | None
    contact_id: str | None
    channel: Channel
    received_on: date
    due_on: date
    prolonged: bool
    identity: str
    archive_id: str | None
    created_at: datetime
    closed_at: datetime | None


def request_view(one: PersonRequest, ids: IdCipher) -> RequestView:
    return RequestView(
        id=public_id(REQUEST_ID, one.id),
        kind=one.kind,
        state=one.state,
        phone=None if one.phone is None else to_e164(one.phone),
        contact_id=None if one.contact_id is None else ids.encode(CONTACT_ID, one.contact_id),
        channel=one.channel,
        received_on=one.received_on,
        due_on=one.due_on,
        prolonged=one.prolonged,
        identity=one.identity,
        archive_id=None if one.export_id is None else public_id(EXPORT_ID, one.export_id),
        created_at=one.created_at,
        closed_at=one.closed_at,
    )

"""What imports look like outside."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import msgspec
from litestar.datastructures import UploadFile

from chappe.api.bodies import Input, decode_body
from chappe.consent.topics.model import MOST_TOPICS, TOPIC_ID
from chappe.contacts.model import LIST_ID
from chappe.kit.errors import Problem
from chappe.kit.ids import parse_public_id, public_id
from chappe.signup.errors import BadMapping, ConsentIncomplete
from chappe.signup.model import IMPORT_ID, Import, ImportState, StatedConsent

_Words = Annotated[str, msgspec.Meta(min_length=1, max_length=10_000, pattern=r"\S")]


class ConsentInput(Input, frozen=True, kw_only=True):
    """What people agreed to: the basis (express, written, soft opt-in…), where it was collected, the words
    they read, and the day they did, when it is known. `topics`: ids of the marketing topics that they agreed
    to; none means the default one.
    """

    basis: Annotated[str, msgspec.Meta(min_length=1, max_length=100, pattern=r"\S")]
    source: Annotated[str, msgspec.Meta(min_length=1, max_length=500, pattern=r"\S")]
    text: _Words
    collected_on: date | None = None
    topics: Annotated[list[str], msgspec.Meta(max_length=MOST_TOPICS)] = msgspec.field(default_factory=list)


class ConsentView(msgspec.Struct, frozen=True, kw_only=True):
    """What was stated; of no topics, the default one is meant."""

    basis: str
    source: str
    text: str
    collected_on: date | None
    topics: list[str]


class ImportForm(Input, frozen=True, kw_only=True):
    """`consent` and `mapping` are JSON texts: `{"basis": …, "source": …, "text": …}` and
    `{"Column": "field" or null}`. Without `consent` the contacts get no marketing.
    """

    file: UploadFile
    list_id: str
    default_country: Annotated[
        str | None, msgspec.Meta(description="ISO code; the workspace's when left out.")
    ] = None
    consent: str | None = None
    mapping: str | None = None


class ColumnView(msgspec.Struct, frozen=True, kw_only=True):
    """`field`: phone, country, language, an attribute, or null when left out."""

    name: str
    field: str | None


class ImportView(msgspec.Struct, frozen=True, kw_only=True):
    """rows_read = created + updated + unchanged + duplicates + rejected. `suppressed`: contacts among them
    whose number is suppressed. `rows_total` is the number of lines until the import is finished.
    """

    id: str
    list_id: str
    state: ImportState
    filename: str
    default_country: str
    consent: ConsentView | None
    columns: list[ColumnView]
    rows_total: int | None
    rows_read: int
    created: int
    updated: int
    unchanged: int
    duplicates: int
    rejected: int
    suppressed: int
    error: str | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


def stated_consent(text: str | None) -> StatedConsent | None:
    """Raises ConsentIncomplete."""
    if text is None or not text.strip():
        return None
    try:
        given = decode_body(text.encode(), ConsentInput)
    except Problem as problem:
        raise ConsentIncomplete(_in_form("consent", problem), field=_place("consent", problem)) from None
    return StatedConsent(
        basis=given.basis,
        source=given.source,
        text=given.text,
        collected_on=given.collected_on,
        topics=tuple(_topic(each) for each in dict.fromkeys(given.topics)),
    )


def _topic(text: str) -> UUID:
    """Raises ConsentIncomplete."""
    key = parse_public_id(TOPIC_ID, text)
    if key is None:
        raise ConsentIncomplete(
            f"{text} is no id of a topic. See the topics with GET /v1/topics.", field="consent.topics"
        )
    return key


def consent_view(stated: StatedConsent) -> ConsentView:
    return ConsentView(
        basis=stated.basis,
        source=stated.source,
        text=stated.text,
        collected_on=stated.collected_on,
        topics=[public_id(TOPIC_ID, key) for key in stated.topics],
    )


def stated_mapping(text: str | None) -> dict[str, str | None] | None:
    """Raises BadMapping."""
    if text is None or not text.strip():
        return None
    try:
        given: dict[str, str | None] = decode_body(text.encode(), dict[str, str | None])
    except Problem as problem:
        raise BadMapping(_in_form("mapping", problem), field=_place("mapping", problem)) from None
    return given


def _in_form(field: str, problem: Problem) -> str:
    return f"The field {field} of the form is JSON. {problem.detail}"


def _place(field: str, problem: Problem) -> str:
    return field if problem.field is None else f"{field}.{problem.field}"


def import_view(known: Import) -> ImportView:
    return ImportView(
        id=public_id(IMPORT_ID, known.id),
        list_id=public_id(LIST_ID, known.list_id),
        state=known.state,
        filename=known.filename,
        default_country=known.default_country,
        consent=None if known.consent is None else consent_view(known.consent),
        columns=[ColumnView(name=column.name, field=column.field) for column in known.columns],
        rows_total=known.rows_total,
        rows_read=known.rows_read,
        created=known.created,
        updated=known.updated,
        unchanged=known.unchanged,
        duplicates=known.duplicates,
        rejected=known.rejected,
        suppressed=known.suppressed,
        error=known.error,
        created_at=known.created_at,
        started_at=known.started_at,
        finished_at=known.finished_at,
    )

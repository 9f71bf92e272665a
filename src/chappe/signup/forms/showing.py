"""A form as people see it in one language: for its page, for a preview of it, for a poster."""

from collections.abc import Mapping
from typing import NamedTuple

from chappe.consent.topics.model import TOPIC_ID
from chappe.contacts.attributes import service as attributes
from chappe.contacts.attributes.model import Attribute
from chappe.db.pool import Connection
from chappe.kit.ids import public_id
from chappe.signup import look as looks
from chappe.signup.forms import offers, service, wording
from chappe.signup.forms.answers import taken
from chappe.signup.forms.model import (
    COMMON_FIELDS,
    EMAIL,
    FIRST_NAME,
    LANGUAGE,
    LAST_NAME,
    POSTCODE,
    FormContent,
    FormField,
    FormVersion,
    FormWords,
    IncentiveKind,
)
from chappe.signup.look import Look

# HTML's own names for what browsers can fill in.
_AUTOCOMPLETE: Mapping[str, str] = {
    FIRST_NAME: "given-name",
    LAST_NAME: "family-name",
    EMAIL: "email",
    POSTCODE: "postal-code",
}


class ShownTopic(NamedTuple):
    id: str
    title: str
    description: str
    frequency: str


class ShownField(NamedTuple):
    """`label` is empty for a question that every form may ask: pages have words for it. `kind`: `email`,
    `language`, or that of the attribute, with the `options` to choose from.
    """

    name: str
    label: str
    required: bool
    autocomplete: str
    kind: str = "text"
    options: tuple[str, ...] = ()


class Shown(NamedTuple):
    """`countries`: whose numbers are taken, the first for those written without a code. `codes_over`: the
    offer stands in its words, and there is no code left to give.
    """

    brand: str
    look: Look
    words: FormWords
    consent: str
    topics: list[ShownTopic]
    fields: list[ShownField]
    countries: tuple[str, ...]
    privacy_url: str
    codes_over: bool = False


async def shown(
    conn: Connection, workspace_id: int, content: FormContent, language: str, consent: str | None = None
) -> Shown:
    """`consent`: as it was published, where it was; else as it would be now."""
    who = await service.brand(conn, workspace_id)
    known = await attributes.known(conn, workspace_id)
    topics = await service.offered(conn, workspace_id, content)
    told = [(public_id(TOPIC_ID, topic.id), topic.in_language(language)) for topic in topics]
    return Shown(
        brand=who.name,
        look=await looks.of(conn, workspace_id),
        words=wording.words(content, language, who.name),
        consent=consent or wording.consent(content, language, who.name, topics),
        topics=[ShownTopic(key, said.title, said.description, said.frequency) for key, said in told],
        fields=[_field(field, known.get(field.name)) for field in content.fields],
        countries=taken(content, who.country),
        privacy_url=content.privacy_url,
    )


async def open_to(
    conn: Connection, workspace_id: int, seen: FormVersion, language: str, consent: str | None = None
) -> Shown:
    """A published form as a stranger sees it now: it promises no code when none is left."""
    found = await shown(conn, workspace_id, seen.content, language, consent)
    if seen.content.incentive is not IncentiveKind.UNIQUE:
        return found
    left = await offers.counts(conn, workspace_id, seen.form_id)
    return found._replace(codes_over=left.free == 0)


def _field(field: FormField, known: Attribute | None) -> ShownField:
    return ShownField(
        field.name,
        "" if field.name in COMMON_FIELDS else known.called if known else field.name,
        field.required,
        _AUTOCOMPLETE.get(field.name, "off"),
        field.name if field.name in (EMAIL, LANGUAGE) else known.kind if known else "text",
        known.options if known else (),
    )

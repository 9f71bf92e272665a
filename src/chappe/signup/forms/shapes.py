"""What forms look like outside."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from chappe.api.bodies import Input
from chappe.consent.topics.model import TOPIC_ID
from chappe.kit.ids import parse_public_id, public_id
from chappe.signup.forms.errors import BadForm
from chappe.signup.forms.model import (
    FORM_ID,
    LONGEST_CONSENT,
    LONGEST_NAME,
    LONGEST_SOURCE,
    LONGEST_TEXT,
    LONGEST_TITLE,
    LONGEST_VALUE,
    MOST_FIELDS,
    MOST_SITES,
    Form,
    FormContent,
    FormField,
    FormState,
    FormVersion,
    FormWords,
    IncentiveKind,
    SourceFigure,
)
from chappe.signup.joining import JoinState

Language = Literal["en", "fr"]
_Title = Annotated[str, Meta(max_length=LONGEST_TITLE)]
_Text = Annotated[str, Meta(max_length=LONGEST_TEXT)]
_Value = Annotated[str, Meta(max_length=LONGEST_VALUE)]


class FormWordsInput(Input, frozen=True, kw_only=True):
    """What the form says in one language; what is left out says what every form says."""

    title: _Title = ""
    intro: _Text = ""
    button: Annotated[str, Meta(max_length=40)] = ""
    consent: Annotated[str, Meta(max_length=LONGEST_CONSENT)] = ""
    offer: _Text = ""
    thanks: _Text = ""


class FormFieldInput(Input, frozen=True, kw_only=True):
    """`name`: first_name, last_name, email, postcode, language, or a field of your contacts."""

    name: Annotated[str, Meta(min_length=1, max_length=60)]
    required: bool = False


class FormWordsInputs(Input, frozen=True, kw_only=True):
    """By language."""

    en: FormWordsInput | None = None
    fr: FormWordsInput | None = None


class FormInput(Input, frozen=True, kw_only=True):
    """A form as a whole. `topics`: ids; none means the default one. `countries`: whose numbers are taken
    (ISO codes), none means the workspace's own. `sites`: origins that may show it in a frame or post to it.
    """

    name: Annotated[str, Meta(min_length=1, max_length=LONGEST_NAME)]
    topics: Annotated[list[str], Meta(max_length=50)] = msgspec.field(default_factory=list)
    countries: Annotated[list[Annotated[str, Meta(pattern="^[A-Z]{2}$")]], Meta(max_length=250)] = (
        msgspec.field(default_factory=list)
    )
    fields: Annotated[list[FormFieldInput], Meta(max_length=MOST_FIELDS)] = msgspec.field(
        default_factory=list
    )
    words: FormWordsInputs = FormWordsInputs()
    incentive: IncentiveKind = IncentiveKind.NONE
    code: _Value = ""
    source: Annotated[str, Meta(min_length=1, max_length=LONGEST_SOURCE)] = "form"
    sites: Annotated[list[_Value], Meta(max_length=MOST_SITES)] = msgspec.field(default_factory=list)
    privacy_url: Annotated[str, Meta(max_length=500)] = ""


class FormView(msgspec.Struct, frozen=True, kw_only=True):
    """`content` is the draft; people see `version`. `changed`: the draft says something else than it."""

    id: str
    name: str
    state: FormState
    version: int
    changed: bool
    address: str
    content: "ContentView"
    sign_ups: int
    created_at: datetime
    updated_at: datetime


class ContentView(msgspec.Struct, frozen=True, kw_only=True):
    topics: list[str]
    countries: list[str]
    fields: list[FormField]
    words: dict[str, FormWords]
    incentive: IncentiveKind
    code: str
    source: str
    sites: list[str]
    privacy_url: str


class VersionView(msgspec.Struct, frozen=True, kw_only=True):
    """As people saw it. `wordings`: by language, the consent that they agreed to."""

    version: int
    content: ContentView
    wordings: dict[str, str]
    published_at: datetime


class FormFigures(msgspec.Struct, frozen=True, kw_only=True):
    """Where people came from, the most first."""

    sources: list[SourceFigure]


class Proof(Input, frozen=True, kw_only=True):
    """How they agreed: the `page` or place, the network `address` and browser, their own words, or the day
    it was collected on. At least one says something.
    """

    page: _Text = ""
    address: Annotated[str, Meta(max_length=64)] = ""
    agent: _Text = ""
    raw: _Text = ""
    collected_on: date | None = None


class SignUpInput(Input, frozen=True, kw_only=True):
    """Somebody who agreed on your side to what the form says. `basis`: on what ground (express, written)."""

    phone: Annotated[str, Meta(min_length=1, max_length=40)]
    basis: Annotated[str, Meta(min_length=1, max_length=60)]
    evidence: Proof
    language: Language = "en"
    source: Annotated[str, Meta(min_length=1, max_length=LONGEST_SOURCE)] | None = None
    topics: Annotated[list[str], Meta(max_length=50)] = msgspec.field(default_factory=list)
    values: dict[str, _Value] = msgspec.field(default_factory=dict)


class SignUpView(msgspec.Struct, frozen=True, kw_only=True):
    """`state`: granted, pending until they reply YES, or suppressed by a STOP of theirs."""

    contact_id: str
    state: JoinState


def content_of(given: FormInput) -> FormContent:
    """Raises BadForm for an id that is none of a topic."""
    return FormContent(
        topics=topics_of(given.topics),
        countries=tuple(dict.fromkeys(given.countries)),
        fields=tuple(FormField(name=each.name, required=each.required) for each in given.fields),
        words={
            language: FormWords(**msgspec.structs.asdict(said))
            for language, said in (("en", given.words.en), ("fr", given.words.fr))
            if said is not None
        },
        incentive=given.incentive,
        code=given.code,
        source=given.source,
        sites=tuple(given.sites),
        privacy_url=given.privacy_url,
    )


def topics_of(texts: list[str]) -> tuple[UUID, ...]:
    """Raises BadForm."""
    found = []
    for text in dict.fromkeys(texts):
        topic_id = parse_public_id(TOPIC_ID, text)
        if topic_id is None:
            raise BadForm(
                "This is not the id of a topic. See the topics with GET /v1/topics.", field="topics"
            )
        found.append(topic_id)
    return tuple(found)


def content_view(content: FormContent) -> ContentView:
    return ContentView(
        topics=[public_id(TOPIC_ID, topic) for topic in content.topics],
        countries=list(content.countries),
        fields=list(content.fields),
        words=content.words,
        incentive=content.incentive,
        code=content.code,
        source=content.source,
        sites=list(content.sites),
        privacy_url=content.privacy_url,
    )


def form_view(form: Form) -> FormView:
    return FormView(
        id=public_id(FORM_ID, form.id),
        name=form.name,
        state=form.state,
        version=form.version,
        changed=form.changed,
        address=f"/f/{public_id(FORM_ID, form.id)}",
        content=content_view(form.draft),
        sign_ups=form.sign_ups,
        created_at=form.created_at,
        updated_at=form.updated_at,
    )


def version_view(version: FormVersion, wordings: dict[str, str]) -> VersionView:
    return VersionView(
        version=version.version,
        content=content_view(version.content),
        wordings=wordings,
        published_at=version.published_at,
    )

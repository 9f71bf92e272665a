"""A form, what it says, and who came by it."""

from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

import msgspec

FORM_ID: Final = "frm"  # the prefix of ids outside
LANGUAGES: Final = ("en", "fr")
MOST_FORMS, MOST_FIELDS, MOST_SITES = 200, 12, 10
LONGEST_NAME, LONGEST_TITLE, LONGEST_TEXT, LONGEST_BUTTON, LONGEST_CONSENT = 80, 80, 400, 40, 1_000
LONGEST_VALUE, LONGEST_SOURCE, LONGEST_CODE = 200, 60, 30

# Questions that every form may ask, in their order; others are the workspace's own attributes.
FIRST_NAME, LAST_NAME, EMAIL, POSTCODE, LANGUAGE = "first_name", "last_name", "email", "postcode", "language"
COMMON_FIELDS: Final = (FIRST_NAME, LAST_NAME, EMAIL, POSTCODE, LANGUAGE)


class FormState(StrEnum):
    """draft → published ⇄ archived. An archived form answers nobody; what it proved stays."""

    DRAFT = "draft"
    PUBLISHED = "published"
    ARCHIVED = "archived"


class Channel(StrEnum):
    """How somebody came: on our page, on another site's, by text, through the API."""

    WEB = "web"
    EMBEDDED = "embedded"
    SMS = "sms"
    API = "api"


class IncentiveKind(StrEnum):
    """NONE; FIXED: one code for everybody; UNIQUE: one of a list for each person."""

    NONE = "none"
    FIXED = "fixed"
    UNIQUE = "unique"


class FormWords(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a form says in one language. What is empty says what every form says (`wording.py`)."""

    title: str = ""
    intro: str = ""
    button: str = ""
    consent: str = ""
    offer: str = ""
    thanks: str = ""


NO_WORDS: Final = FormWords()


class FormField(msgspec.Struct, frozen=True, kw_only=True):
    """A question beside the number: `name` is one of COMMON_FIELDS or of an attribute."""

    name: str
    required: bool = False


class FormContent(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All that a version of a form is. `topics`: ids; more than one are offered as boxes to tick, none means
    the default one. `countries`: whose numbers it takes, none means the workspace's own. `sites`: origins
    that may show it in a frame or post to it by script. `privacy_url`: where people read more.
    """

    topics: tuple[UUID, ...] = ()
    countries: tuple[str, ...] = ()
    fields: tuple[FormField, ...] = ()
    words: dict[str, FormWords] = {}
    incentive: IncentiveKind = IncentiveKind.NONE
    code: str = ""
    source: str = "form"
    sites: tuple[str, ...] = ()
    privacy_url: str = ""

    def said(self, language: str) -> FormWords:
        """What its writer wrote in this language."""
        return self.words.get(language, NO_WORDS)


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """`version`: the published one, 0 when there was never one. `changed`: the draft says something else."""

    id: UUID
    workspace_id: int
    name: str
    state: FormState
    draft: FormContent
    version: int
    changed: bool
    created_at: datetime
    updated_at: datetime
    sign_ups: int = 0


class FormVersion(msgspec.Struct, frozen=True, kw_only=True):
    """As it was published. `wordings`: by language, the key of the consent that people agreed to."""

    form_id: UUID
    version: int
    content: FormContent
    wordings: dict[str, UUID]
    published_at: datetime


class SourceFigure(msgspec.Struct, frozen=True):
    """How many came from one source."""

    source: str
    sign_ups: int
    latest: datetime

"""What the builder's page posts, read into a form; and a form filled into the builder."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from chappe.consent.topics.model import TOPIC_ID
from chappe.kit.ids import parse_public_id, public_id
from chappe.kit.sites import origin_of
from chappe.signup.forms.model import (
    COMMON_FIELDS,
    LANGUAGES,
    LONGEST_BUTTON,
    LONGEST_CODE,
    LONGEST_CONSENT,
    LONGEST_NAME,
    LONGEST_SOURCE,
    LONGEST_TEXT,
    LONGEST_TITLE,
    Form,
    FormContent,
    FormField,
    FormWords,
    IncentiveKind,
)
from chappe.web.forms import Reading, Submitted

WORDS: Final[Mapping[str, int]] = {
    "title": LONGEST_TITLE,
    "intro": LONGEST_TEXT,
    "button": LONGEST_BUTTON,
    "offer": LONGEST_TEXT,
    "thanks": LONGEST_TEXT,
    "consent": LONGEST_CONSENT,
}
OPTIONAL, REQUIRED = "optional", "required"
_LONGEST_LIST: Final = 1_000


class Draft(NamedTuple):
    """`keywords`: as they were typed."""

    name: str
    content: FormContent
    keywords: Sequence[str]


def read(form: Submitted, attributes: Iterable[str]) -> tuple[Reading, Draft]:
    """What was typed; what is wrong with it stands in the reading."""
    reading = Reading(form)
    name = reading.text("name", most=LONGEST_NAME)
    incentive = reading.choice("incentive", list(IncentiveKind), IncentiveKind.NONE.value)
    kind = IncentiveKind(incentive) if incentive in list(IncentiveKind) else IncentiveKind.NONE
    fixed = kind is IncentiveKind.FIXED
    topics = [parse_public_id(TOPIC_ID, text) for text in form.all("topics")]
    content = FormContent(
        topics=tuple(topic for topic in topics if topic is not None),
        countries=tuple(dict.fromkeys(form.all("countries"))),
        fields=_fields(form, attributes),
        words={language: words for language in LANGUAGES if (words := _words(reading, language))},
        incentive=kind,
        code=reading.text("code", most=LONGEST_CODE, required=fixed) if fixed else "",
        source=reading.text("source", most=LONGEST_SOURCE).lower(),
        sites=tuple(dict.fromkeys(origin_of(each) or each for each in _several(reading, "sites"))),
        privacy_url=reading.text("privacy_url", most=500, required=False),
    )
    return reading, Draft(name, content, _several(reading, "keywords"))


def filled(form: Form | None, keywords: Sequence[str], home: str) -> Submitted:
    """The builder as it was saved; a new form begins with a first name to greet people by."""
    content = FormContent(fields=(FormField(name=COMMON_FIELDS[0]),)) if form is None else form.draft
    pairs = [
        ("name", "" if form is None else form.name),
        ("incentive", content.incentive.value),
        ("code", content.code),
        ("source", content.source),
        ("sites", "\n".join(content.sites)),
        ("privacy_url", content.privacy_url),
        ("keywords", ", ".join(keywords)),
        *(("topics", public_id(TOPIC_ID, topic)) for topic in content.topics),
        *(("countries", country) for country in content.countries or (home,)),
        *((f"field_{field.name}", REQUIRED if field.required else OPTIONAL) for field in content.fields),
    ]
    for language in LANGUAGES:
        said = content.said(language)
        pairs += [(f"{name}_{language}", getattr(said, name)) for name in WORDS]
    return Submitted(pairs)


def _fields(form: Submitted, attributes: Iterable[str]) -> tuple[FormField, ...]:
    own = sorted(set(attributes) - set(COMMON_FIELDS))
    return tuple(
        FormField(name=name, required=form.one(f"field_{name}") == REQUIRED)
        for name in (*COMMON_FIELDS, *own)
        if form.one(f"field_{name}") in (OPTIONAL, REQUIRED)
    )


def _words(reading: Reading, language: str) -> FormWords | None:
    """None where nothing was written: every form's own words stand there."""
    said = {
        name: reading.text(f"{name}_{language}", most=most, required=False) for name, most in WORDS.items()
    }
    return FormWords(**said) if any(said.values()) else None


def _several(reading: Reading, name: str) -> list[str]:
    """What stands between commas, spaces or lines."""
    return reading.text(name, most=_LONGEST_LIST, required=False).replace(",", " ").split()

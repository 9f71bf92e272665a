"""What was filled in, read against what the form asks."""

from collections.abc import Mapping
from typing import Final, NamedTuple
from uuid import UUID

from chappe.contacts.entry import check_email
from chappe.kit import phone
from chappe.kit.errors import Problem
from chappe.kit.phone import country_of
from chappe.signup.forms.errors import BadAnswer, ConsentRequired, CountryNotTaken
from chappe.signup.forms.model import EMAIL, LANGUAGE, LANGUAGES, LONGEST_VALUE, FormContent
from chappe.web.forms import Errors, Missing, TooLong

PHONE: Final = "phone"
CONSENT: Final = "consent"
TOPIC: Final = "topics"


class Answers(NamedTuple):
    """`topics`: those chosen, none where the form offers no choice."""

    phone: int
    topics: tuple[UUID, ...]
    language: str | None
    attributes: dict[str, str]


class Given(NamedTuple):
    """As it came from a page, a text or a program."""

    values: Mapping[str, str]
    topics: tuple[UUID, ...]
    agreed: bool


def read(content: FormContent, given: Given, home: str) -> tuple[Answers | None, Errors]:
    """The answers, or everything that is wrong with them. `home`: the workspace's country."""
    errors = Errors()
    taken = content.countries or (home,)
    number = _number(given.values.get(PHONE, ""), taken, errors)
    attributes = {name: value for name, value in _fields(content, given.values, errors).items() if value}
    chosen = _topics(content, given.topics, errors)
    if not given.agreed:
        errors.add(ConsentRequired("Tick the box to agree.", field=CONSENT))
    if errors or number is None:
        return None, errors
    language = attributes.pop(LANGUAGE, None)
    return Answers(number, chosen, language, attributes), errors


def _number(text: str, taken: tuple[str, ...], errors: Errors) -> int | None:
    if not text.strip():
        errors.add(Missing("Write your number.", field=PHONE))
        return None
    try:
        number = phone.parse(text, taken[0], field=PHONE)
    except Problem as problem:
        errors.add(problem)
        return None
    if country_of(number) not in taken:
        errors.add(
            CountryNotTaken(
                f"This form takes numbers of {', '.join(taken)}.", field=PHONE, countries=list(taken)
            )
        )
        return None
    return number


def _fields(content: FormContent, values: Mapping[str, str], errors: Errors) -> dict[str, str]:
    found = {}
    for field in content.fields:
        value = " ".join(values.get(field.name, "").split())
        if field.required and not value:
            errors.add(Missing("Fill this in.", field=field.name))
        elif len(value) > LONGEST_VALUE:
            too_long = f"Use at most {LONGEST_VALUE} characters."
            errors.add(TooLong(too_long, field=field.name, most=LONGEST_VALUE))
        else:
            with errors.caught():
                found[field.name] = _checked(field.name, value)
    return found


def _checked(name: str, value: str) -> str:
    if name == EMAIL:
        return check_email(value)
    if name == LANGUAGE and value and value not in LANGUAGES:
        raise BadAnswer("Choose one of the languages.", field=name, fault="choice")
    if not value.isprintable():
        raise BadAnswer("This holds signs that cannot be kept.", field=name, fault="signs")
    return value


def _topics(content: FormContent, asked: tuple[UUID, ...], errors: Errors) -> tuple[UUID, ...]:
    """One topic is joined by signing up; of several, those that were ticked."""
    if len(content.topics) <= 1:
        return content.topics
    chosen = tuple(topic for topic in content.topics if topic in asked)
    if not chosen:
        errors.add(Missing("Choose at least one.", field=TOPIC))
    return chosen

"""What was filled in, read against what the form asks."""

from collections.abc import Mapping
from typing import Final, NamedTuple
from uuid import UUID

import msgspec

from chappe.contacts.attributes.model import Attribute
from chappe.contacts.attributes.notation import PLAIN, Notation
from chappe.contacts.attributes.service import fitted
from chappe.contacts.attributes.values import Kind
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


class HeldTo(NamedTuple):
    """What answers have to fit: the workspace's country, its attributes by name, and how who answers writes
    numbers and days.
    """

    home: str
    attributes: Mapping[str, Attribute] = {}
    notation: Notation = PLAIN


def read(content: FormContent, given: Given, held: HeldTo) -> tuple[Answers | None, Errors]:
    """The answers as they are kept, or everything that is wrong with them."""
    errors = Errors()
    number = _number(given.values.get(PHONE, ""), taken(content, held.home), errors)
    attributes = {
        name: value for name, value in _fields(content, given.values, held, errors).items() if value
    }
    chosen = _topics(content, given.topics, errors)
    if not given.agreed:
        errors.add(ConsentRequired("Tick the box to agree.", field=CONSENT))
    if errors or number is None:
        return None, errors
    language = attributes.pop(LANGUAGE, None)
    return Answers(number, chosen, language, attributes), errors


def taken(content: FormContent, home: str) -> tuple[str, ...]:
    """Whose numbers it takes: first the country of those that are written without a code."""
    countries = content.countries or (home,)
    return (home, *(each for each in countries if each != home)) if home in countries else countries


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


def _fields(content: FormContent, values: Mapping[str, str], held: HeldTo, errors: Errors) -> dict[str, str]:
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
                found[field.name] = _checked(field.name, value, held)
    return found


def _checked(name: str, value: str, held: HeldTo) -> str:
    if name == EMAIL:
        return check_email(value)
    if name == LANGUAGE and value and value not in LANGUAGES:
        raise BadAnswer("Choose one of the languages.", field=name, fault="choice")
    if not value.isprintable():
        raise BadAnswer("This holds signs that cannot be kept.", field=name, fault="signs")
    if name == LANGUAGE:
        return value
    known = held.attributes.get(name)
    if known is not None and known.kind is Kind.LIST and value in known.options:
        # One option that has a comma in it is not two.
        value = msgspec.json.encode([value]).decode()
    return fitted({name: value}, held.attributes, held.notation)[name]


def _topics(content: FormContent, asked: tuple[UUID, ...], errors: Errors) -> tuple[UUID, ...]:
    """One topic is joined by signing up; of several, those that were ticked."""
    if len(content.topics) <= 1:
        return content.topics
    chosen = tuple(topic for topic in content.topics if topic in asked)
    if not chosen:
        errors.add(Missing("Choose at least one.", field=TOPIC))
    return chosen

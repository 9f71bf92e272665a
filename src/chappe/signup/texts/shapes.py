"""What the texts of double opt-in look like outside."""

from collections.abc import Collection
from typing import Annotated, ClassVar

import msgspec
from msgspec import Meta

from chappe.api.bodies import Input
from chappe.carriers.model import SENDER_ID
from chappe.consent.opt_in.model import DEFAULT_COUNTRIES, Settings
from chappe.consent.opt_in.texts import DEFAULTS, LONGEST, Kind, checked, whole
from chappe.kit.errors import Problem
from chappe.kit.ids import public_id
from chappe.kit.phone import is_country
from chappe.signup.texts.writing import Able

Text = Annotated[str, Meta(max_length=LONGEST)]


class NotForSignUp(Problem):
    """A sender that nobody can answer, or a country without numbers."""

    code: ClassVar[str] = "not_for_sign_up"
    status: ClassVar[int] = 422
    title: ClassVar[str] = "This cannot be used for signing up"


class WordsInput(Input, frozen=True, kw_only=True):
    """In one language; an empty text is ours. Each says `{{ brand }}`, `{{ topics }}` and STOP; question and
    reminder the word to answer too.
    """

    question: Text = ""
    reminder: Text = ""
    welcome: Text = ""


class TextsByLanguage(Input, frozen=True, kw_only=True):
    """By language."""

    en: WordsInput = WordsInput()
    fr: WordsInput = WordsInput()


class TextsInput(Input, frozen=True, kw_only=True):
    """`countries`: whose numbers always confirm, beside the topics that ask it. `sender_id`: one that people
    can answer; without it the first.
    """

    texts: TextsByLanguage = TextsByLanguage()
    countries: tuple[str, ...] = DEFAULT_COUNTRIES
    sender_id: str | None = None


class TextsView(msgspec.Struct, frozen=True, kw_only=True):
    """`texts` by language and kind, ours where the workspace has none. `version` 0: all of them are ours."""

    texts: dict[str, dict[str, str]]
    countries: tuple[str, ...]
    sender_id: str | None
    version: int


def texts_view(settings: Settings) -> TextsView:
    return TextsView(
        texts=whole(settings.texts),
        countries=settings.countries,
        sender_id=None if settings.sender_id is None else public_id(SENDER_ID, settings.sender_id),
        version=settings.version,
    )


def settings_of(data: TextsInput, senders: Collection[Able]) -> Settings:
    """Raises TextLacks, UnknownBlank, NotForSignUp."""
    texts: dict[str, dict[str, str]] = {}
    for language, given in (("en", data.texts.en), ("fr", data.texts.fr)):
        for kind in Kind:
            field = f"texts.{language}.{kind}"
            text = checked(getattr(given, kind.value), language, kind, field=field)
            if text and text != DEFAULTS[language, kind]:
                texts.setdefault(language, {})[kind.value] = text
    for country in data.countries:
        if not is_country(country):
            raise NotForSignUp(f"{country} is no country with phone numbers.", field="countries")
    keys = {each.key: each.id for each in senders}
    if data.sender_id is not None and data.sender_id not in keys:
        raise NotForSignUp("Choose a number of yours that people can answer.", field="sender_id")
    sender = None if data.sender_id is None else keys[data.sender_id]
    return Settings(sender_id=sender, countries=tuple(dict.fromkeys(data.countries)), texts=texts)

"""What the page of the texts posts, read into settings; and settings filled into the page."""

from collections.abc import Collection
from typing import Final, NamedTuple
from uuid import UUID

from chappe.carriers.model import SENDER_ID, Sender, SenderKind
from chappe.consent.opt_in.model import Settings
from chappe.consent.opt_in.texts import DEFAULTS, LANGUAGES, LONGEST, Kind, checked, text_of
from chappe.kit.ids import public_id
from chappe.kit.phone import is_country
from chappe.web.forms import NotAChoice, Reading, Submitted

FIELDS: Final = tuple((language, kind, f"{kind}_{language}") for language in LANGUAGES for kind in Kind)


class Able(NamedTuple):
    """A sender that people can answer, with its id outside."""

    key: str
    id: UUID
    address: str
    kind: SenderKind


def able(senders: Collection[Sender]) -> list[Able]:
    """Those that a YES can be sent to: a name cannot be answered."""
    return [
        Able(public_id(SENDER_ID, each.id), each.id, each.address, each.kind)
        for each in senders
        if each.kind is not SenderKind.ALPHANUMERIC
    ]


def read(form: Submitted, senders: Collection[Able]) -> tuple[Reading, Settings]:
    """What was written; what is wrong with it stands in the reading. A text that is ours word for word, or
    empty, is none of the workspace's own.
    """
    reading = Reading(form)
    texts: dict[str, dict[str, str]] = {}
    for language, kind, field in FIELDS:
        text = reading.text(field, most=LONGEST, required=False)
        with reading.errors.caught():
            text = checked(text, language, kind, field=field)
        if text and text != DEFAULTS[language, kind]:
            texts.setdefault(language, {})[kind.value] = text
    countries = tuple(dict.fromkeys(form.all("countries")))
    if not all(map(is_country, countries)):
        reading.errors.add(NotAChoice("Choose among the countries.", field="countries"))
    chosen = form.one("sender")
    keys = {each.key: each.id for each in senders}
    if chosen and chosen not in keys:
        reading.errors.add(NotAChoice("Choose one of your senders.", field="sender"))
    return reading, Settings(sender_id=keys.get(chosen), countries=countries, texts=texts)


def filled(settings: Settings) -> Submitted:
    """The page as it was saved, ours standing where the workspace wrote nothing."""
    sender = public_id(SENDER_ID, settings.sender_id) if settings.sender_id else ""
    return Submitted(
        [
            ("sender", sender),
            *(("countries", country) for country in settings.countries),
            *((field, text_of(settings.texts, language, kind)) for language, kind, field in FIELDS),
        ]
    )

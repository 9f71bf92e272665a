"""What a person reads when they subscribe: the question, once more where they say nothing, and the welcome
that says what was agreed.

CTIA asks the first message to name the brand, what comes and how often, the price note, HELP and STOP.
French texts avoid ê and ç, which GSM 7-bit lacks.
"""

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import ClassVar, Final

from chappe.consent.answers import plain_brand
from chappe.consent.topics.model import Topic
from chappe.kit.errors import Problem
from chappe.sms.keywords import normalise


class Kind(StrEnum):
    QUESTION = "question"
    REMINDER = "reminder"
    WELCOME = "welcome"


DEFAULTS: Final = {
    ("en", Kind.QUESTION): "{{ brand }}: reply YES to get {{ topics }} by text. Msg&data rates may apply. "
    "HELP for help, STOP to refuse.",
    ("en", Kind.REMINDER): "{{ brand }}: you asked for {{ topics }} by text. Reply YES to confirm, "
    "or do nothing and we forget it. STOP to refuse.",
    ("en", Kind.WELCOME): "{{ brand }}: welcome! You get {{ topics }} by text. Msg&data rates may apply. "
    "Reply HELP for help, STOP to unsubscribe.",
    ("fr", Kind.QUESTION): "{{ brand }} : répondez OUI pour recevoir par SMS : {{ topics }}. Sans réponse, "
    "rien ne vous sera envoyé. STOP pour refuser.",
    ("fr", Kind.REMINDER): "{{ brand }} : pour recevoir par SMS : {{ topics }}, répondez OUI. "
    "Sans réponse, nous oublions votre demande. STOP pour refuser.",
    ("fr", Kind.WELCOME): "{{ brand }} : bienvenue ! Vous recevrez par SMS : {{ topics }}. "
    "Répondez STOP pour vous désabonner, AIDE pour obtenir de l'aide.",
}
LONGEST: Final = 480
_VARIABLE: Final = re.compile(r"\{\{\s*(\w+)\s*\}\}")
LANGUAGES: Final = ("en", "fr")
AGREES: Final = {"en": "YES", "fr": "OUI"}
_STOP: Final = "STOP"
BRAND, TOPICS = "brand", "topics"


class TextLacks(Problem):
    """`what`: what the text has to say, as it would stand in it."""

    code: ClassVar[str] = "text_lacks"
    status: ClassVar[int] = 422
    title: ClassVar[str] = "The text leaves out what the person must know"


class UnknownBlank(Problem):
    """`name`: what stands between braces and is filled in by nobody."""

    code: ClassVar[str] = "unknown_blank"
    status: ClassVar[int] = 422
    title: ClassVar[str] = "The text has a blank that nobody fills in"


def checked(text: str, language: str, kind: Kind, *, field: str) -> str:
    """A text of the workspace's own, without the spaces around it; an empty one stands for ours. Raises
    TextLacks, UnknownBlank.
    """
    text = " ".join(text.split())
    if not text:
        return ""
    names = set(_VARIABLE.findall(text))
    for name in (BRAND, TOPICS):
        if name not in names:
            raise TextLacks(f"Say {{{{ {name} }}}} in the text.", field=field, what=f"{{{{ {name} }}}}")
    for name in sorted(names - {BRAND, TOPICS}):
        raise UnknownBlank(
            f"Nobody fills in {{{{ {name} }}}}: only {{{{ brand }}}} and {{{{ topics }}}} can stand there.",
            field=field,
            name=name,
        )
    said = set(normalise(text).split())
    for word in (_STOP,) if kind is Kind.WELCOME else (AGREES[language], _STOP):
        if word.lower() not in said:
            raise TextLacks(f"Say {word} in the text.", field=field, what=word)
    return text


def whole(own: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    """Every text by language and kind: the workspace's own, else ours."""
    return {language: {kind.value: text_of(own, language, kind) for kind in Kind} for language in LANGUAGES}


def text_of(own: Mapping[str, Mapping[str, str]], language: str, kind: Kind) -> str:
    """The workspace's own text, else ours."""
    return own.get(language, {}).get(kind.value, "") or DEFAULTS[language, kind]


def filled(text: str, brand: str, topics: Sequence[Topic], language: str) -> str:
    """The text with who writes and what comes, with how often where that is promised."""
    values = {"brand": plain_brand(brand), "topics": ", ".join(_told(each, language) for each in topics)}
    return _VARIABLE.sub(lambda found: values.get(found[1], ""), text)


def _told(topic: Topic, language: str) -> str:
    words = topic.in_language(language)
    return f"{words.title} ({words.frequency})" if words.frequency else words.title

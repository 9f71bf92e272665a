"""What a person reads when they subscribe: the question, and the welcome that says what was agreed.

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
    WELCOME = "welcome"


DEFAULTS: Final = {
    ("en", Kind.QUESTION): "{{ brand }}: reply YES to get {{ topics }} by text. Msg&data rates may apply. "
    "HELP for help, STOP to refuse.",
    ("en", Kind.WELCOME): "{{ brand }}: welcome! You get {{ topics }} by text. Msg&data rates may apply. "
    "Reply HELP for help, STOP to unsubscribe.",
    ("fr", Kind.QUESTION): "{{ brand }} : répondez OUI pour recevoir par SMS : {{ topics }}. Sans réponse, "
    "rien ne vous sera envoyé. STOP pour refuser.",
    ("fr", Kind.WELCOME): "{{ brand }} : bienvenue ! Vous recevrez par SMS : {{ topics }}. "
    "Répondez STOP pour vous désabonner, AIDE pour obtenir de l'aide.",
}
LONGEST: Final = 480
_VARIABLE: Final = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_NEEDED: Final = {
    Kind.QUESTION: (("YES", "OUI"), ("STOP",)),
    Kind.WELCOME: (("STOP",),),
}


class TextLacks(Problem):
    """`what`: what the text has to say, as it would stand in it."""

    code: ClassVar[str] = "text_lacks"
    status: ClassVar[int] = 422
    title: ClassVar[str] = "The text leaves out what the person must know"


def checked(text: str, kind: Kind, *, field: str) -> str:
    """A text of the workspace's own, without the spaces around it; an empty one stands for ours. Raises
    TextLacks.
    """
    text = " ".join(text.split())
    if not text:
        return ""
    names = set(_VARIABLE.findall(text))
    for name in ("brand", "topics"):
        if name not in names:
            raise TextLacks(f"Say {{{{ {name} }}}} in the text.", field=field, what=f"{{{{ {name} }}}}")
    unknown = names - {"brand", "topics"}
    if unknown:
        raise TextLacks("Only {{ brand }} and {{ topics }} can stand there.", field=field, what="{{ brand }}")
    said = set(normalise(text).split())
    for either in _NEEDED[kind]:
        if not {word.lower() for word in either} & said:
            raise TextLacks(f"Say {' or '.join(either)} in the text.", field=field, what=either[0])
    return text


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

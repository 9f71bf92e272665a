"""Words that people text to join: `SUN` to our number, read from a poster or a shop window."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from chappe.consent.evidence import BY_SMS, Evidence
from chappe.consent.model import KEYWORD_BASIS, InboundText
from chappe.consent.optout.detector import detect
from chappe.consent.optout.reading import Wish
from chappe.consent.questions import reply_of
from chappe.contacts import service as contacts
from chappe.db.pool import Connection
from chappe.kit.folding import fold
from chappe.kit.ids import public_id
from chappe.signup.forms import repo
from chappe.signup.forms.answers import Answers
from chappe.signup.forms.errors import BadKeyword, KeywordTaken
from chappe.signup.forms.model import FORM_ID, Channel, FormVersion
from chappe.signup.forms.signing import Came, Signing

MOST_KEYWORDS: Final = 5
_SHORTEST, _LONGEST = 2, 20
# What a text to join has at most around its word: a greeting, quotes, a full stop.
_LONGEST_TEXT: Final = 60


def word_of(text: str) -> str:
    """As keywords are compared: capitals, accents, signs and spaces make no difference."""
    return "".join(fold(text[:_LONGEST_TEXT]).split()) if len(text) <= _LONGEST_TEXT else ""


def checked(text: str) -> str:
    """The word. Raises BadKeyword for one that asks something else of us already: STOP and its like in every
    language, START, HELP, YES, NO.
    """
    word = word_of(text)
    if not _SHORTEST <= len(word) <= _LONGEST or not word.isascii():
        raise BadKeyword(
            f"A keyword has {_SHORTEST} to {_LONGEST} letters or digits.", field="keywords", fault="long"
        )
    if is_taken(text) or is_taken(word):
        raise BadKeyword(
            f"{word.upper()} means something already: people use it to stop, start, get help or answer.",
            field="keywords",
            fault="reserved",
            word=word.upper(),
        )
    return word


def is_taken(text: str) -> bool:
    """Whether it asks something of us by the words of a list or a rule. That it merely might, as any unknown
    word might, is no reason: a word on a poster is known.
    """
    reading = detect(text)
    decided = reading.wish in (Wish.WITHDRAW, Wish.START, Wish.HELP) or bool(reading.word)
    return decided or reply_of(text) is not None


async def of_form(conn: Connection, workspace_id: int, form_id: UUID) -> list[str]:
    """In capitals, as posters show them."""
    return [word.upper() for word in await repo.keywords(conn, workspace_id, form_id)]


async def choose(conn: Connection, workspace_id: int, form_id: UUID, texts: Sequence[str]) -> list[str]:
    """These and no others lead to the form. Raises BadKeyword, KeywordTaken."""
    words = list(dict.fromkeys(checked(text) for text in texts))
    if len(words) > MOST_KEYWORDS:
        raise BadKeyword(f"A form has up to {MOST_KEYWORDS} keywords.", field="keywords", fault="many")
    await repo.drop_keywords(conn, workspace_id, form_id, words)
    for word in words:
        if not await repo.add_keyword(conn, workspace_id, word, form_id):
            owner = await repo.form_of_keyword(conn, workspace_id, word)
            named = "another form" if owner is None else f"the form “{owner}”"
            raise KeywordTaken(
                f"{word.upper()} leads to {named}. Choose another word.",
                field="keywords",
                word=word.upper(),
                form=owner or "",
            )
    return [word.upper() for word in words]


async def heard(
    conn: Connection, workspace_id: int, signing: Signing, texts: Sequence[InboundText]
) -> dict[int, str]:
    """Subscribe who texted a keyword: the keyword, by the position of its text. A word within a sentence is
    none: it is for a person to read.
    """
    words = {
        position: word
        for position, item in enumerate(texts)
        if item.phone is not None and (word := word_of(item.text)) and not is_taken(item.text)
    }
    forms = await repo.forms_of_words(conn, workspace_id, set(words.values())) if words else {}
    found = {}
    for position, word in words.items():
        if word in forms:
            await _join(conn, workspace_id, signing, forms[word], texts[position], word)
            found[position] = word.upper()
    return found


async def _join(
    conn: Connection, workspace_id: int, signing: Signing, seen: FormVersion, item: InboundText, word: str
) -> None:
    assert item.phone is not None, "texts of no number are left out"
    who = await repo.brand(conn, workspace_id)
    known = (await contacts.by_phone(conn, workspace_id, [item.phone])).get(item.phone)
    spoken = (None if known is None else known.language, who.language, "en")
    language = next(each for each in spoken if each in seen.wordings)
    evidence = Evidence(
        channel=BY_SMS,
        raw=item.text,
        to=item.destination,
        form=public_id(FORM_ID, seen.form_id),
        form_version=str(seen.version),
        language=language,
        campaign=word.upper(),
    )
    answers = Answers(item.phone, seen.content.topics, None, {})
    came = Came(Channel.SMS, f"sms-{word}", language)
    await signing.join(conn, workspace_id, seen, answers, came, evidence, basis=KEYWORD_BASIS)

"""What the detector says of a text."""

from enum import StrEnum

import msgspec


class Wish(StrEnum):
    """What a text asks for. ASK: it may be an opt-out or may not: one question, and no marketing until it is
    answered. PERSON: somebody of the team should read it. NOTHING: no word of an opt-out decides anything.
    """

    WITHDRAW = "withdraw"
    ASK = "ask"
    PERSON = "person"
    HELP = "help"
    START = "start"
    NOTHING = "nothing"


class Reading(msgspec.Struct, frozen=True):
    """`word`: the normalised words that decided, "" where none did. `language`: ISO 639-1 of the table that
    knew them, None where it is any. `exact`: the whole text is a listed keyword.
    """

    wish: Wish
    word: str = ""
    language: str | None = None
    exact: bool = False


NOTHING = Reading(Wish.NOTHING)

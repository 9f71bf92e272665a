"""What a carrier's word means for the number. Pure."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Final

import msgspec


class Meaning(StrEnum):
    """OPTED_OUT: the person has unsubscribed with them. DEACTIVATED: nobody has the number. BAD_NUMBER:
    the carrier does not know it, which may be the carrier's fault: it counts only when it is repeated.
    NOTHING: the word says nothing of the number, though it does elsewhere.
    """

    OPTED_OUT = "opted_out"
    DEACTIVATED = "deactivated"
    BAD_NUMBER = "bad_number"
    NOTHING = "nothing"


STANDARD: Final[Mapping[str, Meaning]] = {
    # SMPP 3.4 section 5.1.3, ESME_RINVDSTADR. The standard has no more: no status of it says that a person
    # has unsubscribed, and each carrier's receipts have errors of its own (Appendix B leaves `err` to them).
    "0x0000000b": Meaning.BAD_NUMBER,
}

DAYS_REPEATED: Final = 3
"""On so many days must a carrier not know a number, and nothing arrive between, before nobody has it."""


class Told(msgspec.Struct, frozen=True):
    """A carrier's word on a number, as it was recorded: `err:021`, `0x0000000B RINVDSTADR`."""

    carrier_number: int
    phone: int
    word: str
    message_id: int | None = None


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What is shown of it."""

    id: int
    phone: int
    meaning: Meaning
    word: str
    message_id: int | None
    at: datetime


def word_of(reason: str | None) -> str:
    """What is looked up of a recorded reason: its code, in small letters. Empty when it has none."""
    first = (reason or "").partition(" ")[0].lower()
    if first == "partial":  # of a text of several parts: `partial 0x0000000B RINVDSTADR`
        return word_of((reason or "").partition(" ")[2])
    return first


def checked_word(text: str) -> str | None:
    """A word as people write it, as it is kept: `0x40b` and `1035` are a status, `err:21` and `21` of a
    receipt is `err:21` as the carrier writes it. None when it is nothing that a carrier says.
    """
    word = text.strip().lower().replace(" ", "")
    if word.startswith("0x"):
        try:
            status = int(word, 16)
        except ValueError:
            return None
        return f"0x{status:08x}" if 0 < status < 1 << 32 else None
    if word.startswith("err:"):
        word = word.removeprefix("err:")
    return f"err:{word}" if word.isascii() and word.isalnum() and len(word) <= 12 else None

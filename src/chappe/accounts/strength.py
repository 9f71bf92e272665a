"""How easily a password is guessed: zxcvbn's estimate, with the person's own words among the first guesses.

NIST SP 800-63B-4 section 3.1.1.2 asks for length and for a list of what is commonly used, and forbids rules
of composition; zxcvbn knows 30,000 common passwords, names, words, dates and ways over the keyboard.
"""

from collections.abc import Sequence
from typing import Any

from chappe.accounts.errors import WeakPassword
from chappe.accounts.model import PASSWORD_LENGTH

LONGEST = 256
# Of 0 to 4; from 3 on, 10^8 guesses are not enough.
_ENOUGH = 3
# The estimate takes time that grows faster than the password, and what is longer is strong.
_LOOKED_AT = 64
# zxcvbn's patterns, as the words that pages have for them.
_WHYS = {"spatial": "keyboard", "repeat": "repeated", "sequence": "sequence", "date": "date"}


def check(password: str, about: Sequence[str] = ()) -> None:
    """WeakPassword, whose `why` is a word: short, long, common, personal (made of `about`), keyboard,
    repeated, sequence, date.
    """
    if len(password) < PASSWORD_LENGTH:
        raise _weak("short", f"Take at least {PASSWORD_LENGTH} characters.")
    if len(password) > LONGEST:
        raise _weak("long", f"Take at most {LONGEST} characters.")
    found = _estimate(password[:_LOOKED_AT], [*about, "chappe"])
    if found["score"] < _ENOUGH:
        why = _reason(found["sequence"])
        raise _weak(why, "This is guessed early. Take four words that have nothing in common.")


def score(password: str, about: Sequence[str] = ()) -> int:
    """0 (guessed at once) to 4; too short is 0 or 1 at most."""
    if not password:
        return 0
    found: int = _estimate(password[:_LOOKED_AT], [*about, "chappe"])["score"]
    return min(found, 1) if len(password) < PASSWORD_LENGTH else found


def _estimate(password: str, about: Sequence[str]) -> Any:
    # Its dictionaries are read at the first password, not when a process starts.
    from zxcvbn import zxcvbn

    parts = [part for text in about for part in (text, *text.replace("@", " ").replace(".", " ").split())]
    return zxcvbn(password, user_inputs=parts)


def _reason(sequence: Sequence[Any]) -> str:
    """Of the part that covers the most."""
    widest = max(sequence, key=lambda part: len(part["token"]))
    if widest["pattern"] == "dictionary":
        return "personal" if widest.get("dictionary_name") == "user_inputs" else "common"
    return _WHYS.get(widest["pattern"], "common")


def _weak(why: str, detail: str) -> WeakPassword:
    return WeakPassword(detail, field="password", why=why)

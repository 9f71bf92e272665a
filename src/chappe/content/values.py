"""Values of contacts, made safe to stand in a text.

A value is data: it is never parsed again, so a contact named `{{ phone }}` stays just that. Control and
bidirectional-override characters are taken out (the first can end a line in somebody's log, the second can
show a link backwards), white space at the ends too. An empty value is no value, and so is `false`.
"""

import re
import unicodedata
from collections.abc import Sequence
from typing import Final, TypeGuard

# C0, DEL and C1, line and paragraph separators; then marks that reorder what follows them.
_BREAKS: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_OVERRIDES: Final = re.compile("[\u202a-\u202e\u2066-\u2069\ufeff]")


def text_of(value: object) -> str:
    """The value as it is printed; empty when there is none, or when it is a list or an object."""
    if type(value) is str:
        # Printable ASCII needs no cleaning: nearly every value, in a sixth of the time.
        if value.isascii() and value.isprintable():
            return value.strip()
        return _clean(value)
    if value is True:
        return "true"
    if isinstance(value, int | float) and value is not False:
        return str(value)
    return ""


def texts_of(values: Sequence[object]) -> Sequence[str]:
    """`text_of` each. Texts that need no cleaning are found together: all that is taken out of a text is not
    printable, and every part of a text in normal form is in normal form.
    """
    texts = ["" if value is None else value for value in values] if None in values else values
    if not _all_texts(texts):
        return [text_of(value) for value in values]
    joined = "".join(texts)
    if not joined.isprintable() or not unicodedata.is_normalized("NFC", joined):
        return [text_of(value) for value in values]
    return [text.strip() for text in texts] if " " in joined else texts


def _all_texts(values: Sequence[object]) -> TypeGuard[Sequence[str]]:
    return set(map(type, values)) <= {str}


def _clean(value: str) -> str:
    value = _OVERRIDES.sub("", _BREAKS.sub(" ", value))
    return unicodedata.normalize("NFC", value).strip()


def comparable(value: object) -> object:
    """As `text_of`, but a number stays one, so that Liquid can compare it. None when there is no value."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    return text_of(value) or None

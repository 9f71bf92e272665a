"""Smart replacement in a text with variables, which stays a text that can be read."""

import re
from typing import Final

from chappe.sms.encoding import normal_form
from chappe.sms.options import DEFAULT, TextOptions
from chappe.sms.replacement import Change, Level, replace

TAG: Final = re.compile(r"(\{\{.*?\}\}|\{%.*?%\})", re.DOTALL)
_QUOTE: Final = re.compile("[\"']")


def replaced(body: str, options: TextOptions = DEFAULT) -> tuple[str, list[Change]]:
    """The text (in normal form) with all that can be replaced, and each change; positions are within its tag,
    or between two.
    """
    parts = [_replaced(token, options) for token in TAG.split(normal_form(body))]
    return "".join(text for text, _ in parts), [change for _, changes in parts for change in changes]


def _replaced(token: str, options: TextOptions) -> tuple[str, list[Change]]:
    """In a tag no quote is written: `default: "“you”"` would end at it. So does frontend/src/composer.js."""
    found = replace(token, Level.SYMBOLS, options)
    if not TAG.fullmatch(token):
        return found.text, list(found.changes)
    kept = [change for change in found.changes if not _QUOTE.search(change.after)]
    for change in reversed(kept):
        end = change.position + len(change.before)
        token = token[: change.position] + change.after + token[end:]
    return token, kept

"""What can be wrong with a template, and the limits of a text."""

from collections.abc import Mapping, Sequence
from typing import ClassVar, Final, NamedTuple

from chappe.kit.errors import Problem

LONGEST_BODY: Final = 5_000
"""Characters of a template. It bounds the time a single rendering can take."""

MOST_PARTS: Final = 10
"""A rendered text with more parts is skipped as `too_long`: one odd value must not cost 200 parts."""

PREFERENCES_URL: Final = "preferences_url"
"""The variable that becomes the address of the recipient's own preference page."""

STANDARD_VARIABLES: Final = ("phone", "country", "language", PREFERENCES_URL)
"""Known in every workspace; they win over attributes of the same name."""


class EmptyBody(Problem):
    code = "empty_body"
    status = 422
    title = "The message has no text"


class BodyTooLong(Problem):
    code = "body_too_long"
    status = 422
    title = "The message is too long"


class BadTemplate(Problem):
    """The text is not Liquid, or uses a part of Liquid that a message must not use."""

    code = "bad_template"
    status = 422
    title = "The template cannot be read"


class UnknownVariable(Problem):
    code = "unknown_variable"
    status = 422
    title = "The template names an unknown variable"


class MissingVariable(Exception):
    """The contact has no value for a variable that has no default. Never shown: it becomes a skip reason."""

    reason: ClassVar[str] = "missing_variable"

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class Unrenderable(Exception):
    """This contact's values make the template fail (a division by zero, a word where a number is due)."""

    reason: ClassVar[str] = "template_error"


class Rendered(NamedTuple):
    """The texts of many contacts, in their order; None for those in `failed`, which says why."""

    texts: Sequence[str | None]
    failed: Mapping[int, type[MissingVariable | Unrenderable]]

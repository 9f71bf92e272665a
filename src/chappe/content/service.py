"""Templates: read once, checked against what the workspace knows of its contacts, rendered for each."""

import difflib
from collections.abc import Callable, Collection, Mapping

from chappe.content.full import FullTemplate
from chappe.content.model import (
    LONGEST_BODY,
    STANDARD_VARIABLES,
    BadTemplate,
    BodyTooLong,
    EmptyBody,
    UnknownVariable,
    Unrenderable,
)
from chappe.content.simple import compile_simple
from chappe.sms.encoding import normal_form

_FIELD = "body"


class Template:
    """A text with variables, ready to be rendered many times.

    `constant`: every contact gets the same text. `needs_attributes`, `needs_standard`: what `render` must be
    given beside an empty mapping.
    """

    def __init__(self, source: str) -> None:
        """Raises EmptyBody, BodyTooLong, BadTemplate."""
        self.source = checked_body(source)
        full = FullTemplate(self.source)
        self.variables: tuple[str, ...] = full.variables
        simple = compile_simple(self.source)
        self.compiled = simple is not None
        self.render: Callable[[Mapping[str, object]], str] = simple if simple is not None else full.render
        """The text for a contact's values. Raises MissingVariable, Unrenderable."""
        self.constant = self.compiled and not self.variables
        self.needs_attributes = any(name not in STANDARD_VARIABLES for name in self.variables)
        self.needs_standard = any(name in STANDARD_VARIABLES for name in self.variables)
        self._try_without_contact()

    def _try_without_contact(self) -> None:
        """What no contact can change must render now, not fail for each of them later."""
        if not self.variables:
            try:
                self.render({})
            except Unrenderable as error:
                raise BadTemplate(
                    f"The template fails: {error}. Correct the expression.", field=_FIELD
                ) from error


def checked_body(text: str) -> str:
    """The text in normal form. Raises EmptyBody, BodyTooLong."""
    if not text.strip():
        raise EmptyBody("Write the text of the message.", field=_FIELD)
    if len(text) > LONGEST_BODY:
        raise BodyTooLong(
            f"The text has {len(text)} characters and the most is {LONGEST_BODY}. Shorten it or send a link.",
            field=_FIELD,
        )
    return normal_form(text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", ""))


def values_of(
    attributes: Mapping[str, object], *, phone: str, country: str | None, language: str | None
) -> Mapping[str, object]:
    """What a template sees of a contact: its attributes and the standard variables."""
    return {**attributes, "phone": phone, "country": country, "language": language}


def check_variables(template: Template, attributes: Collection[str]) -> None:
    """Raises UnknownVariable, with the nearest known name, for the first one nobody has."""
    known = {*attributes, *STANDARD_VARIABLES}
    for name in template.variables:
        if name not in known:
            raise UnknownVariable(_unknown(name, sorted(known)), field=_FIELD, variable=name)


def _unknown(name: str, known: list[str]) -> str:
    by_fold = {each.casefold(): each for each in known}
    near = difflib.get_close_matches(name.casefold(), by_fold, n=1, cutoff=0.5)
    advice = (
        f"Did you mean {{{{ {by_fold[near[0]]} }}}}?" if near else f"Known variables: {', '.join(known)}."
    )
    return f"No contact has a “{name}”. {advice}"

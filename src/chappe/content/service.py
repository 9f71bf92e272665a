"""Templates: read once, checked against what the workspace knows of its contacts, rendered for each."""

import difflib
from collections.abc import Callable, Collection, Mapping, Sequence

from chappe.content.full import FullTemplate
from chappe.content.model import (
    LONGEST_BODY,
    STANDARD_VARIABLES,
    BadTemplate,
    BodyTooLong,
    EmptyBody,
    MissingVariable,
    Rendered,
    UnknownVariable,
    Unrenderable,
)
from chappe.content.simple import compile_simple
from chappe.sms.encoding import normal_form

_FIELD = "body"


class Template:
    """A text with variables, ready to be rendered many times.

    `variables`: what `render` must be given. `constant`: every contact gets the same text.
    """

    def __init__(self, source: str) -> None:
        """Raises EmptyBody, BodyTooLong, BadTemplate."""
        self.source = checked_body(source)
        full = FullTemplate(self.source)
        self.variables: tuple[str, ...] = full.variables
        self._simple = compile_simple(self.source)
        self.compiled = self._simple is not None
        self.render: Callable[[Mapping[str, object]], str] = (self._simple or full).render
        """The text for a contact's values. Raises MissingVariable, Unrenderable."""
        self.constant = self.compiled and not self.variables
        self._try_without_contact()

    def render_columns(self, columns: Mapping[str, Sequence[object]], n: int) -> Rendered:
        """The texts for `n` contacts, with a column of `n` values for each variable."""
        if self._simple is not None:
            texts = self._simple.render_columns(columns, n)
            missing = [at for at, text in enumerate(texts) if text is None] if None in texts else []
            return Rendered(texts, dict.fromkeys(missing, MissingVariable))
        return self._render_each(columns, n)

    def _render_each(self, columns: Mapping[str, Sequence[object]], n: int) -> Rendered:
        texts: list[str | None] = [None] * n
        failed: dict[int, type[MissingVariable | Unrenderable]] = {}
        for at in range(n):
            try:
                texts[at] = self.render({name: columns[name][at] for name in self.variables})
            except (MissingVariable, Unrenderable) as error:
                failed[at] = type(error)
        return Rendered(texts, failed)

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

"""The simple subset of Liquid, compiled to closures over whole columns of values.

Nearly every campaign is text with `{{ first_name | default: "friend" }}` in it. python-liquid renders 75,000
of those a second, which would cost more than the rest of planning together; what is made here renders
millions, because a column of a thousand names is checked, cleaned and joined by a few calls into C. It must
give the same text: what is not certain is left to python-liquid (`compile_simple` returns None), and property
tests compare the two.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple

from liquid.utils.text import truncate_chars

from chappe.content.model import MissingVariable
from chappe.content.values import texts_of

Values = Mapping[str, object]
Columns = Mapping[str, Sequence[object]]
Step = Callable[[str], str]

_OUTPUT: Final = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_LITERAL: Final = r""""[^"\\]*"|'[^'\\]*'"""
_EXPRESSION: Final = re.compile(
    r"\s*(?:contact\.)?(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?P<filters>(?:\s*\|.*)?)\s*", re.DOTALL
)
_FILTER: Final = re.compile(
    rf"\s*\|\s*(?P<name>[a-z]+)\s*(?::\s*(?P<first>{_LITERAL}|[0-9]{{1,4}})\s*(?:,\s*(?P<second>{_LITERAL})\s*)?)?"
)
# Words that mean something else than a variable to Liquid.
_RESERVED_WORDS: Final = (
    "true false nil null none empty blank and or not contains if else in with as for contact"
)
_RESERVED: Final = frozenset(_RESERVED_WORDS.split())
_PLAIN: Final[dict[str, Step]] = {
    "capitalize": str.capitalize,
    "upcase": str.upper,
    "downcase": str.lower,
    "strip": str.strip,
    "lstrip": str.lstrip,
    "rstrip": str.rstrip,
}


class Output(NamedTuple):
    """One `{{ name | … }}`. `before` and `after` are the filters around its first `default`."""

    name: str
    before: Step | None
    default: str | None
    """What stands for a missing value, filtered: it does not depend on the contact."""
    after: Step | None

    def texts(self, column: Sequence[object]) -> Sequence[str | None]:
        """What is printed for each value; None where there is no value, and no default."""
        texts: Sequence[str] = texts_of(column)
        before, default, after = self.before, self.default, self.after
        if default is None:
            if before is None:
                return texts if all(texts) else [text or None for text in texts]
            return [before(text) if text else None for text in texts]
        if before is not None:
            texts = [before(text) if text else "" for text in texts]
        if after is not None:
            return [after(text) if text else default for text in texts]
        return texts if all(texts) else [text or default for text in texts]


class SimpleTemplate:
    """Literals and, between them, outputs."""

    def __init__(self, literals: Sequence[str], outputs: Sequence[Output]) -> None:
        self._literals = literals
        self._outputs = outputs
        self._join = "%s".join([literal.replace("%", "%%") for literal in literals]).__mod__

    def render(self, values: Values) -> str:
        """The text for one contact. Raises MissingVariable."""
        columns = [output.texts((values.get(output.name),)) for output in self._outputs]
        for output, [text] in zip(self._outputs, columns, strict=True):
            if text is None:
                raise MissingVariable(output.name)
        return self._join(tuple([text for [text] in columns]))

    def render_columns(self, columns: Columns, n: int) -> list[str | None]:
        """The texts for `n` contacts, whose values stand in a column for each variable; None where a
        variable is missing.
        """
        if not self._outputs:
            return [self._literals[0]] * n
        found = [output.texts(columns[output.name]) for output in self._outputs]
        if any(None in texts for texts in found):
            return [None if None in texts else self._join(texts) for texts in zip(*found, strict=True)]
        if len(found) == 1:
            before, after = self._literals
            return [f"{before}{text}{after}" for text in found[0]]
        return list(map(self._join, zip(*found, strict=True)))


def compile_simple(source: str) -> SimpleTemplate | None:
    """The template, or None when the source is beyond the subset.

    The source must have been accepted by python-liquid.
    """
    if "{%" in source:
        return None
    pieces = _OUTPUT.split(source)
    outputs = [_output(expression) for expression in pieces[1::2]]
    known = [output for output in outputs if output is not None]
    if len(known) < len(outputs) or any("{{" in literal for literal in pieces[0::2]):
        return None
    return SimpleTemplate(pieces[0::2], known)


def _output(expression: str) -> Output | None:
    found = _EXPRESSION.fullmatch(expression)
    if found is None or found["name"] in _RESERVED:
        return None
    steps = _steps(found["filters"])
    if steps is None:
        return None
    first_default = next((at for at, step in enumerate(steps) if isinstance(step, str)), None)
    if first_default is None:
        return Output(found["name"], _chain(steps), None, None)
    before, after = _chain(steps[:first_default]), _chain(steps[first_default + 1 :])
    default = str(steps[first_default])
    return Output(found["name"], before, after(default) if after else default, after)


def _chain(steps: list[Step | str]) -> Step | None:
    """The steps as one function; a string is a later `default`."""
    if not steps:
        return None

    def run(value: str) -> str:
        for step in steps:
            value = (value or step) if isinstance(step, str) else step(value)
        return value

    return run


def _steps(filters: str) -> list[Step | str] | None:
    steps: list[Step | str] = []
    at, end = 0, len(filters.rstrip())
    while at < end:
        found = _FILTER.match(filters, at)
        step = _step(found) if found is not None else None
        if found is None or step is None:
            return None
        steps.append(step)
        at = found.end()
    return steps


def _step(found: re.Match[str]) -> Step | str | None:
    name, first, second = found["name"], found["first"], found["second"]
    if first is None:
        return _PLAIN.get(name)
    if name == "default" and second is None and not first.isdigit():
        return first[1:-1]
    if name == "truncate" and first.isdigit():
        length, end = int(first), "..." if second is None else second[1:-1]
        return lambda value: truncate_chars(value, length, end)
    return None

"""The simple subset of Liquid, compiled to closures.

Nearly every campaign is text with `{{ first_name | default: "friend" }}` in it. python-liquid renders 75,000
of those a second, which would cost more than the rest of planning together; the closures made here render
more than a million. They must give the same text: what is not certain is left to python-liquid
(`compile_simple` returns None), and a property test compares the two.
"""

import re
from collections.abc import Callable, Mapping
from typing import Final

from liquid.utils.text import truncate_chars

from chappe.content.model import MissingVariable
from chappe.content.values import text_of

Values = Mapping[str, object]
Step = Callable[[str], str]
Getter = Callable[[Values], str]

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


def compile_simple(source: str) -> Callable[[Values], str] | None:
    """A function from values to text, or None when the source is beyond the subset.

    The source must have been accepted by python-liquid. The function raises `MissingVariable`.
    """
    if "{%" in source:
        return None
    pieces = _OUTPUT.split(source)
    getters = [_getter(expression) for expression in pieces[1::2]]
    known = [getter for getter in getters if getter is not None]
    if len(known) < len(getters) or any("{{" in literal for literal in pieces[0::2]):
        return None
    return _joined(pieces[0::2], known)


def _joined(literals: list[str], getters: list[Getter]) -> Callable[[Values], str]:
    if not getters:
        constant = literals[0]
        return lambda values: constant
    if len(getters) == 1:
        before, after = literals
        only = getters[0]
        return lambda values: before + only(values) + after
    pattern = "%s".join([literal.replace("%", "%%") for literal in literals])
    return lambda values: pattern % tuple([getter(values) for getter in getters])


def _getter(expression: str) -> Getter | None:
    found = _EXPRESSION.fullmatch(expression)
    if found is None or found["name"] in _RESERVED:
        return None
    steps = _steps(found["filters"])
    if steps is None:
        return None
    name = found["name"]
    first_default = next((at for at, step in enumerate(steps) if isinstance(step, str)), None)
    if first_default is None:
        return _required(name, _chain(steps))
    before, after = _chain(steps[:first_default]), _chain(steps[first_default + 1 :])
    # What stands for a missing value does not depend on the contact: worked out once.
    default = str(steps[first_default])
    return _optional(name, before, after, after(default) if after else default)


def _required(name: str, chain: Step | None) -> Getter:
    def plain(values: Values) -> str:
        value = text_of(values.get(name))
        if value:
            return value
        raise MissingVariable(name)

    if chain is None:
        return plain
    return lambda values: chain(plain(values))


def _optional(name: str, before: Step | None, after: Step | None, default: str) -> Getter:
    if before is None and after is None:
        return lambda values: text_of(values.get(name)) or default

    def filtered(values: Values) -> str:
        value = text_of(values.get(name))
        if value and before is not None:
            value = before(value)
        if not value:
            return default
        return after(value) if after is not None else value

    return filtered


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

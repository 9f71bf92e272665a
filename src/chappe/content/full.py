"""The rest of Liquid, by python-liquid, with what a message must not use taken out.

Loops, assignments, captures and inclusions are refused: they are not needed in 160 characters, and they are
how a template reads a file or grows without end. The filters kept make a text at most longer by their
argument, so the length of the template bounds the length of the output.
"""

import functools
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Final

from liquid import BoundTemplate, Environment, StrictDefaultUndefined
from liquid.exceptions import LiquidError, LiquidSyntaxError

from chappe.content.model import BadTemplate, MissingVariable, Unrenderable
from chappe.content.values import comparable

_TAGS: Final = ("if", "unless", "case", "comment", "#")
# Not tags a person writes: the parser's own.
_INNER_TAGS: Final = ("content", "output", "illegal")
_FILTER_NAMES: Final = (
    "abs append at_least at_most capitalize ceil default divided_by downcase floor lstrip minus modulo plus "
    "prepend remove remove_first round rstrip size slice squish strip times truncate truncatewords upcase"
)
_FILTERS: Final = tuple(_FILTER_NAMES.split())
_FIELD: Final = "body"


class _Missing(StrictDefaultUndefined):
    """A variable the contact has no value for: false in a condition, an error when it would be printed."""

    __slots__ = ()

    allowed_properties = frozenset({*StrictDefaultUndefined.allowed_properties, "__class__", "__liquid__"})

    def __str__(self) -> str:
        raise MissingVariable(self.name)

    def __liquid__(self) -> object:
        return None

    def __bool__(self) -> bool:
        return False

    def __eq__(self, other: object) -> bool:
        return other is None or other is False or isinstance(other, _Missing)

    def __hash__(self) -> int:
        return hash(self.name)


def _through(apply: Callable[..., Any]) -> Callable[..., Any]:
    """The filter, letting a missing value through, so that a `default` after it is still heard."""

    @functools.wraps(apply)
    def filtered(value: object, *arguments: object, **named: object) -> object:
        if isinstance(value, _Missing):
            return value
        return apply(value, *arguments, **named)

    return filtered


class _Messages(Environment):
    output_stream_limit: ClassVar[int | None] = 100_000

    def __init__(self) -> None:
        super().__init__(undefined=_Missing)
        self.tags = {name: self.tags[name] for name in (*_TAGS, *_INNER_TAGS)}
        self.filters = {
            name: self.filters[name] if name == "default" else _through(self.filters[name])
            for name in _FILTERS
        }


_ENVIRONMENT: Final = _Messages()
_EVERYTHING: Final = Environment()


class FullTemplate:
    """A parsed template: the variables it reads, and `render`."""

    def __init__(self, source: str) -> None:
        """Raises BadTemplate, which says what is refused and where."""
        try:
            self._template: BoundTemplate = _ENVIRONMENT.from_string(source)
            found = self._template.analyze()
        except (LiquidError, RecursionError, ValueError) as error:
            raise BadTemplate(_explain(source, error), field=_FIELD) from error
        _refuse_unknown_filters(found.filters)
        self.variables = _variables(found.globals)

    def render(self, values: Mapping[str, object]) -> str:
        """The text for these values. Raises MissingVariable, Unrenderable."""
        known = {
            name: value for name in self.variables if (value := comparable(values.get(name))) is not None
        }
        try:
            return str(self._template.render({"contact": known, **known}))
        except (LiquidError, ValueError, TypeError, ArithmeticError, RecursionError) as error:
            raise Unrenderable(str(error).partition("\n")[0]) from error


def _refuse_unknown_filters(used: Mapping[str, object]) -> None:
    for name in used:
        if name not in _FILTERS:
            raise BadTemplate(
                f"The filter “{name}” cannot be used in a message. Use one of: {', '.join(_FILTERS)}.",
                field=_FIELD,
            )


def _variables(used: Mapping[str, Any]) -> tuple[str, ...]:
    """The contact's variables, each once, in order of name. BadTemplate for a path into a value."""
    names: set[str] = set()
    for uses in used.values():
        for use in uses:
            path = list(use.segments)
            if path[0] == "contact":
                path = path[1:]
            if len(path) != 1 or not isinstance(path[0], str):
                raise BadTemplate(
                    f"“{use}” is not a variable. Write {{{{ first_name }}}} or {{{{ contact.first_name }}}}.",
                    field=_FIELD,
                )
            names.add(path[0])
    return tuple(sorted(names))


def _explain(source: str, error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "The template is nested too deeply. Make it simpler."
    reason, _, place = str(error).partition("\n")
    if isinstance(error, LiquidSyntaxError) and _is_refused_tag(source):
        reason = f"{reason}; only {', '.join(f'“{tag}”' for tag in _TAGS)} can be used in a message"
    at = place.strip().rpartition(" ")[2].partition("\n")[0] if place else ""
    return f"The template cannot be read: {reason}. Write variables as {{{{ first_name }}}}.{_where(at)}"


def _where(place: str) -> str:
    line, colon, column = place.partition(":")
    return f" Look at line {line}, column {column}." if colon and line.isdigit() and column.isdigit() else ""


def _is_refused_tag(source: str) -> bool:
    """Whether all of Liquid would have read it: then it is a tag that is kept out, not a slip."""
    try:
        _EVERYTHING.from_string(source)
    except (LiquidError, RecursionError, ValueError):
        return "{%" in source
    return True

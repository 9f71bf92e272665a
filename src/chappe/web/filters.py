"""Filters of a table: read from the address, shown as chips."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeAlias

# Value and label.
Options: TypeAlias = Sequence[tuple[str, str]]

_LONGEST = 200
_MOST_VALUES = 50


class FilterKind(StrEnum):
    """CHOICE: any of its options; ONE: one of them; TEXT: what was typed; DATE: a day, ISO 8601."""

    CHOICE = "choice"
    ONE = "one"
    TEXT = "text"
    DATE = "date"


@dataclass(frozen=True, slots=True)
class Chip:
    """A value that is filtered by. `said`: the label is a word of ours, to be translated."""

    name: str
    value: str
    filter_label: str
    label: str
    kind: FilterKind
    said: bool


@dataclass(frozen=True, slots=True)
class Filter:
    """`options` None: they are data, handed in when the table is read, and not translated."""

    name: str
    label: str
    options: Options | None = None
    kind: FilterKind = FilterKind.CHOICE

    def accepts(self, value: str, given: Options | None) -> bool:
        """Whether this is a value of the filter."""
        if self.kind is FilterKind.TEXT:
            return bool(value) and len(value) <= _LONGEST and "\0" not in value
        if self.kind is FilterKind.DATE:
            return _is_date(value)
        return any(value == known for known, _ in self.choices(given))

    def choices(self, given: Options | None) -> Options:
        """Its own options, else those that were handed in."""
        return self.options if self.options is not None else given or ()

    def chip(self, value: str, given: Options | None) -> Chip:
        label = dict(self.choices(given)).get(value, value)
        return Chip(self.name, value, self.label, label, self.kind, self.options is not None)


def read_filters(
    filters: Sequence[Filter], asked: Callable[[str], Sequence[str]], options: Mapping[str, Options]
) -> dict[str, tuple[str, ...]]:
    """By filter, the values that it accepts, each once; filters without any are left out."""
    read: dict[str, tuple[str, ...]] = {}
    for each in filters:
        values = [value.strip() for value in asked(each.name)[:_MOST_VALUES]]
        given = options.get(each.name)
        kept = tuple(dict.fromkeys(value for value in values if each.accepts(value, given)))
        if kept:
            read[each.name] = kept if each.kind is FilterKind.CHOICE else kept[:1]
    return read


def _is_date(value: str) -> bool:
    try:
        return len(value) == 10 and bool(date.fromisoformat(value))
    except ValueError:
        return False

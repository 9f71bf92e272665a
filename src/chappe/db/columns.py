"""A column of values as one text, for statements that take a batch.

The driver encodes an array element by element, 0.3 µs a number and 0.6 µs a text; one text costs a third to a
fifth of that. The statement cuts it again: `string_to_array($2, E'\\x1f', '')`, where an empty value is NULL.
"""

from collections.abc import Sequence

_SEPARATOR = "\x1f"


def column(values: Sequence[str | None]) -> str:
    """ValueError when a value holds the separator, which no text that people write does."""
    text = _SEPARATOR.join([value or "" for value in values])
    if values and text.count(_SEPARATOR) != len(values) - 1:
        raise ValueError("a value of the column holds U+001F")
    return text


def numbers(values: Sequence[int]) -> str:
    return _SEPARATOR.join(map(str, values))

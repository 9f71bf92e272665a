"""Where a page of a table begins: the sort key of a row, in a wrapping for the address.

A cursor holds what the order is made of (the sorted value, then the id that parts equals), so that a page is
found by index however far down it is, and stays right while rows are added.
"""

import base64
import binascii
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, TypeAlias
from uuid import UUID

import msgspec

Cursor: TypeAlias = tuple[Any, ...]
Kinds: TypeAlias = Sequence[type]
"""Types of a cursor's values: of str, int, float, bool, UUID and datetime (aware)."""

_LONGEST = 1_000
_BIGINT = 1 << 63


def encode(key: Cursor) -> str:
    """`key` as a word for an address."""
    return base64.urlsafe_b64encode(msgspec.json.encode(key)).decode().rstrip("=")


def decode(text: str, kinds: Kinds) -> Cursor | None:
    """The key, or None when `text` was not made from values of these kinds: whoever edits an address gets
    the first page, not an error of the database.
    """
    if not text or len(text) > _LONGEST:
        return None
    try:
        padded = text.encode("ascii") + b"=" * (-len(text) % 4)
        raw = base64.b64decode(padded, altchars=b"-_", validate=True)
        key = msgspec.json.decode(raw, type=tuple[tuple(kinds)])  # type: ignore[misc]  # made at run time
    except (ValueError, binascii.Error, msgspec.DecodeError):
        return None
    return tuple(map(_in_utc, key)) if all(map(_fits, key)) else None


def _fits(value: object) -> bool:
    """Whether PostgreSQL can hold it."""
    if isinstance(value, str):
        return "\0" not in value
    if isinstance(value, int):
        return -_BIGINT <= value < _BIGINT
    if isinstance(value, datetime):
        return value.tzinfo is not None
    return isinstance(value, float | UUID)


def _in_utc(value: object) -> object:
    return value.astimezone(UTC) if isinstance(value, datetime) else value

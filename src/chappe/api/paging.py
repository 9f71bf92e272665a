"""Lists by cursor: `{"data": […], "next_cursor": …}`.

A cursor is the key of the last row shown, in a wrapping that tells readers not to look inside. It stays right
while rows are added, which page numbers do not.
"""

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Annotated, Generic, TypeVar
from uuid import UUID

import msgspec
from litestar.params import QueryParameter

from chappe.kit.errors import Problem

MOST = 200
DEFAULT = 100

Row = TypeVar("Row")
View = TypeVar("View")
Key = TypeVar("Key", UUID, int, str)

Limit = Annotated[int, QueryParameter(ge=1, le=MOST, description="Rows a page.")]
Cursor = Annotated[
    str | None,
    QueryParameter(max_length=200, description="`next_cursor` of the page before; leave out for the first."),
]


class BadCursor(Problem):
    """The cursor was not made by this list."""

    code = "bad_cursor"
    status = 422
    title = "This cursor does not belong here"


class Page(msgspec.Struct, Generic[View], frozen=True, kw_only=True):
    """A page of a list. `next_cursor` is null on the last page."""

    data: list[View]
    next_cursor: str | None


def encode_cursor(key: UUID | int | str) -> str:
    text = key.hex if isinstance(key, UUID) else str(key)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode_cursor(cursor: str | None, kind: type[Key]) -> Key | None:
    """The key after which the page begins, or None for the first page. BadCursor when it is not ours."""
    if cursor is None:
        return None
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        text = base64.b64decode(padded, altchars=b"-_", validate=True).decode()
        key = kind(text)
    except (ValueError, binascii.Error):
        key = None
    # One key has one cursor; and a bigint beyond 64 bits is no key of ours.
    if key is None or encode_cursor(key) != cursor or (isinstance(key, int) and not 0 <= key < 1 << 63):
        raise BadCursor(
            "Use next_cursor of the page before as it came, or leave cursor out to begin.", field="cursor"
        )
    return key


def page_of(
    rows: Sequence[Row], limit: int, *, key: Callable[[Row], UUID | int | str], view: Callable[[Row], View]
) -> Page[View]:
    """`rows` were asked for with `limit + 1`: one too many means that there is a next page."""
    shown = rows[:limit]
    return Page(
        data=[view(row) for row in shown],
        next_cursor=encode_cursor(key(shown[-1])) if len(rows) > limit else None,
    )

"""A picture, and what can be wrong with one."""

from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from chappe.kit.errors import Problem

MEDIA_ID: Final = "med"
MOST_BYTES: Final = 5_000_000
MOST_PIXELS: Final = 25_000_000
"""Of a whole animation: a small file can unfold to gigabytes."""
LONGEST_ALT: Final = 300
MOST_MEDIA: Final = 500
"""Of a workspace."""


class Media(msgspec.Struct, frozen=True, kw_only=True):
    """`bytes`, `width`, `height`: of what is served. `alt`: what it shows, for who cannot see it."""

    id: UUID
    code: str
    kind: str
    width: int
    height: int
    bytes: int
    alt: str
    created_at: datetime


class Picture(msgspec.Struct, frozen=True):
    """As it is kept and served."""

    kind: str
    width: int
    height: int
    data: bytes


class UnknownMedia(Problem):
    code = "unknown_media"
    status = 404
    title = "There is no such picture"


class BadPicture(Problem):
    """`why`: `kind`, or `size`."""

    code = "bad_picture"
    status = 422
    title = "This picture cannot be used"


class BadAlt(Problem):
    code = "bad_alt"
    status = 422
    title = "The picture needs a short description"


class MediaInUse(Problem):
    code = "media_in_use"
    status = 409
    title = "A campaign has this picture"


class TooManyMedia(Problem):
    code = "too_many_media"
    status = 409
    title = "There are too many pictures"

"""`feeds.toml` in the data folder: where carriers leave the numbers that opted out with them.

In France STOP goes to the carrier's 36xxx number, and the carrier tells the sender by a file. The operator
says where it is, as for every address that the program calls by itself: nobody chooses one on a page.
"""

import tomllib
from pathlib import Path
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from chappe.config.settings import BadSettings
from chappe.consent.model import SuppressionScope

FILE_NAME: Final = "feeds.toml"


class Feed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`url` is fetched every so many minutes; a `folder` is looked into, what was taken is moved to `taken`
    below it. `column` counts from 1; without it the column is found by what it holds.
    """

    name: Annotated[str, Meta(min_length=1, max_length=100)]
    workspace: int
    url: Annotated[str, Meta(pattern=r"^https?://")] | None = None
    folder: Path | None = None
    # `Authorization: Bearer …`
    header: Annotated[str, Meta(pattern=r"^[\w-]+: ?.+$")] | None = None
    every_minutes: Annotated[int, Meta(ge=1, le=1440)] = 60
    country: Annotated[str, Meta(pattern=r"^[A-Z]{2}$")] | None = None
    column: Annotated[int, Meta(ge=1, le=1000)] | None = None
    scope: SuppressionScope = SuppressionScope.MARKETING

    @property
    def headers(self) -> dict[str, str]:
        if self.header is None:
            return {}
        name, _, value = self.header.partition(":")
        return {name: value.strip()}


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    feed: tuple[Feed, ...] = ()


def feeds_of(home: Path) -> tuple[Feed, ...]:
    """None without the file. Raises BadSettings, which names what is wrong."""
    path = home / FILE_NAME
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ()
    try:
        found = msgspec.convert(tomllib.loads(text), _File, dec_hook=_path)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise BadSettings(f"{path}: {error}", field=FILE_NAME) from None
    for feed in found.feed:
        if (feed.url is None) == (feed.folder is None):
            raise BadSettings(f"{path}: feed {feed.name} needs a url or a folder, and one of them.")
    return found.feed


def _path(kind: type, value: object) -> object:
    if kind is Path and isinstance(value, str):
        return Path(value)
    raise ValueError("write it as text")

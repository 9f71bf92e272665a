"""The places of the application, handed in by it: the shell knows none of them."""

from collections.abc import Sequence

import msgspec


class Place(msgspec.Struct, frozen=True):
    """One entry. `name` is the untranslated word, marked for translation where it is written; `icon` is a
    name of the sprite. Those without `permission` do not see it.
    """

    path: str
    name: str
    icon: str
    permission: str | None = None

    def holds(self, path: str) -> bool:
        """Whether `path` is this place or within it."""
        return path == self.path or (self.path != "/" and path.startswith(f"{self.path}/"))


class Group(msgspec.Struct, frozen=True):
    """Places that belong together, under a word (untranslated), or under none."""

    name: str | None
    places: Sequence[Place]


def mark(text: str) -> str:
    """Marks a text for translation where it is written; it is translated where it is shown."""
    return text

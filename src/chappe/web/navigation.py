"""The places of the application, handed in by it: the shell knows none of them."""

import msgspec


class Place(msgspec.Struct, frozen=True):
    """One entry. `name` is the untranslated word, marked for translation where it is written; `icon` is a
    name of the sprite.
    """

    path: str
    name: str
    icon: str

    def holds(self, path: str) -> bool:
        """Whether `path` is this place or within it."""
        return path == self.path or (self.path != "/" and path.startswith(f"{self.path}/"))


def mark(text: str) -> str:
    """Marks a text for translation where it is written; it is translated where it is shown."""
    return text

"""What a contact is called, and under which words and in which place people look for them. Pure."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from chappe.kit.folding import LAST, fold, sort_key

FIRST_NAME, LAST_NAME, NAME, EMAIL = "first_name", "last_name", "name", "email"
# Attributes whose words find a contact.
NAMED: Final = (LAST_NAME, FIRST_NAME, NAME)
SEARCHED: Final = (*NAMED, EMAIL)
# Longer ones are found by their beginning; an index entry has its limits.
_LONGEST_WORD: Final = 60
_MOST_WORDS: Final = 12
_LONGEST_KEY: Final = 200


class Called(NamedTuple):
    """A name in two pieces: what sorts it is shown apart. `family` is empty when only one name is known."""

    given: str
    family: str

    @property
    def whole(self) -> str:
        return f"{self.given} {self.family}".strip()


def called(attributes: Mapping[str, str]) -> Called | None:
    """Their name, or None when none is known."""
    given, family = attributes.get(FIRST_NAME, "").strip(), attributes.get(LAST_NAME, "").strip()
    if not (given or family):
        given = attributes.get(NAME, "").strip()
    return Called(given, family) if given or family else None


def key_of(attributes: Mapping[str, str]) -> str:
    """Where they stand in a list by name: family name first. Those without a name come last."""
    name = called(attributes)
    if name is None:
        return LAST
    return (sort_key(f"{name.family} {name.given}".strip()) or LAST)[:_LONGEST_KEY]


def words_of(attributes: Mapping[str, str]) -> list[str]:
    """The words they are found by, each once, in order."""
    found = {word[:_LONGEST_WORD] for name in NAMED for word in fold(attributes.get(name, "")).split()}
    words = sorted(found)[:_MOST_WORDS]
    email = "".join(attributes.get(EMAIL, "").lower().split())
    return [*words, email[:_LONGEST_WORD]] if email and email not in found else words

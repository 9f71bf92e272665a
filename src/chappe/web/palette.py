"""The command palette: places to go, things to do, and what the rooms find, by a few letters.

It knows no domain: the application hands in a `Finder` for each kind of thing. Without scripts the same
address is a plain search page.
"""

import unicodedata
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import TypeAlias

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import SkipValidation

from chappe.web.navigation import Group, Place, mark
from chappe.web.page import GivenPage, Page
from chappe.web.viewer import ANYBODY, GivenViewer, Viewer

PATH = "/palette"
# What a person can take in; each finder is asked for no more.
MOST_FOUND = 6
_LONGEST_QUERY = 100


class Found(msgspec.Struct, frozen=True):
    """One thing: its own name, a few words that tell it from others (translated or nobody's), its address."""

    title: str
    note: str
    href: str
    icon: str


class Finder(msgspec.Struct, frozen=True):
    """How one kind of thing is found. `name` is its heading (untranslated); `find` is asked with at least one
    letter and answers at most MOST_FOUND of what this person may see, quickly: by an index.
    """

    name: str
    permission: str
    find: Callable[[Viewer, str], Awaitable[Sequence[Found]]]


GivenFinders: TypeAlias = NamedDependency[SkipValidation[Sequence[Finder]]]
GivenActions: TypeAlias = NamedDependency[SkipValidation[Callable[[Viewer], Group]]]


@get(PATH, opt={ANYBODY: True}, include_in_schema=False)
async def palette(
    page: GivenPage, viewer: GivenViewer, finders: GivenFinders, actions: GivenActions
) -> Response[str]:
    query = page.asked("q").strip()[:_LONGEST_QUERY]
    sections = [(name, found) for name, found in _places(page, actions(viewer), query) if found]
    if query:
        for finder in finders:
            if viewer.may(finder.permission) and (found := await finder.find(viewer, query)):
                sections.append((finder.name, list(found[:MOST_FOUND])))
    template = "shell/palette_results.html" if page.wants_fragment else "shell/palette_page.html"
    return page.render(template, sections=sections, q=query)


def _places(page: Page, actions: Group, query: str) -> Iterator[tuple[str, list[Found]]]:
    """What can be done, then where one can go: all of it before anything is typed."""
    places = Group(mark("Go to"), [place for group in page.groups for place in group.places])
    for group in (actions, places) if query else (places, actions):
        found = [_found(page, place) for place in group.places if _matches(page.word(place.name), query)]
        yield group.name or "", found


def _found(page: Page, place: Place) -> Found:
    return Found(page.word(place.name), "", place.path, place.icon)


def _matches(name: str, query: str) -> bool:
    """Whether each word of the query begins a word of the name, whatever their accents and case."""
    words = folded(name).split()
    return all(any(word.startswith(part) for word in words) for part in folded(query).split())


def folded(text: str) -> str:
    """Lower case without accents: `É` is looked for with an e."""
    parted = unicodedata.normalize("NFD", text.casefold())
    return "".join(letter for letter in parted if not unicodedata.combining(letter))

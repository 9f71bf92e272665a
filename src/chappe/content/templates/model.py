"""Templates of a workspace, as values, and what can be wrong with them."""

import difflib
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final, Literal, NamedTuple
from uuid import UUID

import msgspec

from chappe.kit.errors import Problem
from chappe.kit.folding import fold

TEMPLATE_ID: Final = "tpl"
LONGEST_NAME: Final = 80
LONGEST_FOLDER: Final = 60
MOST_TEMPLATES: Final = 1_000
"""Of a workspace. It bounds a list that is read whole and searched in memory."""

Language = Literal["", "en", "fr"]


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """A template as somebody writes it. `folder` empty: in none; `language` empty: in any."""

    name: str
    body: str
    folder: str = ""
    language: Language = ""


class SavedTemplate(Written, frozen=True, kw_only=True):
    """`version`: of `body`, counted from 1."""

    id: UUID
    version: int
    created_at: datetime
    updated_at: datetime


class Version(msgspec.Struct, frozen=True, kw_only=True):
    version: int
    body: str
    created_at: datetime


class UnknownTemplate(Problem):
    code = "unknown_template"
    status = 404
    title = "There is no such template"


class BadTemplateName(Problem):
    code = "bad_template_name"
    status = 422
    title = "The name or the folder is missing or too long"


class TemplateNameTaken(Problem):
    code = "template_name_taken"
    status = 409
    title = "Another template of the folder has this name"


class TemplateChanged(Problem):
    """Somebody else has saved it since it was read."""

    code = "template_changed"
    status = 409
    title = "The template has changed meanwhile"


class TooManyTemplates(Problem):
    code = "too_many_templates"
    status = 409
    title = "There are too many templates"


class Piece(NamedTuple):
    """Of a difference: words that both texts have, or that one has alone."""

    kind: Literal["same", "gone", "new"]
    text: str


def named(text: str, field: str, most: int, *, required: bool = False) -> str:
    """A name or a folder as it is kept. Raises BadTemplateName."""
    name = " ".join(text.replace("\x00", "").split())
    if len(name) > most or (required and not name):
        least = 1 if required else 0
        raise BadTemplateName(f"Write {least} to {most} characters.", field=field, most=most)
    return name


def found(templates: Sequence[SavedTemplate], words: str) -> list[SavedTemplate]:
    """Those with every word in their name, folder or text, whatever capitals and accents."""
    wanted = fold(words).split()
    return [
        each
        for each in templates
        if all(word in fold(f"{each.name} {each.folder} {each.body}") for word in wanted)
    ]


def difference(before: str, after: str) -> list[Piece]:
    """Word by word, in reading order: what is gone stands before what is new."""
    old, new = re.findall(r"\s+|[^\s]+", before), re.findall(r"\s+|[^\s]+", after)
    pieces: list[Piece] = []
    for how, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if how == "equal":
            pieces.append(Piece("same", "".join(old[a:b])))
            continue
        if b > a:
            pieces.append(Piece("gone", "".join(old[a:b])))
        if d > c:
            pieces.append(Piece("new", "".join(new[c:d])))
    return pieces

"""The text of a message as its writer sees it: what costs a part is underlined, borders stand where it will
be cut, places that are filled in are marked. Pure.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import accumulate
from typing import NamedTuple

from chappe.content.model import LONGEST_BODY, MissingVariable, Unrenderable
from chappe.content.replacing import TAG, replaced
from chappe.content.service import Template
from chappe.kit.errors import Problem
from chappe.sms.encoding import carried_characters, normal_form, ucs2_causes
from chappe.sms.options import DEFAULT, TextOptions
from chappe.sms.parts import count
from chappe.sms.replacement import Level, replace


class Piece(NamedTuple):
    """A stretch of the text. `kind`: plain, guilty (makes the text UCS-2), filled (a variable), code (other
    Liquid) or cut: no text, part `number` begins here.
    """

    kind: str
    text: str
    number: int = 0


class Swap(NamedTuple):
    """A character that keeps the text out of the cheap alphabet, how often it is there, and what can stand
    for it; `after` is None when nothing can.
    """

    before: str
    after: str | None
    times: int


class Swaps(NamedTuple):
    """What replacing would do: parts of the text as written, now and after all of it."""

    found: tuple[Swap, ...]
    parts: int
    parts_after: int
    text_after: str


def pieces(
    body: str, values: Mapping[str, object], cuts: tuple[int, ...], options: TextOptions = DEFAULT
) -> list[Piece]:
    """The text in pieces. `cuts`: lengths of the parts, for the contact with these values; no borders are
    drawn where what is filled in cannot be measured alone. `options`: how the carrier wants the text.
    """
    body = normal_form(body.replace("\r\n", "\n"))
    tokens = [token for token in TAG.split(body) if token]
    guilty = _guilty("".join(token for token in tokens if not TAG.fullmatch(token)), options)
    borders = _borders(tokens, values, cuts) if len(cuts) > 1 else {}
    found: list[Piece] = []
    number = 1
    for at, token in enumerate(tokens):
        ends = borders.get(at, [])
        if TAG.fullmatch(token):
            found.append(Piece("filled" if token.startswith("{{") else "code", token))
            found += [Piece("cut", "", number + 1)] if ends else []
        else:
            found += _literal(token, guilty, ends, number)
        number += len(ends)
    return found


def _literal(text: str, guilty: frozenset[str], ends: list[int], number: int) -> Iterator[Piece]:
    begin = 0
    for place, char in enumerate(text):
        if place not in ends and char not in guilty:
            continue
        if place > begin:
            yield Piece("plain", text[begin:place])
        begin = place
        if place in ends:
            number += 1
            yield Piece("cut", "", number)
        if char in guilty:
            yield Piece("guilty", char)
            begin = place + 1
    if begin < len(text):
        yield Piece("plain", text[begin:])


def _guilty(text: str, options: TextOptions) -> frozenset[str]:
    if not ucs2_causes(text, options):
        return frozenset()
    return frozenset(text) - carried_characters(text, options)


def _borders(tokens: list[str], values: Mapping[str, object], cuts: tuple[int, ...]) -> dict[int, list[int]]:
    """By token, the places in it where a part ends. Empty when lengths do not add up to the text's."""
    lengths = [_length(token, values) for token in tokens]
    known = [length for length in lengths if length is not None]
    if len(known) < len(lengths) or sum(known) != sum(cuts):
        return {}
    ends = list(accumulate(cuts))[:-1]
    found: dict[int, list[int]] = {}
    begin = 0
    for at, length in enumerate(known):
        if within := [end - begin for end in ends if begin <= end < begin + length]:
            found[at] = within
        begin += length
    return found


def _length(token: str, values: Mapping[str, object]) -> int | None:
    """Characters that the token becomes; None when it cannot be told alone."""
    if not TAG.fullmatch(token):
        return len(token)
    if token.startswith("{%"):
        return None
    try:
        return len(Template(token).render(values))
    except (Problem, MissingVariable, Unrenderable):
        return None


def swaps(body: str, rendered: str | None, options: TextOptions = DEFAULT) -> Swaps:
    """What can be replaced so that the text costs less, each character once, in the order of the text. Parts
    are those of the text as it is `rendered` for somebody, when it could be.
    """
    body = normal_form(body[:LONGEST_BODY].replace("\r\n", "\n"))
    text, changes = replaced(body, options)
    after = {change.before: change.after for change in changes}
    times = Counter(change.before for change in changes)
    left = Counter(cause.character for cause in ucs2_causes(text, options))
    found = [Swap(before, after[before], n) for before, n in times.items()]
    found += [Swap(character, None, n) for character, n in left.items() if character not in after]
    whole = body if rendered is None else rendered
    shortened = replace(whole, Level.SYMBOLS, options).text
    return Swaps(tuple(found), count(whole, options), count(shortened, options), text)

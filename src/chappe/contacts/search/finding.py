"""Lists of contacts: narrowed, searched and sorted, quick at a million.

A list is read along the index of its order, and what it is narrowed to is looked up for each contact that is
met. That is quick when many pass; when few do, a page of them may be at the end of a million. So what
narrows is asked first for its contacts: if there are few, they are the list, and are sorted by themselves.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final, NamedTuple
from uuid import UUID

import msgspec

from chappe.contacts.model import Contact, ContactState
from chappe.contacts.repo import contact_of
from chappe.contacts.search.typed import Typed, end_of, read
from chappe.db.pool import Connection
from chappe.db.statements import load_statements

SQL = load_statements("chappe.contacts.search")

# What no more pass than this is read whole; where several narrow, what passes each may be rare together.
_FEW: Final = 3_000
_FEW_OF_SEVERAL: Final = 30_000
COUNTED: Final = 10_000
COUNTED_NARROWED: Final = 1_000
"""Counts end here: more is "more than 10,000". Of those who pass a filter fewer are counted, since a filter
that one in thirty passes is asked thirty times for each.
"""
_SHOWN: Final = (ContactState.ACTIVE, ContactState.BLOCKED)


class Order(StrEnum):
    """As the address of a page writes it; a minus turns it round."""

    NAME = "name"
    NAME_DOWN = "-name"
    ADDED = "created"
    ADDED_DOWN = "-created"

    @property
    def turned(self) -> "Order":
        return Order(self[1:] if self.startswith("-") else f"-{self}")

    @property
    def by_name(self) -> bool:
        return self.endswith("name")


class Narrowed(msgspec.Struct, frozen=True, kw_only=True):
    """Which contacts: what is empty does not narrow, but archived ones are shown only when asked for.
    `consent` is the marketing consent, `none` for those who never said anything.
    """

    text: str = ""
    states: tuple[int, ...] = ()
    countries: tuple[str, ...] = ()
    list_id: UUID | None = None
    consent: tuple[str, ...] = ()


class Place(NamedTuple):
    """Where a page ended: keys of the contact there."""

    sort_key: str
    contact_id: int


class Found(NamedTuple):
    contact: Contact
    place: Place


class Search(NamedTuple):
    """A filter made ready by `prepare`. `few`: the only contacts that can pass, when they are few."""

    which: Narrowed
    typed: Typed
    few: Sequence[int] | None
    numbered: bool
    """The few have the number that was typed: it is not looked at again (its last digits cannot be)."""

    @property
    def most(self) -> int:
        """How far it is counted."""
        return COUNTED if self.which == Narrowed() else max(COUNTED_NARROWED, len(self.few or ()))

    @property
    def arguments(self) -> list[object]:
        """$2 to $9 of the statements that narrow."""
        which, typed = self.which, self.typed
        ranges = () if self.numbered else typed.ranges
        return [
            [int(state) for state in which.states or _SHOWN],
            list(which.countries) or None,
            which.list_id,
            list(which.consent) or None,
            self.few,
            typed.patterns or None,
            [each.lo for each in ranges] or None,
            [each.hi for each in ranges] or None,
        ]


async def prepare(conn: Connection, workspace_id: int, which: Narrowed, country: str | None) -> Search:
    """`country`: where numbers typed without a country code are at home. For the rest of the transaction
    statements are planned for what they are asked.
    """
    await conn.execute(SQL.plan_each)
    typed = read(which.text, country)
    narrowings = _narrowings(which, typed)
    several = len(narrowings) + typed.numeric > 1 or len(typed.words) > 1
    most = _FEW_OF_SEVERAL if several else _FEW
    few: list[int] | None = None
    if typed.numeric:
        found = await _of_number(conn, workspace_id, typed, most + 1)
        few = found if len(found) <= most else None
    if which.text and (key := await _of_external_id(conn, workspace_id, which.text.strip())) is not None:
        if not typed.numeric:
            return Search(which, Typed(), [key], numbered=True)
        few = None if few is None else sorted({*few, key})
    numbered = few is not None
    for statement, arguments in narrowings:
        found = await _keys(conn, statement, workspace_id, *arguments, most + 1)
        if len(found) <= most:
            few = sorted(set(found) if few is None else set(few) & set(found))
    if few is None:
        await conn.execute(SQL.walk)
    return Search(which, typed, few, numbered)


async def page(
    conn: Connection, workspace_id: int, search: Search, order: Order, place: Place | None, limit: int
) -> list[Found]:
    """At most `limit` contacts behind `place`, in this order; by name, when very many are found by a word, in
    order of the words that were found.
    """
    arguments: list[object] = [workspace_id, *search.arguments, limit]
    if search.few is None and search.typed.words and order.by_name:
        word, down = search.typed.words[0], order is Order.NAME_DOWN
        beginning = Place(end_of(word), 0) if down else Place(word, 0)
        statement = SQL.by_word_down if down else SQL.by_word
        arguments += [*(place or beginning), word, end_of(word)]
    else:
        statement = _BY_ORDER[order]
        arguments += _keys_of(place or _start(order), order)
    rows = await conn.fetch(statement, *arguments)
    return [Found(contact_of(row), Place(row["sort_key"], row["id"])) for row in rows]


async def count(conn: Connection, workspace_id: int, search: Search, *, most: int | None = None) -> int:
    """How many there are, no further than `most` (`search.most`) and one."""
    end = search.most if most is None else most
    return int(await conn.fetchval(SQL.count_found, workspace_id, *search.arguments, end + 1))


async def ids_behind(
    conn: Connection, workspace_id: int, search: Search, contact_id: int, limit: int
) -> list[int]:
    """Keys of the contacts that pass, in order, behind this key: what works through all of them asks so."""
    rows = await conn.fetch(SQL.found_ids, workspace_id, *search.arguments, limit, contact_id)
    return [row["id"] for row in rows]


async def consents(conn: Connection, workspace_id: int, contact_ids: Sequence[int]) -> dict[int, str]:
    """The marketing consent of those of them who said something."""
    rows = await conn.fetch(SQL.marketing_of, workspace_id, contact_ids)
    return {row["contact_id"]: row["state"] for row in rows}


async def countries(conn: Connection, workspace_id: int) -> list[str]:
    """ISO codes of the countries that contacts have."""
    return [row["country"] for row in await conn.fetch(SQL.countries, workspace_id)]


_BY_ORDER: Final = {
    Order.NAME: SQL.by_name,
    Order.NAME_DOWN: SQL.by_name_down,
    Order.ADDED: SQL.by_added,
    Order.ADDED_DOWN: SQL.by_added_down,
}


def _keys_of(place: Place, order: Order) -> tuple[object, ...]:
    return place if order.by_name else (place.contact_id,)


def _start(order: Order) -> Place:
    return Place("\U0010ffff", 2**63 - 1) if order.startswith("-") else Place("", 0)


def _narrowings(which: Narrowed, typed: Typed) -> list[tuple[str, list[object]]]:
    """The questions whose answer may be few, with what they ask for."""
    asked: list[tuple[str, list[object]]] = []
    if typed.words:
        first, second = typed.words[0], typed.words[1] if len(typed.words) > 1 else None
        beyond = None if second is None else end_of(second)
        asked.append((SQL.with_words, [first, end_of(first), second, beyond]))
    if which.list_id is not None:
        asked.append((SQL.on_list, [which.list_id]))
    if which.countries:
        asked.append((SQL.of_countries, [list(which.countries)]))
    if which.states and ContactState.ACTIVE not in which.states:
        asked.append((SQL.of_states, [list(which.states)]))
    if which.consent and not {"granted", "none"} & set(which.consent):
        asked.append((SQL.of_consent, [list(which.consent)]))
    return asked


async def _of_number(conn: Connection, workspace_id: int, typed: Typed, most: int) -> list[int]:
    lows, highs = [each.lo for each in typed.ranges], [each.hi for each in typed.ranges]
    end: tuple[int | None, ...] = (None, None, None)
    if typed.ending:
        end = (int(typed.ending[-4:]), 10 ** len(typed.ending), int(typed.ending))
    return await _keys(conn, SQL.of_number, workspace_id, lows, highs, *end, most)


async def _of_external_id(conn: Connection, workspace_id: int, text: str) -> int | None:
    found: int | None = await conn.fetchval(SQL.of_external_id, workspace_id, text)
    return found


async def _keys(conn: Connection, statement: str, *arguments: object) -> list[int]:
    return [row["id"] for row in await conn.fetch(statement, *arguments)]

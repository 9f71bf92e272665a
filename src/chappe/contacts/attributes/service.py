"""Use cases on attributes. Nothing here commits."""

from collections.abc import Mapping
from typing import Final

from asyncpg import Record

from chappe.contacts.attributes import values
from chappe.contacts.attributes.errors import (
    AttributeTaken,
    KindFixed,
    NoOptions,
    TooManyAttributes,
    UnknownAttribute,
    wrong_value,
)
from chappe.contacts.attributes.model import MOST_ATTRIBUTES, Attribute
from chappe.contacts.attributes.notation import PLAIN, Notation
from chappe.contacts.attributes.values import MOST_OPTIONS, Kind, Misfit, Shape
from chappe.contacts.names import SEARCHED
from chappe.db.pool import Connection
from chappe.db.statements import load_statements
from chappe.kit.clock import Clock
from chappe.kit.folding import fold

SQL = load_statements("chappe.contacts.attributes")

_WITH_OPTIONS: Final = (Kind.CHOICE, Kind.LIST)
_LONGEST_OPTION: Final = 100


async def every(conn: Connection, workspace_id: int) -> list[Attribute]:
    """All of them, archived ones last."""
    return [_attribute(row) for row in await conn.fetch(SQL.attributes, workspace_id)]


async def known(conn: Connection, workspace_id: int) -> dict[str, Attribute]:
    """Those in use, by name."""
    return {one.name: one for one in await every(conn, workspace_id) if one.archived_at is None}


async def shapes(conn: Connection, workspace_id: int) -> dict[str, Shape]:
    """What the values of each may be, archived ones too: a value that comes is checked all the same."""
    return {one.name: one.shape for one in await every(conn, workspace_id)}


async def one(conn: Connection, workspace_id: int, name: str) -> Attribute:
    """Raises UnknownAttribute."""
    return _found(await conn.fetchrow(SQL.attribute, workspace_id, name))


async def create(conn: Connection, workspace_id: int, name: str, label: str, shape: Shape) -> Attribute:
    """Raises AttributeTaken, NoOptions, KindFixed, TooManyAttributes."""
    checked = check_shape(name, shape)
    if len(await every(conn, workspace_id)) >= MOST_ATTRIBUTES:
        raise TooManyAttributes(f"Keep to {MOST_ATTRIBUTES} attributes: archive those that nobody reads.")
    row = await conn.fetchrow(
        SQL.add_attribute, workspace_id, name, label, checked.kind, list(checked.options)
    )
    if row is None:
        raise AttributeTaken(f"An attribute is called {name} already. Choose another name.", field="name")
    return _attribute(row)


async def label(
    conn: Connection, workspace_id: int, name: str, text: str, options: tuple[str, ...]
) -> Attribute:
    """Another label, and options to choose from: the kind stays. Raises UnknownAttribute, NoOptions. Options
    that are taken away are another kind's (`changing.ask`).
    """
    before = await one(conn, workspace_id, name)
    checked = check_shape(name, Shape(before.kind, options))
    return _found(await conn.fetchrow(SQL.label_attribute, workspace_id, name, text, list(checked.options)))


async def put_away(conn: Connection, workspace_id: int, name: str, clock: Clock) -> bool:
    """Archive; False when it was."""
    return await conn.fetchval(SQL.put_attribute_away, workspace_id, name, clock.now()) is not None


async def bring_back(conn: Connection, workspace_id: int, name: str) -> bool:
    """False when it was not archived."""
    return await conn.fetchval(SQL.put_attribute_away, workspace_id, name, None) is not None


async def held(conn: Connection, workspace_id: int) -> dict[str, int]:
    """How many contacts hold each: half a second for a million contacts."""
    return {row["name"]: row["held"] for row in await conn.fetch(SQL.held, workspace_id)}


async def name_them(
    conn: Connection, workspace_id: int, labels: Mapping[str, str], kinds: Mapping[str, Kind] | None = None
) -> None:
    """Note that contacts may have these (name → label). Those that are known keep their label and kind."""
    if labels:
        told = [(kinds or {}).get(name, Kind.TEXT).value for name in labels]
        await conn.execute(SQL.name_attributes, workspace_id, list(labels), list(labels.values()), told)


def fitted(
    given: Mapping[str, str], known: Mapping[str, Attribute], notation: Notation = PLAIN, *, field: str = ""
) -> dict[str, str]:
    """Values as they are kept, of who writes in this notation; those of no known attribute are texts. Raises
    WrongValue, which names `field` and the attribute.
    """
    kept = {}
    for name, text in given.items():
        attribute = known.get(name)
        read = values.canonical(attribute.shape if attribute else Shape(), text, notation)
        if isinstance(read, Misfit):
            raise wrong_value(attribute.called if attribute else name, read, field=f"{field}{name}")
        kept[name] = read
    return kept


def check_shape(name: str, shape: Shape) -> Shape:
    """With its options tidied. Raises KindFixed, NoOptions."""
    if name in SEARCHED and shape.kind is not Kind.TEXT:
        raise KindFixed("Names and e-mail are texts: people are found by them.", field="kind")
    if shape.kind not in _WITH_OPTIONS:
        return Shape(shape.kind)
    tidy: dict[str, str] = {}
    for option in filter(None, map(str.strip, shape.options)):
        tidy.setdefault(fold(option) or option, option)
    options = tuple(tidy.values())
    if shape.kind is Kind.CHOICE and not options:
        raise NoOptions("Write what can be chosen, one option a line.", field="options")
    if len(options) > MOST_OPTIONS or any(len(each) > _LONGEST_OPTION for each in options):
        raise NoOptions(f"Keep to {MOST_OPTIONS} options of {_LONGEST_OPTION} characters.", field="options")
    return Shape(shape.kind, options)


def only_adds(before: Shape, wanted: Shape) -> bool:
    """Whether every value that fits now fits then as well: nothing has to be read."""
    if wanted.kind is not before.kind:
        return False
    # A list without options takes any item.
    free = wanted.kind is Kind.LIST and not wanted.options
    kept = bool(before.options) and set(before.options) <= set(wanted.options)
    return wanted == before or free or kept


def _found(row: Record | None) -> Attribute:
    if row is None:
        raise UnknownAttribute("There is no such attribute. See them with GET /v1/attributes.")
    return _attribute(row)


def _attribute(row: Record) -> Attribute:
    return Attribute(
        name=row["name"],
        label=row["label"],
        kind=Kind(row["kind"]),
        options=tuple(row["options"]),
        archived_at=row["archived_at"],
        created_at=row["created_at"],
    )

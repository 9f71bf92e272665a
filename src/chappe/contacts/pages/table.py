"""The table of contacts: as /contacts shows it, and as a list shows its members."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from chappe.contacts import entry, lists
from chappe.contacts.attributes import service as attributes
from chappe.contacts.attributes.telling import told
from chappe.contacts.attributes.values import Shape
from chappe.contacts.model import CONTACT_ID, LIST_ID, Contact, ContactState
from chappe.contacts.names import Called, called
from chappe.contacts.search import finding
from chappe.contacts.search.finding import Found, Narrowed, Order, Place, Search
from chappe.db.pool import Connection
from chappe.kit.ids import IdCipher, parse_public_id, public_id
from chappe.web.filters import Filter, FilterKind, Options
from chappe.web.navigation import mark
from chappe.web.tables import Column, Shown, Table, View

STATES = (
    (ContactState.ACTIVE.label, mark("Active")),
    (ContactState.BLOCKED.label, mark("Blocked")),
    (ContactState.ARCHIVED.label, mark("Archived")),
)
CONSENTS = (
    ("granted", mark("Granted")),
    ("pending", mark("Pending")),
    ("withdrawn", mark("Withdrawn")),
    ("none", mark("Never asked")),
)
TABLE = Table(
    "contacts",
    columns=(
        Column("name", mark("Name"), sort="name", always=True),
        Column("phone", mark("Number"), always=True),
        Column("consent", mark("Marketing consent")),
        Column("state", mark("State")),
        Column("country", mark("Country")),
        Column("language", mark("Language"), shown=False),
        Column("external_id", mark("External id"), shown=False),
        Column("created", mark("Added"), sort="created"),
    ),
    filters=(
        Filter("q", mark("Search"), kind=FilterKind.TEXT),
        Filter("list", mark("List"), kind=FilterKind.ONE),
        Filter("consent", mark("Marketing consent"), options=CONSENTS),
        Filter("state", mark("State"), options=STATES),
        Filter("country", mark("Country")),
    ),
    sorts={"name": (str, int), "created": (int,)},
    default_sort="-created",
)
# More are on the contact's page: a table of eighty columns is none.
_MOST_ATTRIBUTES = 20
# A column of an attribute, and not of the contact itself.
ATTRIBUTE = "attribute-"
_NAMES = ("first_name", "last_name", "name")


@dataclass(frozen=True, slots=True)
class Row:
    """A contact as a line of the table; `id` is its public one."""

    id: str
    contact: Contact
    called: Called | None
    consent: str
    place: Place
    kinds: Mapping[str, str]
    told: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Around:
    """What the table of a workspace offers: its filters' choices, a column for each attribute."""

    options: Mapping[str, Options]
    table: Table
    country: str | None


async def around(conn: Connection, workspace_id: int, of_list: bool = False) -> Around:
    """`of_list`: the table is a list's own, and is not narrowed by lists."""
    known = await attributes.known(conn, workspace_id)
    columns = [
        Column(f"{ATTRIBUTE}{name}", one.called, shown=False)
        for name, one in known.items()
        if name not in _NAMES
    ]
    names = await lists.all_names(conn, workspace_id)
    options: dict[str, Options] = {
        "country": [(code, code) for code in await finding.countries(conn, workspace_id)],
        "list": [(public_id(LIST_ID, list_id), name) for list_id, name in names],
    }
    table = replace(TABLE, columns=(*TABLE.columns, *columns[:_MOST_ATTRIBUTES]))
    if of_list:
        filters = tuple(each for each in table.filters if each.name != "list")
        table = replace(table, key="members", filters=filters)
    return Around(options, table, await entry.home_country(conn, workspace_id))


def narrowed(view: View, list_id: UUID | None = None) -> Narrowed:
    """What the filters of the address ask for; `list_id` of a list's own table."""
    states = [ContactState[word.upper()] for word in view.filters.get("state", ())]
    return Narrowed(
        text=view.one("q"),
        states=tuple(int(state) for state in states),
        countries=view.filters.get("country", ()),
        list_id=list_id or parse_public_id(LIST_ID, view.one("list")),
        consent=view.filters.get("consent", ()),
    )


async def read(
    conn: Connection, workspace_id: int, ids: IdCipher, view: View, search: Search, language: str
) -> Shown[Row]:
    """The page of the table that the address asks for."""
    order = Order(view.sort)
    place = _place(order, view.after)
    found = await finding.page(conn, workspace_id, search, order, place, view.limit)
    total = await finding.count(conn, workspace_id, search)
    consents = await finding.consents(conn, workspace_id, [each.contact.id for each in found])
    shapes = await attributes.shapes(conn, workspace_id)
    rows = [_row(each, ids, consents, shapes, language) for each in found]

    def cursor(row: Row) -> tuple[Any, ...]:
        return tuple(row.place) if order.by_name else (row.contact.id,)

    return view.page(rows, cursor=cursor, key=lambda row: row.id, total=total, most=search.most)


def keys(ids: IdCipher, texts: Sequence[str]) -> tuple[int, ...]:
    """Of the rows that a form names; what is no contact's id is left out."""
    found = (ids.decode(CONTACT_ID, text) for text in texts)
    return tuple(key for key in found if key is not None)


def _place(order: Order, after: tuple[Any, ...] | None) -> Place | None:
    if after is None:
        return None
    return Place(*after) if order.by_name else Place("", after[0])


def _row(
    found: Found, ids: IdCipher, consents: Mapping[int, str], shapes: Mapping[str, Shape], language: str
) -> Row:
    contact = found.contact
    shaped = {name: shapes.get(name, Shape()) for name in contact.attributes}
    return Row(
        ids.encode(CONTACT_ID, contact.id),
        contact,
        called(contact.attributes),
        consents.get(contact.id, "none"),
        found.place,
        {name: shape.kind.value for name, shape in shaped.items()},
        {name: told(shape, contact.attributes[name], language) for name, shape in shaped.items()},
    )

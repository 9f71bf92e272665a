"""Use cases on contacts and lists. Nothing here commits; every row named is of the workspace given."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from chappe.contacts import repo
from chappe.contacts.attributes import service as attributes
from chappe.contacts.errors import ListNameTaken, UnknownContact, UnknownList
from chappe.contacts.model import LIST_ID, Contact, ContactFilter, ContactList, IncomingContact, Merged
from chappe.contacts.search import indexing
from chappe.db.pool import Connection
from chappe.kit.ids import public_id, uuid7


async def merge(conn: Connection, workspace_id: int, rows: Sequence[IncomingContact]) -> list[Merged]:
    """Add or complete contacts; the numbers of one call are distinct, the answers in the same order. They are
    found by their names at once, or soon after when there are many.
    """
    merged = await repo.merge(conn, workspace_id, rows) if rows else []
    await indexing.written(conn, workspace_id, [each.id for each in merged if each.created or each.changed])
    return merged


async def by_phone(conn: Connection, workspace_id: int, phones: Sequence[int]) -> dict[int, Contact]:
    """The contacts among these numbers, by number; in the place of a merged one, who stands for it."""
    return await repo.by_phone(conn, workspace_id, phones)


async def by_external_id(conn: Connection, workspace_id: int, external_ids: Sequence[str]) -> dict[str, int]:
    """The keys of those who have one of these ids of the workspace's own programs, by it."""
    return await repo.by_external_id(conn, workspace_id, external_ids) if external_ids else {}


async def ids_by_phone(conn: Connection, workspace_id: int, phones: Sequence[int]) -> dict[int, int]:
    """The keys of those of these numbers that are contacts."""
    return await repo.ids_by_phone(conn, workspace_id, phones)


async def same_people(conn: Connection, workspace_id: int, contact_ids: Sequence[int]) -> dict[int, int]:
    """These contacts and those that were merged with them: key → number."""
    rows = await conn.fetch(repo.SQL.same_people, workspace_id, contact_ids)
    return {row["id"]: row["phone"] for row in rows}


async def same_person(conn: Connection, workspace_id: int, contact_ids: Sequence[int]) -> list[int]:
    """Keys of the contacts that were merged with one of these, in either direction, these among them."""
    return await repo.same_person(conn, workspace_id, contact_ids)


async def page_contacts(
    conn: Connection, workspace_id: int, which: ContactFilter, *, after: int | None, limit: int
) -> list[Contact]:
    """Contacts in the order they came, after the key `after`."""
    return await repo.page(conn, workspace_id, which, after, limit)


async def get_contact(conn: Connection, workspace_id: int, contact_id: int | None) -> Contact:
    """Raises UnknownContact, also for None (an id that is not one of ours)."""
    found = []
    if contact_id is not None:
        found = await repo.page(conn, workspace_id, ContactFilter(contact_id=contact_id), None, 1)
    if not found:
        raise UnknownContact("There is no such contact. Find contacts with GET /v1/contacts?phone=…")
    return found[0]


async def name_attributes(conn: Connection, workspace_id: int, labels: Mapping[str, str]) -> None:
    """Note that contacts may have these attributes (name → label), for templates to be checked against."""
    await attributes.name_them(conn, workspace_id, labels)


async def attribute_names(conn: Connection, workspace_id: int) -> frozenset[str]:
    """Every attribute that a contact of the workspace may have."""
    return frozenset([one.name for one in await attributes.every(conn, workspace_id)])


async def attribute_labels(conn: Connection, workspace_id: int) -> dict[str, str | None]:
    """Those in use, with the words a person knows each by."""
    return {name: one.label for name, one in (await attributes.known(conn, workspace_id)).items()}


async def create_list(conn: Connection, workspace_id: int, name: str) -> ContactList:
    """Raises ListNameTaken."""
    created = await repo.add_list(conn, workspace_id, uuid7(), name.strip())
    if created is None:
        raise ListNameTaken(
            f"A list is called “{name.strip()}” already. Choose another name, or use that list "
            "(GET /v1/lists shows its id).",
            field="name",
        )
    return created


async def list_named(conn: Connection, workspace_id: int, name: str) -> ContactList:
    """The list of this name, made when there is none."""
    created = await repo.add_list(conn, workspace_id, uuid7(), name.strip())
    if created is not None:
        return created
    found = await repo.list_by_name(conn, workspace_id, name.strip())
    assert found is not None, "a name that conflicts is there"
    return found


async def require_lists(
    conn: Connection, workspace_id: int, list_ids: Sequence[UUID], *, field: str | None = None
) -> list[ContactList]:
    """These lists, in this order. Raises UnknownList, naming the first that does not exist."""
    found = {known.id: known for known in await repo.lists_by_id(conn, workspace_id, list_ids)}
    for list_id in list_ids:
        if list_id not in found:
            raise UnknownList(
                f"List {public_id(LIST_ID, list_id)} does not exist. See the lists with GET /v1/lists.",
                field=field,
            )
    return [found[list_id] for list_id in list_ids]


async def lists_by_id(conn: Connection, workspace_id: int, list_ids: Sequence[UUID]) -> list[ContactList]:
    """Those of these lists that there are, in no order."""
    return await repo.lists_by_id(conn, workspace_id, list_ids) if list_ids else []


async def get_list(
    conn: Connection, workspace_id: int, list_id: UUID | None, *, field: str | None = None
) -> ContactList:
    """Raises UnknownList, also for None (an id that is not one of ours)."""
    if list_id is None:
        raise UnknownList("This is not the id of a list. See the lists with GET /v1/lists.", field=field)
    return (await require_lists(conn, workspace_id, [list_id], field=field))[0]


async def page_lists(
    conn: Connection, workspace_id: int, *, after: UUID | None, limit: int
) -> list[ContactList]:
    """Lists, oldest first."""
    return await repo.page_lists(conn, workspace_id, after, limit)


async def size_of_list(conn: Connection, workspace_id: int, list_id: UUID) -> int:
    """How many contacts are on it: counted, 60 ms for a million."""
    return await repo.size_of_list(conn, workspace_id, list_id)


async def join_list(conn: Connection, workspace_id: int, list_id: UUID, contact_ids: Sequence[int]) -> int:
    """Put contacts on a list; how many were not on it before."""
    return await repo.join_list(conn, workspace_id, list_id, contact_ids) if contact_ids else 0


async def join_list_merged(
    conn: Connection, workspace_id: int, list_id: UUID, merged: Sequence[Merged]
) -> None:
    """As `join_list`, with what `merge` answered in this very transaction."""
    if new := [one.id for one in merged if one.created]:
        await repo.enlist(conn, workspace_id, list_id, new)
    if known := [one.id for one in merged if not one.created]:
        await repo.join_list(conn, workspace_id, list_id, known)


async def leave_list(conn: Connection, workspace_id: int, list_id: UUID, contact_ids: Sequence[int]) -> int:
    """Take contacts off a list; how many were on it."""
    return await repo.leave_list(conn, workspace_id, list_id, contact_ids)

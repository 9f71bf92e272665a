"""Contacts merge, lists hold them."""

import asyncio

import pytest

from chappe.contacts import service
from chappe.contacts.errors import ListNameTaken, UnknownContact, UnknownList
from chappe.contacts.model import Contact, ContactFilter, ContactState, IncomingContact, Merged
from chappe.db.pool import Connection, Database
from chappe.kit.ids import uuid7

PARIS = "Europe/Paris"
ANNA, BORIS = 33612345678, 33698765432


async def workspace(database: Database, name: str = "ACME") -> int:
    key: int = await database.engine.fetchval("insert into workspace (name) values ($1) returning id", name)
    return key


def told(
    phone: int, language: str | None = None, country: str | None = None, **values: str
) -> IncomingContact:
    return IncomingContact(phone=phone, zones=PARIS, language=language, country=country, attributes=values)


async def one(conn: Connection, workspace_id: int, phone: int) -> Contact:
    return (await service.by_phone(conn, workspace_id, [phone]))[phone]


async def test_a_new_contact_is_added_once(database: Database) -> None:
    here = await workspace(database)
    async with database.transaction(here) as conn:
        first = await service.merge(conn, here, [told(ANNA, first_name="Anna"), told(BORIS)])
        again = await service.merge(conn, here, [told(BORIS), told(ANNA, first_name="Anna")])
        anna = await one(conn, here, ANNA)
    assert [(m.created, m.changed) for m in first] == [(True, True), (True, True)]
    assert [(m.created, m.changed) for m in again] == [(False, False), (False, False)]
    assert [m.id for m in again] == [first[1].id, first[0].id]
    assert (anna.country, anna.zones, anna.state) == ("FR", PARIS, ContactState.ACTIVE)
    assert anna.attributes == {"first_name": "Anna"}


async def test_what_is_not_told_is_kept(database: Database) -> None:
    here = await workspace(database)
    async with database.transaction(here) as conn:
        await service.merge(conn, here, [told(ANNA, language="fr", first_name="Anna", city="Lyon")])
        merged = await service.merge(conn, here, [told(ANNA, city="Nice", country="CH")])
        anna = await one(conn, here, ANNA)
        unchanged = await service.merge(conn, here, [told(ANNA)])
    assert merged[0].changed
    assert not merged[0].created
    assert anna.attributes == {"first_name": "Anna", "city": "Nice"}
    assert (anna.language, anna.country) == ("fr", "CH")
    assert not unchanged[0].changed


async def test_workspaces_do_not_see_each_other(database: Database) -> None:
    here, there = await workspace(database), await workspace(database, "Other")
    async with database.engine_transaction() as conn:
        mine = await service.merge(conn, here, [told(ANNA, first_name="Anna")])
        theirs = await service.merge(conn, there, [told(ANNA, first_name="Anne")])
        assert mine[0].id != theirs[0].id
        assert (await one(conn, here, ANNA)).attributes == {"first_name": "Anna"}
        with pytest.raises(UnknownContact):
            await service.get_contact(conn, there, mine[0].id)
        with pytest.raises(UnknownContact):
            await service.get_contact(conn, there, None)


@pytest.mark.parametrize(("more", "changed"), [({"city": "Lyon"}, True), ({"first_name": "Anna"}, False)])
async def test_two_who_add_one_person_both_count(
    database: Database, more: dict[str, str], changed: bool
) -> None:
    """The second finds nobody, waits for the first at the insert, and merges."""
    here = await workspace(database)

    async def second() -> list[Merged]:
        async with database.engine_transaction() as conn:
            return await service.merge(conn, here, [told(ANNA, **more), told(BORIS)])

    async with database.engine_transaction() as conn:
        first = await service.merge(conn, here, [told(ANNA, first_name="Anna")])
        waiting = asyncio.create_task(second())
        while not await database.engine.fetchval("select count(*) from pg_locks where not granted"):
            await asyncio.sleep(0)
    merged, other = await waiting
    assert merged == Merged(first[0].id, created=False, changed=changed)
    assert other.created
    async with database.engine_transaction() as conn:
        assert (await one(conn, here, ANNA)).attributes == {"first_name": "Anna"} | more


async def test_lists_and_their_members(database: Database) -> None:
    here = await workspace(database)
    async with database.transaction(here) as conn:
        vip = await service.create_list(conn, here, " VIP ")
        other = await service.list_named(conn, here, "Others")
        assert vip.name == "VIP"
        assert (await service.list_named(conn, here, "VIP")).id == vip.id
        merged = await service.merge(conn, here, [told(ANNA), told(BORIS)])
        ids = [m.id for m in merged]
        assert await service.join_list(conn, here, vip.id, ids) == 2
        assert await service.join_list(conn, here, vip.id, ids) == 0
        assert await service.size_of_list(conn, here, vip.id) == 2
        assert await service.leave_list(conn, here, vip.id, [ids[0]]) == 1
        assert await service.size_of_list(conn, here, other.id) == 0
        assert [known.id for known in await service.page_lists(conn, here, after=None, limit=9)] == [
            vip.id,
            other.id,
        ]
        assert await service.page_lists(conn, here, after=other.id, limit=9) == []
        with pytest.raises(UnknownList, match="lst_"):
            await service.require_lists(conn, here, [vip.id, uuid7()])


async def test_a_name_is_taken_once(database: Database) -> None:
    here = await workspace(database)
    async with database.transaction(here) as conn:
        await service.create_list(conn, here, "VIP")
        with pytest.raises(ListNameTaken, match="VIP"):
            await service.create_list(conn, here, "VIP ")


async def test_pages_and_filters(database: Database) -> None:
    here = await workspace(database)
    async with database.transaction(here) as conn:
        merged = await service.merge(conn, here, [told(ANNA + n) for n in range(5)])
        some = await service.create_list(conn, here, "some")
        await service.join_list(conn, here, some.id, [merged[1].id, merged[3].id])
        pages = []
        after = None
        while page := await service.page_contacts(conn, here, ContactFilter(), after=after, limit=2):
            pages.append([contact.phone - ANNA for contact in page])
            after = page[-1].id
        assert pages == [[0, 1], [2, 3], [4]]

        async def found(which: ContactFilter, after: int | None = None) -> list[int]:
            return [
                c.phone - ANNA for c in await service.page_contacts(conn, here, which, after=after, limit=9)
            ]

        assert await found(ContactFilter(phone=ANNA + 2)) == [2]
        assert await found(ContactFilter(contact_id=merged[4].id)) == [4]
        assert await found(ContactFilter(list_id=some.id)) == [1, 3]
        assert await found(ContactFilter(list_id=some.id), after=merged[1].id) == [3]
        assert await found(ContactFilter(list_id=some.id, phone=ANNA + 3)) == [3]
        assert await found(ContactFilter(list_id=some.id, phone=ANNA)) == []
        assert await found(ContactFilter(phone=ANNA), after=merged[0].id) == []


async def test_attributes_are_known_by_their_first_label(database: Database) -> None:
    here = await workspace(database)
    async with database.transaction(here) as conn:
        await service.name_attributes(conn, here, {"first_name": "Prénom", "city": "Ville"})
        await service.name_attributes(conn, here, {"first_name": "First name"})
        await service.name_attributes(conn, here, {})
        assert await service.attribute_names(conn, here) == {"first_name", "city"}
        assert await conn.fetchval("select label from attribute where name = 'first_name'") == "Prénom"

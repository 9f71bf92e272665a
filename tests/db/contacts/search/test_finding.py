"""Contacts are found by name and number, narrowed and sorted, in the web role."""

from collections.abc import Sequence

import pytest

from chappe.contacts import service
from chappe.contacts.model import ContactState, IncomingContact
from chappe.contacts.search import finding, indexing
from chappe.contacts.search.finding import Narrowed, Order
from chappe.db.pool import Connection, Database

PEOPLE = [
    ("Étienne", "Dupont"),
    ("Anna", "Dupond"),
    ("Zoé", "Éluard"),
    ("Éric", "de La Tour"),
    ("Mohamed", "Estève"),
    ("Anna", "Zidane"),
]
FIRST = 33612340000


def people(names: Sequence[tuple[str, str]] = PEOPLE, first: int = FIRST) -> list[IncomingContact]:
    return [
        IncomingContact(
            phone=first + n,
            zones="Europe/Paris",
            attributes={"first_name": given, "last_name": family},
        )
        for n, (given, family) in enumerate(names)
    ]


@pytest.fixture
async def here(database: Database) -> int:
    key: int = await database.engine.fetchval("insert into workspace (name) values ('ACME') returning id")
    async with database.transaction(key) as conn:
        await service.merge(conn, key, people())
    return key


async def names(
    conn: Connection, here: int, which: Narrowed, order: Order = Order.NAME, country: str | None = "FR"
) -> list[str]:
    search = await finding.prepare(conn, here, which, country)
    found = await finding.page(conn, here, search, order, None, 50)
    assert await finding.count(conn, here, search) == len(found)
    return [each.contact.attributes.get("last_name", "?") for each in found]


async def test_they_sort_as_people_do(database: Database, here: int) -> None:
    expected = ["de La Tour", "Dupond", "Dupont", "Éluard", "Estève", "Zidane"]
    async with database.transaction(here) as conn:
        assert await names(conn, here, Narrowed()) == expected
        assert await names(conn, here, Narrowed(), Order.NAME_DOWN) == expected[::-1]
        assert await names(conn, here, Narrowed(), Order.ADDED) == [family for _, family in PEOPLE]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("dup", ["Dupond", "Dupont"]),
        ("DUPÓNT", ["Dupont"]),
        ("anna", ["Dupond", "Zidane"]),
        ("anna z", ["Zidane"]),
        ("z anna", ["Zidane"]),
        ("tour", ["de La Tour"]),
        ("etienne", ["Dupont"]),
        ("e", ["de La Tour", "Dupont", "Éluard", "Estève"]),
        ("uponт", []),
        ("06 12 34 00 02", ["Éluard"]),
        ("+33 6 1234 0002", ["Éluard"]),
        ("0003", ["de La Tour"]),
        ("2340003", ["de La Tour"]),
        ("0612", ["de La Tour", "Dupond", "Dupont", "Éluard", "Estève", "Zidane"]),
        ("0613", []),
    ],
)
async def test_they_are_found_while_typing(
    database: Database, here: int, text: str, found: list[str]
) -> None:
    async with database.transaction(here) as conn:
        assert await names(conn, here, Narrowed(text=text)) == found


async def test_pages_follow_one_another_both_ways(database: Database, here: int) -> None:
    async with database.transaction(here) as conn:
        search = await finding.prepare(conn, here, Narrowed(), "FR")
        for order in Order:
            whole = await finding.page(conn, here, search, order, None, 50)
            first = await finding.page(conn, here, search, order, None, 2)
            rest = await finding.page(conn, here, search, order, first[-1].place, 50)
            back = await finding.page(conn, here, search, order.turned, rest[0].place, 50)
            assert [*first, *rest] == whole
            assert back[::-1] == first


async def test_narrowed_by_all_at_once(database: Database, here: int) -> None:
    async with database.transaction(here) as conn:
        by_phone = await service.ids_by_phone(conn, here, [FIRST + n for n in range(6)])
        vip = await service.create_list(conn, here, "VIP")
        await service.join_list(
            conn, here, vip.id, [by_phone[FIRST], by_phone[FIRST + 1], by_phone[FIRST + 2]]
        )
        await conn.execute("update contact set state = 2 where phone = $1", FIRST + 1)
        await conn.execute("update contact set state = 3 where phone = $1", FIRST + 2)
        for n, state in ((0, "withdrawn"), (1, "granted")):
            await conn.execute(
                "insert into consent (workspace_id, contact_id, purpose, state, basis)"
                " values ($1, $2, 'marketing', $3, 'x')",
                here, by_phone[FIRST + n], state,
            )  # fmt: skip
        on_list = Narrowed(list_id=vip.id)
        assert await names(conn, here, on_list) == ["Dupond", "Dupont"]
        assert await names(conn, here, Narrowed(list_id=vip.id, states=(ContactState.ARCHIVED,))) == [
            "Éluard"
        ]
        assert await names(conn, here, Narrowed(states=(ContactState.BLOCKED,))) == ["Dupond"]
        assert await names(conn, here, Narrowed(consent=("withdrawn",))) == ["Dupont"]
        assert await names(conn, here, Narrowed(consent=("granted",))) == ["Dupond"]
        assert await names(conn, here, Narrowed(consent=("none",), text="anna")) == ["Zidane"]
        assert await names(conn, here, Narrowed(countries=("FR",), list_id=vip.id, text="0612")) == [
            "Dupond",
            "Dupont",
        ]
        assert await names(conn, here, Narrowed(countries=("BE",))) == []


async def test_a_new_name_replaces_the_old(database: Database, here: int) -> None:
    async with database.transaction(here) as conn:
        await service.merge(conn, here, people([("Étienne", "Martin")]))
        assert await names(conn, here, Narrowed(text="dupont")) == []
        assert await names(conn, here, Narrowed(text="etienne m")) == ["Martin"]
        assert await names(conn, here, Narrowed()) == [
            "de La Tour", "Dupond", "Éluard", "Estève", "Martin", "Zidane",
        ]  # fmt: skip


async def test_many_are_found_once_the_queue_is_worked_off(database: Database, here: int) -> None:
    many = people([(f"P{n}", f"N{n}") for n in range(indexing.AT_ONCE + 1)], FIRST + 100)
    async with database.transaction(here) as conn:
        await service.merge(conn, here, many)
        assert await names(conn, here, Narrowed(text="n500")) == []
        assert await indexing.waiting(conn, here) == len(many)
    async with database.engine_transaction() as conn:
        assert not await indexing.index_next(conn), "the queue still grows"
        await conn.execute("update contact_unindexed set at = at - interval '3 seconds'")
        assert await indexing.index_next(conn)
        assert not await indexing.index_next(conn)
    async with database.transaction(here) as conn:
        assert await names(conn, here, Narrowed(text="n500")) == ["N500"]
        assert await indexing.waiting(conn, here) == 0


async def test_who_was_written_by_the_version_before_is_found_too(database: Database, here: int) -> None:
    async with database.engine_transaction() as conn:
        await conn.execute("delete from contact_search where contact_id % 2 = 0")
        reached = await indexing.queue_missing(conn, 0)
        assert reached is not None
        assert await indexing.queue_missing(conn, reached) is None
        await conn.execute("update contact_unindexed set at = at - interval '3 seconds'")
        while await indexing.index_next(conn):
            pass
    async with database.transaction(here) as conn:
        assert len(await names(conn, here, Narrowed())) == len(PEOPLE)


async def test_nothing_is_left_of_a_contact_that_is_deleted(database: Database, here: int) -> None:
    async with database.engine_transaction() as conn:
        await conn.execute("delete from contact where workspace_id = $1", here)
        for table in ("contact_search", "contact_word", "contact_event"):
            assert await conn.fetchval(f"select count(*) from {table}") == 0


async def test_another_workspace_finds_nobody(database: Database, here: int) -> None:
    there = await database.engine.fetchval("insert into workspace (name) values ('Other') returning id")
    async with database.transaction(there) as conn:
        assert await names(conn, there, Narrowed(text="dup")) == []
        assert await names(conn, here, Narrowed(text="dup")) == [], "row-level security"


async def test_where_very_many_are_found_they_come_in_order_of_the_words(
    database: Database, here: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "_FEW", 0)
    async with database.transaction(here) as conn:
        search = await finding.prepare(conn, here, Narrowed(text="e"), "FR")
        assert search.few is None
        down = await finding.page(conn, here, search, Order.NAME_DOWN, None, 50)
        whole = await finding.page(conn, here, search, Order.NAME, None, 50)
        first = await finding.page(conn, here, search, Order.NAME, None, 2)
        rest = await finding.page(conn, here, search, Order.NAME, first[-1].place, 50)
        assert [each.place.sort_key for each in whole] == ["eluard", "eric", "esteve", "etienne"]
        assert [*first, *rest] == whole
        assert down == whole[::-1]

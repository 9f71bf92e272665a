"""The suppression list is narrowed and searched without being read whole."""

import json

import pytest

from chappe.consent import listing
from chappe.consent.listing import Narrowed
from chappe.consent.model import NewSuppression, SuppressionScope
from chappe.consent.repo import SQL
from chappe.consent.service import forget_numbers, suppress
from chappe.db.pool import Database

FIRST, MANY = 33600000000, 20_000


@pytest.fixture
async def here(database: Database) -> int:
    workspace_id: int = await database.engine.fetchval(
        "insert into workspace (name, default_country) values ('ACME', 'FR') returning id"
    )
    await database.engine.execute(
        "insert into suppression (workspace_id, phone, scope, reason, source)"
        " select $1, $2::bigint + n * 7, 'marketing', 'stop', 'inbound'"
        " from generate_series(1, $3::integer) as n",
        workspace_id,
        FIRST,
        MANY,
    )
    await database.engine.execute("analyze suppression")
    return workspace_id


async def found(database: Database, here: int, **which: object) -> list[int | None]:
    narrowed = Narrowed(**which)  # type: ignore[arg-type]  # its fields by name
    async with database.transaction(here) as conn:
        rows = await listing.page(conn, here, narrowed, sort="-created", after=None, limit=50)
    return [row.phone for row in rows]


async def test_a_number_is_found_by_its_end_and_its_beginning(database: Database, here: int) -> None:
    number = FIRST + 12_345 * 7
    digits = str(number)
    assert number in await found(database, here, number=digits[-4:])
    assert await found(database, here, number=digits[-6:]) == [number]
    assert await found(database, here, number=f"0{digits[2:]}") == [number]
    assert await found(database, here, number=f"+{digits}") == [number]
    assert await found(database, here, number="+4477") == []
    assert await found(database, here, number="anna") == []


async def test_reasons_and_what_somebody_wrote(database: Database, here: int) -> None:
    async with database.transaction(here) as conn:
        said = NewSuppression(
            phone=33711111111, scope=SuppressionScope.ALL, reason="Rang us up", source="page"
        )
        await suppress(conn, here, [said])
        await forget_numbers(conn, here, [33722222222], database.number_keys)
    assert await found(database, here, reasons=["other"]) == [33711111111]
    assert await found(database, here, reasons=["erased"]) == [None]
    assert await found(database, here, reasons=["erased", "other"]) == [None, 33711111111]
    assert len(await found(database, here, scopes=["marketing"], sources=["inbound"])) == 50


async def test_no_search_reads_the_list_whole(database: Database, here: int) -> None:
    statements = (
        (SQL.held_ending, (here, 6415, 4, 6415, 2_000)),
        (SQL.held_in_range, (here, FIRST, FIRST + 700, 2_000)),
        (SQL.listed_newest, (here, 2**62, None, None, None, [], [5, 6], 51)),
        (SQL.listed_newest, (here, 2**62, None, None, None, [], None, 51)),
    )
    async with database.transaction(here) as conn:
        for statement, given in statements:
            plan = json.dumps(await conn.fetchval(f"explain (format json) {statement}", *given))
            assert "Seq Scan" not in plan, plan
        ending = json.dumps(
            await conn.fetchval(f"explain (format json) {SQL.held_ending}", *statements[0][1])
        )
        assert "suppression_ending" in ending

"""What carriers tell of numbers becomes suppressions, and life ends what was told by mistake."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from chappe.consent import service
from chappe.consent.model import SuppressionScope
from chappe.consent.told.hearing import SQL, hear, shows_life
from chappe.consent.told.model import DAYS_REPEATED, Meaning, Told
from chappe.db.pool import Connection, Database

ANNA, BORIS = 33612345678, 33698765432
CARRIER, OTHER = 1, 2
MARKETING = SuppressionScope.MARKETING
START = datetime(2026, 11, 2, 9, tzinfo=UTC)


async def workspace(database: Database) -> int:
    key: int = await database.engine.fetchval("insert into workspace (name) values ('ACME') returning id")
    return key


async def nobody(since: Mapping[int, int]) -> set[int]:
    return set()


async def held(conn: Connection, here: int) -> list[tuple[object, ...]]:
    rows = await conn.fetch(
        "select phone, scope, reason, source, raw from suppression where workspace_id = $1"
        " and lifted_at is null order by phone",
        here,
    )
    return [tuple(row) for row in rows]


async def test_a_word_means_what_its_carrier_means(database: Database) -> None:
    here = await workspace(database)
    async with database.transaction(here) as conn:
        await conn.execute(SQL.set_word, here, CARRIER, "0x0000040b", Meaning.OPTED_OUT.value)
        await conn.execute(SQL.set_word, here, CARRIER, "err:021", Meaning.DEACTIVATED.value)
        told = [
            Told(CARRIER, ANNA, "0x0000040B", 7),
            Told(CARRIER, BORIS, "err:021", 8),
            Told(OTHER, ANNA + 1, "err:021", 9),
            Told(CARRIER, ANNA + 2, "err:099", 10),
        ]
        assert await hear(conn, here, told, nobody, at=START) == [ANNA, BORIS]
        assert await hear(conn, here, told, nobody, at=START) == []
        assert await held(conn, here) == [
            (ANNA, "marketing", "refused", "carrier", "0x0000040B"),
            (BORIS, "marketing", "deactivated", "carrier", "err:021"),
        ]


async def test_a_number_that_is_not_known_once_is_only_doubted(database: Database) -> None:
    here = await workspace(database)
    told = [Told(CARRIER, ANNA, "0x0000000B RINVDSTADR", 7)]
    async with database.transaction(here) as conn:
        for day in range(DAYS_REPEATED - 1):
            for _ in range(3):
                assert await hear(conn, here, told, nobody, at=START + timedelta(days=day)) == []

        async def arrived(since: Mapping[int, int]) -> set[int]:
            assert since == {ANNA: 7}
            return {ANNA}

        last = START + timedelta(days=DAYS_REPEATED)
        assert await hear(conn, here, told, arrived, at=last) == []
        assert await hear(conn, here, told, nobody, at=last) == [ANNA]
        assert (await held(conn, here))[0][2] == "deactivated"


async def test_a_number_that_writes_to_us_is_somebodys(database: Database) -> None:
    here = await workspace(database)
    async with database.transaction(here) as conn:
        await conn.execute(SQL.set_word, here, CARRIER, "err:021", Meaning.DEACTIVATED.value)
        await conn.execute(SQL.set_word, here, CARRIER, "err:022", Meaning.OPTED_OUT.value)
        told = [Told(CARRIER, ANNA, "err:021"), Told(CARRIER, BORIS, "err:022")]
        await hear(conn, here, told, nobody, at=START)
        assert await shows_life(conn, here, [ANNA, BORIS]) == [ANNA]
        assert await service.suppressed(conn, here, [ANNA, BORIS]) == {BORIS: MARKETING}
        assert await shows_life(conn, here, []) == []


async def test_erasing_takes_what_carriers_told(database: Database) -> None:
    here = await workspace(database)
    async with database.transaction(here) as conn:
        await hear(conn, here, [Told(CARRIER, ANNA, "0x0000000B")], nobody, at=START)
        await service.forget_numbers(conn, here, [ANNA], database.number_keys)
        assert await conn.fetchval("select count(*) from carrier_told") == 0

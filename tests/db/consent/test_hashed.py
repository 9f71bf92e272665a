"""Numbers that were erased stay suppressed by a keyed hash, whichever way they come back."""

import pytest

from chappe.consent import service
from chappe.consent.hashed.matching import recognise_all
from chappe.consent.jobs import match_waiting
from chappe.consent.model import NewSuppression, SuppressionScope
from chappe.consent.replay import replay_kept
from chappe.contacts import service as contacts
from chappe.contacts.model import IncomingContact
from chappe.db.errors import NumberKeyMissing
from chappe.db.kept import KeptChange
from chappe.db.number_keys import NO_KEYS, NumberKeys
from chappe.db.pool import Connection, Database
from chappe.gate.model import Suppressed
from chappe.gate.service import recipients_of_phones

ANNA, BORIS, CHLOE = 33612345678, 33698765432, 33611111111
MARKETING, ALL = SuppressionScope.MARKETING, SuppressionScope.ALL


async def workspace(database: Database) -> int:
    key: int = await database.engine.fetchval("insert into workspace (name) values ('ACME') returning id")
    return key


def stop(phone: int, scope: SuppressionScope = MARKETING) -> NewSuppression:
    return NewSuppression(phone=phone, scope=scope, reason="stop", source="inbound", raw="STOP, I am Anna")


async def add(conn: Connection, here: int, *phones: int) -> None:
    await contacts.merge(conn, here, [IncomingContact(phone=phone, zones="Europe/Paris") for phone in phones])


async def rows(conn: Connection, here: int) -> list[tuple[object, ...]]:
    found = await conn.fetch(
        "select phone, scope, reason, raw, phone_hash is not null from suppression where workspace_id = $1"
        " order by phone, scope",
        here,
    )
    return [tuple(row) for row in found]


async def test_forgetting_leaves_a_hash_and_no_words(database: Database) -> None:
    here = await workspace(database)
    async with database.transaction(here) as conn:
        said = NewSuppression(phone=BORIS, scope=ALL, reason="Boris rang us up", source="page")
        await service.suppress(conn, here, [stop(ANNA), said])
        lifted, _ = await service.ensure_suppressed(conn, here, stop(CHLOE))
        await service.lift(conn, here, lifted.id, "key")
        await service.forget_numbers(conn, here, [ANNA, BORIS, CHLOE], database.number_keys)
        assert sorted(await rows(conn, here), key=str) == [
            (None, "all", "erased", None, True),
            (None, "marketing", "erased", None, True),
            (None, "marketing", "stop", None, True),
            (None, "marketing", "stop", None, True),
        ]
        assert await service.suppressed(conn, here, [ANNA, BORIS, CHLOE]) == {}
        scopes = await service.hashed_scopes(
            conn, here, [ANNA, BORIS, CHLOE, 33600000000], database.number_keys
        )
    assert scopes == {ANNA: MARKETING, BORIS: ALL, CHLOE: MARKETING}


async def test_a_hash_tells_nothing_to_another_workspace(database: Database) -> None:
    here, there = await workspace(database), await workspace(database)
    hashes = []
    for place in (here, there):
        async with database.transaction(place) as conn:
            await service.forget_numbers(conn, place, [ANNA], database.number_keys)
            hashes.append(await conn.fetchval("select phone_hash from suppression"))
    assert len(set(hashes)) == 2


async def test_the_log_that_outlives_a_restore_is_not_told_the_number(database: Database) -> None:
    here = await workspace(database)
    async with database.transaction(here) as conn:
        await service.suppress(conn, here, [stop(ANNA)])
    async with database.transaction(here) as conn:
        await service.forget_numbers(conn, here, [ANNA, BORIS], database.number_keys)
    kept = await database.engine.fetch("select body from kept_change order by id")
    assert all("phone" not in row["body"] for row in kept)
    assert [len(row["body"]["hash"]) for row in kept] == [64, 64]


async def test_a_restore_of_an_older_database_brings_nobody_back(database: Database) -> None:
    here = await workspace(database)
    async with database.transaction(here) as conn:
        await service.forget_numbers(conn, here, [ANNA], database.number_keys)
    taken = await database.engine.fetch("delete from kept_change returning workspace_id, kind, body, at")
    kept = [KeptChange(**dict(row)) for row in taken]
    async with database.engine_transaction() as conn:  # as the backup had it
        await conn.execute("delete from suppression")
        await conn.execute("delete from suppression_scheme")
        await add(conn, here, ANNA, BORIS)
        assert await replay_kept(conn, kept) == 1
        assert await replay_kept(conn, kept) == 0
    await match_waiting(database)
    async with database.transaction(here) as conn:
        assert await service.suppressed(conn, here, [ANNA, BORIS]) == {ANNA: MARKETING}


async def test_a_new_contact_is_recognised(database: Database) -> None:
    here = await workspace(database)
    async with database.transaction(here) as conn:
        await add(conn, here, ANNA)  # before there is any hash nothing is queued
        assert await conn.fetchval("select count(*) from suppression_unmatched") == 0
        await conn.execute("delete from contact")
        await service.forget_numbers(conn, here, [ANNA], database.number_keys)
    async with database.transaction(here) as conn:
        await add(conn, here, ANNA, BORIS)
    await match_waiting(database)
    async with database.transaction(here) as conn:
        assert await service.suppressed(conn, here, [ANNA, BORIS]) == {ANNA: MARKETING}
        assert await rows(conn, here) == [(ANNA, "marketing", "erased", None, False)]
        assert await conn.fetchval("select count(*) from suppression_unmatched") == 0


async def test_a_changed_number_is_recognised(database: Database) -> None:
    here = await workspace(database)
    async with database.transaction(here) as conn:
        await service.forget_numbers(conn, here, [ANNA], database.number_keys)
        await add(conn, here, BORIS)
        await conn.execute("update contact set phone = $1", ANNA)
    await recognise_all(database, here)
    async with database.transaction(here) as conn:
        assert await service.suppressed(conn, here, [ANNA]) == {ANNA: MARKETING}


async def test_erasing_does_not_bring_the_number_back(database: Database) -> None:
    """The contact is erased after its number was queued, and before it was looked up."""
    here = await workspace(database)
    async with database.transaction(here) as conn:
        await service.forget_numbers(conn, here, [BORIS], database.number_keys)
        await add(conn, here, ANNA)
        await service.forget_numbers(conn, here, [ANNA], database.number_keys)
        await conn.execute("delete from contact")
    await match_waiting(database)
    async with database.transaction(here) as conn:
        assert [row[0] for row in await rows(conn, here)] == [None, None]
        assert await conn.fetchval("select count(*) from suppression_unmatched") == 0


async def test_the_gate_knows_who_is_no_contact(database: Database) -> None:
    here = await workspace(database)
    async with database.transaction(here) as conn:
        await service.suppress(conn, here, [stop(BORIS, ALL)])
        await service.forget_numbers(conn, here, [ANNA, BORIS], database.number_keys)
        found = await recipients_of_phones(conn, here, [ANNA, BORIS, CHLOE], database.number_keys)
    assert [each.suppressed for each in found] == [Suppressed.MARKETING, Suppressed.ALL, Suppressed.NO]


async def test_keys_turn_and_older_hashes_are_looked_up_still(database: Database) -> None:
    here = await workspace(database)
    old, new = b"o" * 32, b"n" * 32
    before, after = NumberKeys([old]), NumberKeys([new, old])
    async with database.transaction(here) as conn:
        await service.forget_numbers(conn, here, [ANNA], before)
        await service.forget_numbers(conn, here, [BORIS], after)
        both = await service.hashed_scopes(conn, here, [ANNA, BORIS], after)
        assert both == {ANNA: MARKETING, BORIS: MARKETING}
        # Who is erased again goes under the new key.
        await service.forget_numbers(conn, here, [ANNA], after)
        keys = await conn.fetch(
            "select s.key_id from suppression as h join suppression_scheme as s on s.id = h.scheme_id"
        )
    assert [row["key_id"] for row in keys] == [after.ids[0]] * 2


@pytest.mark.parametrize("ring", [NO_KEYS, NumberKeys([b"x" * 32])])
async def test_without_the_key_nothing_is_decided(database: Database, ring: NumberKeys) -> None:
    here = await workspace(database)
    async with database.transaction(here) as conn:
        await service.forget_numbers(conn, here, [ANNA], database.number_keys)
        with pytest.raises(NumberKeyMissing):
            await recipients_of_phones(conn, here, [BORIS], ring)
    blind = Database(database.dsn, database.engine, database.web, ring)
    with pytest.raises(NumberKeyMissing):
        await recognise_all(blind, here)

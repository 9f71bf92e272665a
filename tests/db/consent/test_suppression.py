"""Suppressions hold until lifted, and are told to senders."""

import asyncio

import pytest

from chappe.consent import service
from chappe.consent.errors import UnknownSuppression
from chappe.consent.model import ConsentState, NewSuppression, StatedConsent, SuppressionScope
from chappe.contacts import service as contacts
from chappe.contacts.model import IncomingContact
from chappe.db.pool import Database

ANNA, BORIS = 33612345678, 33698765432
MARKETING, ALL = SuppressionScope.MARKETING, SuppressionScope.ALL
PROOF = StatedConsent(basis="express", source="shop form", text="I agree to receive texts from ACME")


async def workspace(database: Database) -> int:
    key: int = await database.engine.fetchval("insert into workspace (name) values ('ACME') returning id")
    return key


def wanted(phone: int, scope: SuppressionScope = MARKETING) -> NewSuppression:
    return NewSuppression(phone=phone, scope=scope, reason="asked on the phone", source="api")


async def test_suppressing_twice_is_once(database: Database) -> None:
    here = await workspace(database)
    async with database.transaction(here) as conn:
        assert await service.suppress(conn, here, [wanted(ANNA), wanted(BORIS)]) == [ANNA, BORIS]
        assert await service.suppress(conn, here, [wanted(ANNA), wanted(ANNA, ALL)]) == [ANNA]
        assert await service.suppressed(conn, here, [ANNA, BORIS, 33600000000]) == {
            ANNA: ALL,
            BORIS: MARKETING,
        }
        held, new = await service.ensure_suppressed(conn, here, wanted(BORIS))
        assert not new
        assert held.phone == BORIS


async def test_a_lifted_one_stays_as_history_and_can_come_back(database: Database) -> None:
    here = await workspace(database)
    async with database.transaction(here) as conn:
        first, _ = await service.ensure_suppressed(conn, here, wanted(ANNA))
        await service.lift(conn, here, first.id, "key")
        assert await service.suppressed(conn, here, [ANNA]) == {}
        again, new = await service.ensure_suppressed(conn, here, wanted(ANNA))
        assert new
        assert again.id != first.id
        rows = await conn.fetch("select lifted_by from suppression order by id")
        assert [row["lifted_by"] for row in rows] == ["key", None]
        for gone in (first.id, 0, None):
            with pytest.raises(UnknownSuppression):
                await service.lift(conn, here, gone, "key")


async def test_pages(database: Database) -> None:
    here = await workspace(database)
    async with database.transaction(here) as conn:
        await service.suppress(conn, here, [wanted(ANNA + n) for n in range(3)] + [wanted(ANNA, ALL)])
        page = await service.page_suppressions(conn, here, phone=None, after=None, limit=3)
        rest = await service.page_suppressions(conn, here, phone=None, after=page[-1].id, limit=3)
        of_anna = await service.page_suppressions(conn, here, phone=ANNA, after=None, limit=9)
    assert len(page) == 3
    assert len(rest) == 1
    assert {held.scope for held in of_anna} == {MARKETING, ALL}


async def test_senders_hear_of_it_at_commit(database: Database) -> None:
    here = await workspace(database)
    heard: asyncio.Queue[str] = asyncio.Queue()
    listener = await database.connection()
    await listener.add_listener("chappe_suppression", lambda *told: heard.put_nowait(str(told[3])))
    try:
        async with database.transaction(here) as conn:
            await service.suppress(conn, here, [wanted(ANNA)])
        assert await asyncio.wait_for(heard.get(), 5) == f"{here}:{ANNA}:marketing"
        async with database.transaction(here) as conn:
            await service.suppress(conn, here, [wanted(BORIS + n) for n in range(200)])
        assert await asyncio.wait_for(heard.get(), 5) == "bulk"
    finally:
        await listener.close()


async def test_consent_is_granted_once_and_its_wording_stored_once(database: Database) -> None:
    here = await workspace(database)
    async with database.transaction(here) as conn:
        merged = await contacts.merge(
            conn, here, [IncomingContact(phone=phone, zones="Europe/Paris") for phone in (ANNA, BORIS)]
        )
        ids = [m.id for m in merged]
        wording = await service.keep_wording(conn, here, PROOF.text)
        assert await service.keep_wording(conn, here, PROOF.text) == wording
        assert await service.grant_marketing(conn, here, ids[:1], PROOF, wording) == 1
        assert await service.grant_marketing(conn, here, ids, PROOF, wording) == 1
        assert await service.grant_marketing(conn, here, ids, PROOF, wording) == 0
        assert await service.grant_marketing(conn, here, [], PROOF, wording) == 0
        assert await service.marketing_states(conn, here, [*ids, 99]) == dict.fromkeys(
            ids, ConsentState.GRANTED
        )
        events = await conn.fetch("select contact_id, state, basis, source, wording_id from consent_event")
    assert [tuple(event) for event in events] == [
        (key, "granted", "express", "shop form", wording) for key in ids
    ]


async def test_who_withdrew_is_not_brought_back_by_a_file(database: Database) -> None:
    here = await workspace(database)
    async with database.transaction(here) as conn:
        merged = await contacts.merge(conn, here, [IncomingContact(phone=ANNA, zones="Europe/Paris")])
        wording = await service.keep_wording(conn, here, PROOF.text)
        await conn.execute(
            "insert into consent (workspace_id, contact_id, purpose, state, basis) "
            "values ($1, $2, 'marketing', 'withdrawn', 'keyword')",
            here,
            merged[0].id,
        )
        assert await service.grant_marketing(conn, here, [merged[0].id], PROOF, wording) == 0
        assert await service.marketing_states(conn, here, [merged[0].id]) == {
            merged[0].id: ConsentState.WITHDRAWN
        }

"""A list of another system: numbers in any spelling or hashes, taken in the background and taken back."""

import hashlib
import hmac
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from chappe.consent import service as consent
from chappe.consent.hashed.model import Algorithm, Making, Spelling
from chappe.consent.jobs import match_waiting
from chappe.consent.model import SuppressionScope
from chappe.contacts import service as contacts
from chappe.contacts.model import IncomingContact
from chappe.db.pool import Database
from chappe.kit.clock import FakeClock
from chappe.signup.stoplist import service
from chappe.signup.stoplist.errors import NotNow, SecretMissing
from chappe.signup.stoplist.jobs import run_next_list
from chappe.signup.stoplist.model import ListState, NewList, StopList

ANNA, BORIS = 33612345678, 33698765432
MARKETING = SuppressionScope.MARKETING
FILE = "name;mobile\nAnna;06 12 34 56 78\nBoris;+33 698765432\n\nCarl;nonsense\nAnna;0612345678\n"
KEY = b"their key"


async def blocks(text: str) -> AsyncIterator[bytes]:
    yield text.encode()


async def workspace(database: Database) -> int:
    key: int = await database.engine.fetchval(
        "insert into workspace (name, default_country) values ('ACME', 'FR') returning id"
    )
    return key


async def run(
    database: Database, clock: FakeClock, here: int, text: str, making: Making | None = None
) -> StopList:
    new = NewList(filename="old.csv", scope=MARKETING, reason="import", making=making)
    async with database.transaction(here) as conn:
        brought = await service.bring(conn, here, new, blocks(text), database.number_keys)
    while await run_next_list(database, clock):
        pass
    async with database.transaction(here) as conn:
        return await service.get(conn, here, brought.id)


async def test_numbers_in_any_spelling_and_the_rows_that_are_none(
    database: Database, clock: FakeClock
) -> None:
    here = await workspace(database)
    done = await run(database, clock, here, FILE)
    assert (done.state, done.added, done.held, done.rejected) == (ListState.FINISHED, 2, 1, 1)
    async with database.transaction(here) as conn:
        assert await consent.suppressed(conn, here, [ANNA, BORIS]) == {ANNA: MARKETING, BORIS: MARKETING}
        [refused] = await service.rejections(conn, here, done.id, 9)
        assert (refused.row, refused.value) == (5, "nonsense")
        assert await conn.fetchval("select count(*) from suppression_list_block") == 0


@pytest.mark.parametrize("spelling", list(Spelling))
@pytest.mark.parametrize("algorithm", [Algorithm.SHA256, Algorithm.HMAC_SHA256])
async def test_hashes_are_matched_with_who_is_here_and_who_comes(
    database: Database, clock: FakeClock, algorithm: Algorithm, spelling: Spelling
) -> None:
    here = await workspace(database)
    plus = "+" if spelling is Spelling.PLUS else ""
    texts = [f"{plus}{phone}".encode() for phone in (ANNA, BORIS)]
    if algorithm is Algorithm.SHA256:
        digests = [hashlib.sha256(text).hexdigest().upper() for text in texts]
    else:
        digests = [hmac.digest(KEY, text, "sha256").hex() for text in texts]
    async with database.transaction(here) as conn:
        await contacts.merge(conn, here, [IncomingContact(phone=ANNA, zones="Europe/Paris")])
    making = Making(algorithm, spelling, KEY if algorithm is Algorithm.HMAC_SHA256 else b"")
    done = await run(database, clock, here, "hash\n" + "\n".join([*digests, "zz"]), making)
    assert (done.added, done.rejected) == (2, 1)
    await match_waiting(database)
    async with database.transaction(here) as conn:
        assert await consent.suppressed(conn, here, [ANNA, BORIS]) == {ANNA: MARKETING}
        stored = await conn.fetch("select phone_hash from suppression where phone is null")
        assert stored[0]["phone_hash"].hex() not in [digest.lower() for digest in digests]
        await contacts.merge(conn, here, [IncomingContact(phone=BORIS, zones="Europe/Paris")])
    await match_waiting(database)
    async with database.transaction(here) as conn:
        assert set(await consent.suppressed(conn, here, [ANNA, BORIS])) == {ANNA, BORIS}


async def test_undone_but_for_who_asked_themselves(database: Database, clock: FakeClock) -> None:
    here = await workspace(database)
    done = await run(database, clock, here, FILE)
    async with database.engine_transaction() as conn:
        await consent.handle_inbound_text(conn, here, ANNA, "38200", "STOP", at=datetime.now(UTC))
        await service.undo(conn, done)
        with pytest.raises(NotNow):
            await service.undo(conn, done)
    assert await run_next_list(database, clock)
    async with database.transaction(here) as conn:
        found = await service.get(conn, here, done.id)
        assert (found.state, found.lifted) == (ListState.UNDONE, 1)
        assert await consent.suppressed(conn, here, [ANNA, BORIS]) == {ANNA: MARKETING}


async def test_an_hmac_needs_its_key(database: Database) -> None:
    here = await workspace(database)
    making = Making(Algorithm.HMAC_SHA256)
    new = NewList(filename="old.csv", scope=MARKETING, reason="import", making=making)
    async with database.transaction(here) as conn:
        with pytest.raises(SecretMissing):
            await service.bring(conn, here, new, blocks("x"), database.number_keys)


async def test_what_holds_neither_fails_in_words(database: Database, clock: FakeClock) -> None:
    here = await workspace(database)
    done = await run(database, clock, here, "name\nAnna\nBoris\n")
    assert (done.state, done.error) == (ListState.FAILED, "nothing_understood")

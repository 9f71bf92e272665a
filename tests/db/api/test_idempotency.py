"""Keys in the database: one transaction holds a key, and its answer is there when that commits."""

import pytest

from chappe.accounts import service as accounts
from chappe.accounts.passwords import Passwords
from chappe.api import idempotency
from chappe.api.idempotency import Answer, Keyed, Standing
from chappe.db.pool import Database

KEYED = Keyed("k1", b"f" * 32)
ANSWER = Answer(201, b'{"id": 1}')


@pytest.fixture
async def workspace(database: Database) -> int:
    async with database.engine_transaction() as conn:
        made = await accounts.first_run(conn, Passwords(), password="correct horse battery")
    assert made is not None
    return made.workspace_id


async def test_a_key_is_fresh_then_answered(database: Database, workspace: int) -> None:
    async with database.transaction(workspace) as conn:
        assert await idempotency.claim(conn, workspace, [KEYED]) == {"k1": Standing.FRESH}
        await idempotency.keep(conn, workspace, [(KEYED, ANSWER)])
    async with database.transaction(workspace) as conn:
        assert await idempotency.claim(conn, workspace, [KEYED]) == {"k1": ANSWER}


async def test_the_same_key_for_another_request(database: Database, workspace: int) -> None:
    async with database.transaction(workspace) as conn:
        await idempotency.claim(conn, workspace, [KEYED])
        await idempotency.keep(conn, workspace, [(KEYED, ANSWER)])
        other = Keyed("k1", b"g" * 32)
        assert await idempotency.claim(conn, workspace, [other]) == {"k1": Standing.REUSED}


async def test_a_key_under_way_is_in_use_until_its_transaction_ends(
    database: Database, workspace: int
) -> None:
    async with database.transaction(workspace) as first:
        await idempotency.claim(first, workspace, [KEYED])
        async with database.transaction(workspace) as second:
            assert await idempotency.claim(second, workspace, [KEYED]) == {"k1": Standing.IN_USE}
    async with database.transaction(workspace) as third:
        assert await idempotency.claim(third, workspace, [KEYED]) == {"k1": Standing.FRESH}


async def test_an_answer_is_given_again_while_another_replay_holds_the_key(
    database: Database, workspace: int
) -> None:
    async with database.transaction(workspace) as conn:
        await idempotency.keep(conn, workspace, [(KEYED, ANSWER)])
    async with database.transaction(workspace) as first, database.transaction(workspace) as second:
        assert await idempotency.claim(first, workspace, [KEYED]) == {"k1": ANSWER}
        assert await idempotency.claim(second, workspace, [KEYED]) == {"k1": ANSWER}


async def test_many_keys_at_once(database: Database, workspace: int) -> None:
    wanted = [Keyed(f"k{n}", bytes([n]) * 32) for n in range(50)]
    async with database.transaction(workspace) as conn:
        standings = await idempotency.claim(conn, workspace, wanted)
        assert set(standings.values()) == {Standing.FRESH}
        await idempotency.keep(conn, workspace, [(one, Answer(202, one.key.encode())) for one in wanted])
        again = await idempotency.claim(conn, workspace, wanted)
    assert again["k7"] == Answer(202, b"k7")


async def test_after_24_hours_a_key_is_forgotten(database: Database, workspace: int) -> None:
    async with database.transaction(workspace) as conn:
        await idempotency.keep(conn, workspace, [(KEYED, ANSWER)])
    await database.engine.execute("update idempotency set created_at = now() - interval '25 hours'")
    async with database.transaction(workspace) as conn:
        assert await idempotency.claim(conn, workspace, [KEYED]) == {"k1": Standing.FRESH}
        await idempotency.keep(conn, workspace, [(KEYED, Answer(201, b"new"))])
    async with database.transaction(workspace) as conn:
        assert await idempotency.claim(conn, workspace, [KEYED]) == {"k1": Answer(201, b"new")}


async def test_the_sweep_takes_the_old_and_leaves_the_young(database: Database, workspace: int) -> None:
    async with database.transaction(workspace) as conn:
        await idempotency.keep(conn, workspace, [(KEYED, ANSWER), (Keyed("k2", b"h" * 32), ANSWER)])
    await database.engine.execute(
        "update idempotency set created_at = now() - interval '25 hours' where key = 'k1'"
    )
    async with database.engine_transaction() as conn:
        assert await idempotency.sweep(conn) == 1
        assert await idempotency.sweep(conn) == 0
    rows = await database.engine.fetch("select key from idempotency")
    assert [row["key"] for row in rows] == ["k2"]


async def test_workspaces_do_not_share_keys(database: Database, workspace: int) -> None:
    other = await database.engine.fetchval("insert into workspace (name) values ('other') returning id")
    async with database.transaction(workspace) as conn:
        await idempotency.keep(conn, workspace, [(KEYED, ANSWER)])
    async with database.transaction(other) as conn:
        assert await idempotency.claim(conn, other, [KEYED]) == {"k1": Standing.FRESH}

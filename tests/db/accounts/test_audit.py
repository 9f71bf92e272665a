"""The audit trail in the database: append-only, chained, and every way of touching it found out."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from chappe.accounts import audit
from chappe.accounts.audit import service
from chappe.accounts.audit.sealing import Proof, seal_recorded, sealing_key, verify
from chappe.db.keys import InstanceKeys
from chappe.db.pool import Database
from chappe.kit.ids import uuid7
from chappe.kit.origin import Origin

ORIGIN = Origin("192.0.2.7", "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0")
ALL = audit.Filters()


@pytest.fixture
async def workspace(database: Database) -> int:
    return await new_workspace(database)


async def new_workspace(database: Database) -> int:
    made: int = await database.engine.fetchval("insert into workspace (name) values ('Shop') returning id")
    return made


async def record(database: Database, workspace: int, action: str = "contact.archived", **more: Any) -> None:
    async with database.transaction(workspace) as conn:
        given = {"actor": audit.Person(uuid7()), "target": "ctc_1", "address": ORIGIN} | more
        await audit.record(conn, workspace_id=workspace, action=action, **given)


async def chain_of(database: Database, keys: InstanceKeys, workspace: int, events: int) -> None:
    for number in range(events):
        await record(database, workspace, after={"number": number})
    assert await seal_recorded(database, sealing_key(keys)) == events


async def proof(database: Database, keys: InstanceKeys) -> Proof:
    (only,) = [one async for one in verify(database, keys)]
    return only


async def tampered(database: Database, *statements: str) -> None:
    """As somebody who owns the tables, and so may put the trigger aside."""
    async with database.engine_transaction() as conn:
        await conn.execute("alter table audit_event disable trigger user")
        for statement in statements:
            await conn.execute(statement)
        await conn.execute("alter table audit_event enable trigger user")


async def test_an_event_says_who_did_what_when_and_from_where(database: Database, workspace: int) -> None:
    user_id, key_id = uuid7(), uuid7()
    await record(
        database,
        workspace,
        actor=audit.Person(user_id),
        before={"state": "active", "at": datetime(2026, 3, 10, tzinfo=UTC)},
        after={"state": "archived"},
    )
    await record(database, workspace, "message.sent", actor=audit.Key(key_id), target=None, address=None)
    await record(database, workspace, "campaign.paused", actor=audit.System("budget"))
    async with database.transaction(workspace) as conn:
        third, second, first = await audit.page(conn, workspace, ALL, limit=10)
    assert (first.actor_kind, first.actor) == ("person", str(user_id))
    assert (second.actor_kind, second.actor, second.target) == ("key", str(key_id), None)
    assert (third.actor_kind, third.actor) == ("system", "budget")
    assert first.payload is not None
    assert first.payload.before == {"state": "active", "at": "2026-03-10T00:00:00Z"}
    assert first.payload.after == {"state": "archived"}
    assert (first.payload.address, first.payload.agent) == (ORIGIN.address, ORIGIN.agent)
    assert abs((first.at - datetime.now(UTC)).total_seconds()) < 60


async def test_an_event_falls_with_its_transaction(database: Database, workspace: int) -> None:
    with pytest.raises(ZeroDivisionError):
        async with database.transaction(workspace) as conn:
            await audit.record(
                conn, workspace_id=workspace, actor=audit.System("test"), action="list.created"
            )
            raise ZeroDivisionError
    async with database.transaction(workspace) as conn:
        assert await audit.page(conn, workspace, ALL, limit=10) == []


async def test_secrets_are_hidden_and_unlisted_actions_refused(database: Database, workspace: int) -> None:
    after = {"host": "smpp.example", "password": "s3cret", "deep": [{"api_key": "chp_live_1", "port": 2775}]}
    await record(database, workspace, "carrier.created", after=after)
    stored = await database.engine.fetchval("select payload from audit_event")
    assert "s3cret" not in stored
    assert "chp_live_1" not in stored
    assert "2775" in stored
    with pytest.raises(ValueError, match=r"list contact\.eaten in"):
        await record(database, workspace, "contact.eaten")


@pytest.mark.parametrize(
    "statement", ["update audit_event set action = 'list.created'", "delete from audit_event"]
)
async def test_nobody_changes_or_removes_a_row(database: Database, workspace: int, statement: str) -> None:
    await record(database, workspace)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with database.transaction(workspace) as conn:
            await conn.execute(statement)
    with pytest.raises(asyncpg.IntegrityConstraintViolationError, match="append-only"):
        await database.engine.execute(statement)
    with pytest.raises(asyncpg.IntegrityConstraintViolationError, match="append-only"):
        await database.engine.execute("truncate audit_event")


async def test_a_workspace_sees_and_writes_its_own_trail_alone(database: Database, workspace: int) -> None:
    other = await new_workspace(database)
    await record(database, other)
    async with database.transaction(workspace) as conn:
        assert await audit.page(conn, other, ALL, limit=10) == []
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
        async with database.transaction(workspace) as conn:
            await audit.record(conn, workspace_id=other, actor=audit.System("x"), action="list.created")


async def test_pages_follow_each_other_in_both_directions(database: Database, workspace: int) -> None:
    for number in range(7):
        await record(database, workspace, target=f"ctc_{number}")
    async with database.transaction(workspace) as conn:
        first = await audit.page(conn, workspace, ALL, limit=3)
        cursor = (first[-1].at, first[-1].id)
        second = await audit.page(conn, workspace, ALL, after=cursor, limit=3)
        cursor = (second[0].at, second[0].id)
        back = await audit.page(conn, workspace, ALL, sort="at", after=cursor, limit=3)
        oldest = await audit.page(conn, workspace, ALL, sort="at", limit=2)
    assert [event.target for event in first + second] == [f"ctc_{n}" for n in (6, 5, 4, 3, 2, 1)]
    assert back == first[::-1]
    assert [event.target for event in oldest] == ["ctc_0", "ctc_1"]


async def test_filters_narrow_the_trail(database: Database, workspace: int) -> None:
    person = uuid7()
    await record(database, workspace, "campaign.sent", actor=audit.Person(person), target="cmp_1")
    await record(database, workspace, "list.created", target="lst_1")
    now = datetime.now(UTC)
    for filters, found in (
        (audit.Filters(actors=[str(person)]), ["campaign.sent"]),
        (audit.Filters(things=["list"]), ["list.created"]),
        (audit.Filters(target="cmp_1"), ["campaign.sent"]),
        (audit.Filters(until=now.replace(year=2020)), []),
        (audit.Filters(since=now.replace(year=2020)), ["list.created", "campaign.sent"]),
    ):
        async with database.transaction(workspace) as conn:
            events = await audit.page(conn, workspace, filters, limit=10)
        assert [event.action for event in events] == found


async def test_people_and_keys_have_names_in_their_own_workspace_alone(
    database: Database, workspace: int
) -> None:
    other = await new_workspace(database)
    user, ours, theirs = uuid7(), uuid7(), uuid7()
    await database.engine.execute(
        "insert into user_account (id, email, name, password_hash) values ($1, 'a@b.example', 'Anna', '')",
        user,
    )
    for key, owner in ((ours, workspace), (theirs, other)):
        await database.engine.execute(
            "insert into api_key (id, workspace_id, name, prefix, hash, scopes)"
            " values ($1, $2, 'shop', 'chp', $3, '{}')",
            key,
            owner,
            key.bytes,
        )
    for actor in (audit.Person(user), audit.Key(ours), audit.Key(theirs), audit.System("planner")):
        await record(database, workspace, actor=actor)
    async with database.engine_transaction() as conn:
        events = await audit.page(conn, workspace, ALL, limit=10)
        names = await service.names_of(conn, workspace, events)
    assert names == {str(user): "Anna", str(ours): "shop"}


async def test_the_chain_is_whole_whoever_seals_and_however_often(
    database: Database, keys: InstanceKeys, workspace: int
) -> None:
    await chain_of(database, keys, workspace, 3)
    await record(database, workspace)
    assert await seal_recorded(database, sealing_key(keys)) == 1
    assert await seal_recorded(database, sealing_key(keys)) == 0
    await record(database, workspace)
    found = await proof(database, keys)
    assert (found.events, found.waiting, found.erased, found.broken) == (4, 1, 0, None)


async def test_an_erased_payload_leaves_the_chain_whole(
    database: Database, keys: InstanceKeys, workspace: int
) -> None:
    await chain_of(database, keys, workspace, 3)
    event_id: UUID = await database.engine.fetchval("select id from audit_event where seq = 2")
    async with database.engine_transaction() as conn:
        await service.erase(conn, workspace, [event_id])
    found = await proof(database, keys)
    assert (found.events, found.erased, found.broken) == (3, 1, None)
    async with database.transaction(workspace) as conn:
        events = await audit.page(conn, workspace, ALL, limit=10)
    assert events[1].payload is None


SWAP = (
    "update audit_event set seq = -1 where seq = 2",
    "update audit_event set seq = 2 where seq = 3",
    "update audit_event set seq = 3 where seq = -1",
)


@pytest.mark.parametrize(
    ("statements", "place", "why"),
    [
        (["delete from audit_event where seq = 2"], 2, "missing"),
        (["update audit_event set actor = 'somebody else' where seq = 3"], 3, "changed"),
        (["update audit_event set at = at - interval '1 day' where seq = 4"], 4, "changed"),
        (["update audit_event set payload = replace(payload, '0', '9') where seq = 1"], 1, "payload"),
        (SWAP, 2, "changed"),
        (["delete from audit_event where seq = 5"], 5, "cut"),
        (
            ["delete from audit_event where seq = 5", "update audit_head set seq = 4, hash = "
             "(select hash from audit_event where seq = 4)"],
            4,
            "seal",
        ),
        (["delete from audit_event", "delete from audit_head"], 0, ""),
    ],
)  # fmt: skip
async def test_the_first_row_that_was_touched_is_named(
    database: Database, keys: InstanceKeys, workspace: int, statements: list[str], place: int, why: str
) -> None:
    await chain_of(database, keys, workspace, 5)
    await tampered(database, *statements)
    found = await proof(database, keys)
    if why:
        assert found.broken is not None
        assert (found.broken.seq, found.broken.why) == (place, why)
    else:
        # A trail of which nothing is left at all looks like one that never began: only a backup tells.
        assert (found.events, found.broken) == (0, None)


async def test_a_chain_that_another_key_sealed_is_not_ours(
    database: Database, keys: InstanceKeys, workspace: int
) -> None:
    await chain_of(database, keys, workspace, 2)
    found = await proof(database, InstanceKeys.derive(b"another secret key of 32 bytes.."))
    assert found.broken is not None
    assert found.broken.why == "seal"

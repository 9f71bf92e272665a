"""First run, logins, sessions and keys in the database."""

import asyncio
from datetime import timedelta

import pytest
from argon2 import PasswordHasher

from chappe.accounts import service as accounts
from chappe.accounts.errors import (
    BadKeyName,
    BadLogin,
    NowhereToGo,
    NoWorkspace,
    TooManyLogins,
    UnknownKey,
    UnknownScope,
    UnknownUser,
    WeakPassword,
)
from chappe.accounts.keys import REMEMBERED, KeyRing
from chappe.accounts.logins import MOST_BY_ACCOUNT, MOST_BY_ADDRESS, WINDOW, Logins
from chappe.accounts.model import ALL_SCOPES, SESSION_LASTS, FirstRun, Scope
from chappe.accounts.passwords import RECOMMENDED, Passwords
from chappe.accounts.security.second_factor import SecondFactors
from chappe.db.keys import InstanceKeys
from chappe.db.pool import Database
from chappe.kit.clock import FakeClock
from chappe.kit.ids import uuid7
from chappe.kit.origin import Origin

PASSWORD = "correct horse battery"
KEYS = InstanceKeys.derive(b"chappe test secret key, 32 bytes")
EMAIL = "owner@localhost"


@pytest.fixture
def passwords() -> Passwords:
    return Passwords(PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1))


@pytest.fixture
async def made(database: Database, passwords: Passwords) -> FirstRun:
    async with database.engine_transaction() as conn:
        made = await accounts.first_run(conn, passwords, password=PASSWORD)
    assert made is not None
    return made


@pytest.fixture
def logins(database: Database, clock: FakeClock, passwords: Passwords) -> Logins:
    return Logins(database, clock, passwords, SecondFactors(KEYS, clock))


async def test_the_first_run_makes_one_workspace_however_many_start(
    database: Database, passwords: Passwords
) -> None:
    async def start() -> FirstRun | None:
        async with database.engine_transaction() as conn:
            return await accounts.first_run(conn, passwords)

    made = [one for one in await asyncio.gather(*(start() for _ in range(4))) if one is not None]
    assert len(made) == 1
    assert await database.engine.fetchval("select count(*) from workspace") == 1
    assert await database.engine.fetchval("select count(*) from user_account") == 1
    stored = await database.engine.fetchval("select password_hash from user_account")
    assert stored.startswith("$argon2id$")
    assert made[0].password not in stored


async def test_before_the_first_run_there_is_no_workspace(database: Database) -> None:
    async with database.engine_transaction() as conn:
        with pytest.raises(NoWorkspace, match="chappe serve"):
            await accounts.default_workspace(conn)


async def test_a_login_opens_a_session(
    database: Database, clock: FakeClock, logins: Logins, made: FirstRun
) -> None:
    opened = await logins.login(" Owner@LOCALHOST ", PASSWORD, Origin("192.0.2.1", ""))
    async with database.engine_transaction() as conn:
        session = await accounts.session_of(conn, clock, opened.token)
        assert session is not None
        assert (session.workspace_id, session.user.email) == (made.workspace_id, EMAIL)
        assert await accounts.session_of(conn, clock, "another") is None
    stored = await database.engine.fetchval("select token_hash from web_session")
    assert opened.token.encode() not in stored


async def test_a_session_lasts_while_it_is_seen(
    database: Database, clock: FakeClock, logins: Logins, made: FirstRun
) -> None:
    token = (await logins.login(EMAIL, PASSWORD, Origin("192.0.2.1", ""))).token
    clock.advance(days=13)
    async with database.engine_transaction() as conn:
        assert await accounts.session_of(conn, clock, token) is not None
    clock.advance(days=13)
    async with database.engine_transaction() as conn:
        assert await accounts.session_of(conn, clock, token) is not None
    clock.advance(seconds=SESSION_LASTS.total_seconds())
    async with database.engine_transaction() as conn:
        assert await accounts.session_of(conn, clock, token) is None
        await accounts.sweep(conn, clock)
    assert await database.engine.fetchval("select count(*) from web_session") == 0


async def test_logging_out_ends_the_session(
    database: Database, clock: FakeClock, logins: Logins, made: FirstRun
) -> None:
    token = (await logins.login(EMAIL, PASSWORD, Origin("192.0.2.1", ""))).token
    async with database.engine_transaction() as conn:
        await accounts.logout(conn, token)
        await accounts.logout(conn, token)
        assert await accounts.session_of(conn, clock, token) is None


@pytest.mark.parametrize("email", [EMAIL, "nobody@localhost"])
async def test_a_wrong_password_and_an_unknown_person_look_alike(
    logins: Logins, made: FirstRun, email: str
) -> None:
    with pytest.raises(BadLogin) as caught:
        await logins.login(email, "not the password", Origin("192.0.2.1", ""))
    assert caught.value.detail.startswith("Check the e-mail and the password.")


async def test_who_was_removed_everywhere_is_told_so_after_the_right_password(
    database: Database, logins: Logins, made: FirstRun
) -> None:
    await database.engine.execute("delete from membership")
    with pytest.raises(BadLogin):
        await logins.login(EMAIL, "not the password", Origin("192.0.2.1", ""))
    with pytest.raises(NowhereToGo):
        await logins.login(EMAIL, PASSWORD, Origin("192.0.2.1", ""))


async def test_guessing_an_account_is_slowed_down_and_ends_by_itself(
    clock: FakeClock, logins: Logins, made: FirstRun
) -> None:
    for guess in range(MOST_BY_ACCOUNT):
        with pytest.raises(BadLogin):
            await logins.login(EMAIL, f"guess number {guess}", Origin(f"192.0.2.{guess}", ""))
    with pytest.raises(TooManyLogins, match="Try again in"):
        await logins.login(EMAIL, PASSWORD, Origin("198.51.100.1", ""))
    clock.advance(seconds=WINDOW.total_seconds() + 1)
    await logins.login(EMAIL, PASSWORD, Origin("198.51.100.1", ""))


async def test_guessing_many_accounts_from_one_address_is_slowed_down(
    database: Database, clock: FakeClock, logins: Logins, made: FirstRun
) -> None:
    await database.engine.execute(
        "insert into login_failure (subject, at) select 'address 192.0.2.9', $1 from generate_series(1, $2)",
        clock.now(),
        MOST_BY_ADDRESS,
    )
    with pytest.raises(TooManyLogins):
        await logins.login(EMAIL, PASSWORD, Origin("192.0.2.9", ""))
    await logins.login(EMAIL, PASSWORD, Origin("192.0.2.10", ""))


async def test_coming_in_clears_the_account(
    database: Database, clock: FakeClock, logins: Logins, made: FirstRun
) -> None:
    with pytest.raises(BadLogin):
        await logins.login(EMAIL, "not the password", Origin("192.0.2.1", ""))
    clock.advance(seconds=1)
    await logins.login(EMAIL, PASSWORD, Origin("192.0.2.1", ""))
    rows = await database.engine.fetch("select subject from login_failure")
    assert [row["subject"] for row in rows] == ["address 192.0.2.1"]


async def test_a_new_password_ends_the_sessions(
    database: Database, clock: FakeClock, logins: Logins, passwords: Passwords, made: FirstRun
) -> None:
    token = (await logins.login(EMAIL, PASSWORD, Origin("192.0.2.1", ""))).token
    async with database.engine_transaction() as conn:
        fresh = await accounts.reset_password(conn, passwords, EMAIL)
        assert await accounts.session_of(conn, clock, token) is None
    with pytest.raises(BadLogin):
        await logins.login(EMAIL, PASSWORD, Origin("192.0.2.1", ""))
    await logins.login(EMAIL, fresh, Origin("192.0.2.1", ""))


async def test_passwords_that_cannot_be_set(database: Database, passwords: Passwords, made: FirstRun) -> None:
    async with database.engine_transaction() as conn:
        with pytest.raises(WeakPassword, match="12 characters"):
            await accounts.reset_password(conn, passwords, EMAIL, "short")
        with pytest.raises(UnknownUser, match="spelling"):
            await accounts.reset_password(conn, passwords, "nobody@localhost")


async def test_a_key_opens_its_workspace(database: Database, clock: FakeClock, made: FirstRun) -> None:
    async with database.engine_transaction() as conn:
        key = await accounts.create_key(
            conn, made.workspace_id, " shop ", scopes=[Scope.MESSAGES_SEND], live=False
        )
        (view,) = await accounts.keys_of(conn, made.workspace_id)
    assert key.key.startswith("chp_test_")
    assert key.key.startswith(view.prefix)
    assert view.name == "shop"
    caller = await KeyRing(database, clock).authenticate(key.key)
    assert caller is not None
    assert (caller.workspace_id, caller.key_id, caller.live) == (key.new_test_workspace, key.id, False)
    assert caller.workspace_id != made.workspace_id
    assert caller.scopes == {"messages:send"}
    row = await database.engine.fetchrow("select hash, last_used_at from api_key")
    assert row is not None
    assert key.key.encode() not in row["hash"]
    assert row["last_used_at"] == clock.now()


@pytest.mark.parametrize("token", ["", "chp_live_short", "x" * 52, "chp_live_" + "a" * 43])
async def test_what_is_no_key_opens_nothing(database: Database, clock: FakeClock, token: str) -> None:
    assert await KeyRing(database, clock).authenticate(token) is None


async def test_a_revoked_key_stops_within_three_seconds(
    database: Database, clock: FakeClock, made: FirstRun
) -> None:
    ring = KeyRing(database, clock)
    async with database.engine_transaction() as conn:
        key = await accounts.create_key(conn, made.workspace_id, "shop")
    assert await ring.authenticate(key.key) is not None
    async with database.engine_transaction() as conn:
        await accounts.revoke_key(conn, clock, made.workspace_id, key.id)
        await accounts.revoke_key(conn, clock, made.workspace_id, key.id)
    assert await ring.authenticate(key.key) is not None, "remembered"
    clock.advance(seconds=REMEMBERED)
    assert await ring.authenticate(key.key) is None
    assert REMEMBERED < 5


async def test_a_key_past_its_end_opens_nothing(database: Database, clock: FakeClock, made: FirstRun) -> None:
    async with database.engine_transaction() as conn:
        key = await accounts.create_key(
            conn, made.workspace_id, "shop", expires_at=clock.now() + timedelta(hours=1)
        )
    ring = KeyRing(database, clock)
    assert await ring.authenticate(key.key) is not None
    clock.advance(hours=1)
    assert await ring.authenticate(key.key) is None


async def test_keys_that_cannot_be_made_or_revoked(
    database: Database, clock: FakeClock, made: FirstRun
) -> None:
    async with database.engine_transaction() as conn:
        with pytest.raises(BadKeyName, match="1 to 200"):
            await accounts.create_key(conn, made.workspace_id, "  ")
        with pytest.raises(UnknownScope, match=r"messages:sned is no scope\. The scopes are contacts:read"):
            await accounts.create_key(conn, made.workspace_id, "a", scopes=["messages:sned"])
        with pytest.raises(UnknownKey, match="chappe keys list"):
            await accounts.revoke_key(conn, clock, made.workspace_id, uuid7())
        other = await accounts.create_key(conn, made.workspace_id, "a")
        assert other.key.startswith("chp_live_")
        (view,) = await accounts.keys_of(conn, made.workspace_id)
    assert view.scopes == ALL_SCOPES


async def test_a_login_renews_a_hash_of_weaker_parameters(
    database: Database, clock: FakeClock, made: FirstRun
) -> None:
    stronger = Passwords(PasswordHasher(time_cost=2, memory_cost=1024, parallelism=1))
    logins = Logins(database, clock, stronger, SecondFactors(KEYS, clock))
    before = await database.engine.fetchval("select password_hash from user_account")
    await logins.login(EMAIL, PASSWORD, Origin("192.0.2.1", ""))
    after = await database.engine.fetchval("select password_hash from user_account")
    assert ",t=1," in before
    assert ",t=2," in after
    await logins.login(EMAIL, PASSWORD, Origin("192.0.2.1", ""))


def test_the_recommended_parameters_are_those_of_rfc_9106() -> None:
    assert (RECOMMENDED.time_cost, RECOMMENDED.memory_cost, RECOMMENDED.parallelism) == (3, 65536, 4)


async def test_many_requests_at_once_ask_the_database_once(
    database: Database, clock: FakeClock, made: FirstRun
) -> None:
    async with database.engine_transaction() as conn:
        key = await accounts.create_key(conn, made.workspace_id, "shop")
    ring = KeyRing(database, clock)
    callers = await asyncio.gather(*(ring.authenticate(key.key) for _ in range(50)))
    assert len({id(caller) for caller in callers}) == 1
    assert callers[0] is not None

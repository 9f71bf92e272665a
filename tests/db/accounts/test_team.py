"""Members, invitations, workspaces of a person: their rules in the database."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest
from argon2 import PasswordHasher

from chappe.accounts import repo as people
from chappe.accounts import service as accounts
from chappe.accounts.logins import Logins
from chappe.accounts.model import FirstRun, NewSession, User
from chappe.accounts.passwords import Passwords
from chappe.accounts.permissions import SENDING, Permission, Role
from chappe.accounts.security.second_factor import SecondFactors
from chappe.accounts.team import service as team
from chappe.accounts.team import workspaces
from chappe.accounts.team.errors import (
    AlreadyMember,
    BadEmail,
    BadName,
    LastOwner,
    OtherPerson,
    OwnersOnly,
    UnknownInvitation,
    UnknownMember,
    UnknownWorkspace,
)
from chappe.accounts.team.model import INVITATION_LASTS
from chappe.db.keys import InstanceKeys
from chappe.db.pool import Database
from chappe.kit.clock import FakeClock
from chappe.kit.ids import uuid7
from chappe.kit.origin import Origin

PASSWORD = "correct horse battery"
KEYS = InstanceKeys.derive(b"chappe test secret key, 32 bytes")


async def came_in(database: Database, clock: FakeClock, passwords: Passwords, email: str) -> NewSession:
    """The session of somebody who has no second factor."""
    logins = Logins(database, clock, passwords, SecondFactors(KEYS, clock))
    session = await logins.login(email, PASSWORD, Origin("192.0.2.1", ""))
    assert isinstance(session, NewSession)
    return session


@pytest.fixture
def passwords() -> Passwords:
    return Passwords(PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1))


@pytest.fixture
async def made(database: Database, passwords: Passwords) -> FirstRun:
    async with database.engine_transaction() as conn:
        made = await accounts.first_run(conn, passwords, password=PASSWORD)
    assert made is not None
    return made


async def joined(database: Database, workspace_id: int, role: Role, name: str = "ada") -> UUID:
    """A member with this role, who logs in with PASSWORD."""
    user = User(id=uuid7(), email=f"{name}@example.com", name=name, language=None)
    hashed = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(PASSWORD)
    async with database.engine_transaction() as conn:
        await people.add_user(conn, user, hashed)
        await people.add_membership(conn, workspace_id, user.id, role)
    return user.id


async def roles(database: Database, workspace_id: int) -> dict[UUID, str]:
    rows = await database.engine.fetch(
        "select user_id, role from membership where workspace_id = $1", workspace_id
    )
    return {row["user_id"]: row["role"] for row in rows}


async def test_two_owners_who_demote_each_other_at_once_leave_one(database: Database, made: FirstRun) -> None:
    for _ in range(5):
        other = await joined(database, made.workspace_id, Role.OWNER, f"o{uuid7().hex}")

        async def demote(asker: UUID, user_id: UUID) -> bool:
            try:
                async with database.engine_transaction() as conn:
                    await team.change(
                        conn, made.workspace_id, asker=asker, user_id=user_id, role=Role.ADMIN, may_send=True
                    )
            except (LastOwner, OwnersOnly):
                return False
            return True

        done = await asyncio.gather(demote(made.user_id, other), demote(other, made.user_id))
        assert sorted(done) == [False, True]
        left = await roles(database, made.workspace_id)
        assert sorted([left[made.user_id], left[other]]) == ["admin", "owner"]
        await database.engine.execute("delete from membership where user_id = $1", other)
        await database.engine.execute("update membership set role = 'owner'")


async def test_the_last_owner_stays_one(database: Database, made: FirstRun) -> None:
    own = made.user_id
    async with database.engine_transaction() as conn:
        with pytest.raises(LastOwner):
            await team.change(
                conn, made.workspace_id, asker=own, user_id=own, role=Role.ANALYST, may_send=True
            )
        with pytest.raises(LastOwner):
            await team.remove(conn, made.workspace_id, asker=own, user_id=own)
    assert await roles(database, made.workspace_id) == {own: "owner"}


async def test_only_owners_make_change_and_remove_owners(database: Database, made: FirstRun) -> None:
    admin = await joined(database, made.workspace_id, Role.ADMIN)
    second = await joined(database, made.workspace_id, Role.OWNER, "second")
    workspace = made.workspace_id
    async with database.engine_transaction() as conn:
        for user_id, role in ((admin, Role.OWNER), (second, Role.ADMIN)):
            with pytest.raises(OwnersOnly):
                await team.change(conn, workspace, asker=admin, user_id=user_id, role=role, may_send=True)
        with pytest.raises(OwnersOnly):
            await team.remove(conn, workspace, asker=admin, user_id=second)
        await team.change(conn, workspace, asker=second, user_id=admin, role=Role.OWNER, may_send=True)
        await team.remove(conn, workspace, asker=second, user_id=second)
    assert await roles(database, workspace) == {made.user_id: "owner", admin: "owner"}


async def test_a_stranger_is_no_member(database: Database, made: FirstRun) -> None:
    async with database.engine_transaction() as conn:
        with pytest.raises(UnknownMember):
            await team.remove(conn, made.workspace_id, asker=made.user_id, user_id=uuid7())


async def test_a_new_role_counts_from_the_next_request_and_sending_is_apart(
    database: Database, clock: FakeClock, passwords: Passwords, made: FirstRun
) -> None:
    user_id = await joined(database, made.workspace_id, Role.MARKETER)
    opened = await Logins(database, clock, passwords, SecondFactors(KEYS, clock)).login(
        "ada@example.com", PASSWORD, Origin("192.0.2.1", "")
    )
    async with database.engine_transaction() as conn:
        before = await accounts.session_of(conn, clock, opened.token)
        await team.change(
            conn,
            made.workspace_id,
            asker=made.user_id,
            user_id=user_id,
            role=Role.MARKETER,
            may_send=False,
        )
        after = await accounts.session_of(conn, clock, opened.token)
    assert before is not None
    assert after is not None
    assert before.permissions - after.permissions == SENDING
    assert Permission.CAMPAIGNS_WRITE in after.permissions


async def test_who_is_removed_is_out_at_once_and_their_keys_stay(
    database: Database, clock: FakeClock, passwords: Passwords, made: FirstRun
) -> None:
    user_id = await joined(database, made.workspace_id, Role.DEVELOPER)
    opened = await Logins(database, clock, passwords, SecondFactors(KEYS, clock)).login(
        "ada@example.com", PASSWORD, Origin("192.0.2.1", "")
    )
    async with database.engine_transaction() as conn:
        await accounts.create_key(conn, made.workspace_id, "shop", made_by=user_id)
        await team.remove(conn, made.workspace_id, asker=made.user_id, user_id=user_id)
        assert await accounts.session_of(conn, clock, opened.token) is None
        [key] = await accounts.keys_of(conn, made.workspace_id)
    assert (key.made_by, key.maker_left, key.works(clock.now())) == ("ada", True, True)
    assert await database.engine.fetchval("select count(*) from web_session") == 0


async def test_an_invitation_is_used_once(
    database: Database, clock: FakeClock, passwords: Passwords, made: FirstRun
) -> None:
    async with database.engine_transaction() as conn:
        invited = await team.invite(
            conn,
            clock,
            made.workspace_id,
            asker=made.user_id,
            email=" Grace@Example.com ",
            role=Role.AGENT,
            may_send=False,
        )
        offered = await team.offer(conn, clock, invited.token)
    assert (offered.email, offered.role, offered.known) == ("grace@example.com", Role.AGENT, False)

    hashed = await passwords.hash(PASSWORD)

    async def accept() -> UUID | None:
        try:
            async with database.engine_transaction() as conn:
                _, user = await team.join_new(
                    conn, clock, invited.token, name="Grace Hopper", password_hash=hashed
                )
        except (UnknownInvitation, AlreadyMember):
            return None
        return user.id

    [user_id] = [one for one in await asyncio.gather(accept(), accept()) if one is not None]
    row = await database.engine.fetchrow("select role, may_send from membership where user_id = $1", user_id)
    assert row is not None
    assert tuple(row) == ("agent", False)
    stored = await database.engine.fetchval("select token_hash from invitation")
    assert invited.token.encode() not in stored
    async with database.engine_transaction() as conn:
        with pytest.raises(UnknownInvitation):
            await team.offer(conn, clock, invited.token)


async def test_an_invitation_ends_after_seven_days_when_revoked_and_when_sent_again(
    database: Database, clock: FakeClock, made: FirstRun
) -> None:
    async def invite(email: str) -> team.NewInvitation:
        async with database.engine_transaction() as conn:
            return await team.invite(
                conn, clock, made.workspace_id,
                asker=made.user_id, email=email, role=Role.ADMIN, may_send=True,
            )  # fmt: skip

    late, revoked, first = await invite("late@a.fr"), await invite("revoked@a.fr"), await invite("again@a.fr")
    again = await invite("again@a.fr")
    async with database.engine_transaction() as conn:
        assert await team.revoke_invitation(conn, clock, made.workspace_id, revoked.id) == "revoked@a.fr"
        assert [one.email for one in await team.invitations(conn, made.workspace_id)] == [
            "again@a.fr",
            "late@a.fr",
        ]
        assert (await team.offer(conn, clock, again.token)).email == "again@a.fr"
        for ended in (revoked, first):
            with pytest.raises(UnknownInvitation):
                await team.offer(conn, clock, ended.token)
        clock.advance(seconds=INVITATION_LASTS.total_seconds())
        with pytest.raises(UnknownInvitation):
            await team.offer(conn, clock, late.token)
    assert timedelta(days=7) == INVITATION_LASTS


async def test_a_known_person_joins_as_themselves(
    database: Database, clock: FakeClock, passwords: Passwords, made: FirstRun
) -> None:
    async with database.engine_transaction() as conn:
        other = await workspaces.create(conn, made.user_id, "Client", like=made.workspace_id)
    ada = await joined(database, other, Role.AGENT)
    async with database.engine_transaction() as conn:
        invited = await team.invite(
            conn, clock, made.workspace_id,
            asker=made.user_id, email="ada@example.com", role=Role.ANALYST, may_send=True,
        )  # fmt: skip
        with pytest.raises(AlreadyMember):
            await team.join_new(conn, clock, invited.token, name="Eve", password_hash="")
        eve = User(id=made.user_id, email="owner@localhost", name="Owner", language=None)
        with pytest.raises(OtherPerson):
            await team.join(conn, clock, invited.token, eve)
        await team.join(
            conn, clock, invited.token, User(id=ada, email="ada@example.com", name="ada", language=None)
        )
        assert [one.role for one in await workspaces.workspaces_of(conn, ada)] == [Role.ANALYST, Role.AGENT]
        with pytest.raises(AlreadyMember):
            await team.invite(
                conn, clock, made.workspace_id,
                asker=made.user_id, email="ada@example.com", role=Role.ANALYST, may_send=True,
            )  # fmt: skip


@pytest.mark.parametrize(
    "email", ["", "ada", "ada@", "@a.fr", "a b@c.fr", "a@b..fr", "a@b.fr, c@d.fr", "<a@b.fr>"]
)
def test_what_is_no_e_mail(email: str) -> None:
    with pytest.raises(BadEmail):
        team.checked_email(email)


async def test_what_cannot_be_accepted_changes_nothing(
    database: Database, clock: FakeClock, passwords: Passwords, made: FirstRun
) -> None:
    async with database.engine_transaction() as conn:
        invited = await team.invite(
            conn, clock, made.workspace_id,
            asker=made.user_id, email="a@b.fr", role=Role.ADMIN, may_send=True,
        )  # fmt: skip
        with pytest.raises(BadName):
            await team.join_new(conn, clock, invited.token, name=" ", password_hash="")
        assert (await team.offer(conn, clock, invited.token)).email == "a@b.fr"


async def test_a_session_goes_only_where_its_person_belongs(
    database: Database, clock: FakeClock, passwords: Passwords, made: FirstRun
) -> None:
    stranger = await database.engine.fetchval("insert into workspace (name) values ('Theirs') returning id")
    opened = await Logins(database, clock, passwords, SecondFactors(KEYS, clock)).login(
        "owner@localhost", PASSWORD, Origin("192.0.2.1", "")
    )
    async with database.engine_transaction() as conn:
        client = await workspaces.create(conn, made.user_id, " Client  one ", like=made.workspace_id)
        key = await accounts.create_key(conn, client, "try", live=False)
        assert key.new_test_workspace is not None
        with pytest.raises(UnknownWorkspace):
            await workspaces.switch(conn, opened.token, stranger)
        await workspaces.switch(conn, opened.token, client)
        there = await accounts.session_of(conn, clock, opened.token)
        await workspaces.switch(conn, opened.token, key.new_test_workspace)
        testing = await accounts.session_of(conn, clock, opened.token)
    assert there is not None
    assert (there.workspace_id, there.workspace_name, there.test) == (client, "Client one", False)
    assert there.workspaces == ((made.workspace_id, "Chappe"), (client, "Client one"))
    assert testing is not None
    assert (testing.workspace_id, testing.account_id, testing.test) == (key.new_test_workspace, client, True)
    assert testing.role is Role.OWNER

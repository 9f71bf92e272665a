"""First run, people, sessions and keys. On a connection of the engine role; never commits."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from chappe.accounts import audit, repo
from chappe.accounts.errors import BadKeyName, NoWorkspace, UnknownKey, UnknownScope, UnknownUser
from chappe.accounts.mails import repo as mails
from chappe.accounts.mails.outbox import KEPT_FOR
from chappe.accounts.model import (
    ALL_SCOPES,
    KEY_NAME_LENGTH,
    LIVE_PREFIX,
    SESSION_LASTS,
    SESSION_TOUCH,
    SHOWN_CHARACTERS,
    TEST_PREFIX,
    USER_ID,
    WINDOW,
    FirstRun,
    KeyView,
    NewKey,
    NewSession,
    Scope,
    Session,
    User,
)
from chappe.accounts.passwords import Passwords, generate_password
from chappe.accounts.permissions import Role
from chappe.accounts.security import repo as security
from chappe.accounts.security.model import Via
from chappe.db.pool import Connection
from chappe.kit.clock import Clock
from chappe.kit.crypto import new_token, sha256
from chappe.kit.ids import public_id, uuid7
from chappe.kit.origin import Origin


async def first_run(
    conn: Connection,
    passwords: Passwords,
    *,
    name: str = "Chappe",
    email: str = "owner@localhost",
    password: str | None = None,
) -> FirstRun | None:
    """The first workspace and its owner, with a generated password unless one is given. None when there is
    a workspace already.
    """
    if await repo.first_workspace(conn) is not None:
        return None
    await repo.lock_first_run(conn)
    if await repo.first_workspace(conn) is not None:
        return None
    password = password or generate_password()
    user = User(id=uuid7(), email=email.strip().lower(), name="Owner", language=None)
    hashed = await passwords.hash(password)
    workspace_id = await repo.add_workspace(conn, name)
    await repo.add_user(conn, user, hashed)
    await repo.add_membership(conn, workspace_id, user.id, Role.OWNER)
    return FirstRun(workspace_id=workspace_id, user_id=user.id, email=user.email, password=password)


async def default_workspace(conn: Connection) -> int:
    """The workspace that the command line acts on. NoWorkspace before the first start."""
    workspace_id = await repo.first_workspace(conn)
    if workspace_id is None:
        raise NoWorkspace("Start the program once: chappe serve.")
    return workspace_id


async def reset_password(
    conn: Connection, passwords: Passwords, email: str, password: str | None = None, *, no_codes: bool = False
) -> str:
    """From the command line: give a person a new password, generated unless given, and end their sessions;
    `no_codes` takes their second factor away too. It is on record in each of their workspaces. UnknownUser.
    """
    password = password or generate_password()
    user_id = await repo.set_password(conn, email.strip().lower(), await passwords.hash(password))
    if user_id is None:
        raise UnknownUser(f"Nobody has the e-mail {email}. Check its spelling.", field="email")
    await repo.drop_sessions_of(conn, user_id)
    done = ["account.password_reset"]
    if no_codes:
        await security.drop_factor(conn, user_id)
        done.append("account.second_factor_off")
    for workspace_id in await security.homes(conn, user_id):
        for action in done:
            await audit.record(
                conn,
                workspace_id=workspace_id,
                actor=audit.System("command line"),
                action=action,
                target=public_id(USER_ID, user_id),
            )
    return password


async def session_of(conn: Connection, clock: Clock, token: str) -> Session | None:
    """Who the cookie's token belongs to, or None when it is unknown or out of date. Being seen makes the
    session last longer.
    """
    now = clock.now()
    digest = sha256(token)
    found = await repo.session(conn, digest, now)
    if found is None:
        return None
    session, seen_at = found
    if now - seen_at > SESSION_TOUCH:
        await repo.touch_session(conn, digest, now, now + SESSION_LASTS)
    return session


async def open_session(
    conn: Connection,
    clock: Clock,
    workspace_id: int,
    user: User,
    origin: Origin,
    via: Via = Via.PASSWORD,
) -> NewSession:
    """A session for somebody who has just proved who they are, under a token that nobody had before: what a
    browser brought along becomes nobody's (session fixation). It is on record.
    """
    token, now = new_token(), clock.now()
    expires_at = now + SESSION_LASTS
    await repo.add_session(
        conn, sha256(token), workspace_id, user.id, now, expires_at, origin=origin, via=via
    )
    await audit.record(
        conn,
        workspace_id=workspace_id,
        actor=audit.Person(user.id),
        action="session.opened",
        address=origin,
    )
    return NewSession(token=token, expires_at=expires_at, user=user)


async def logout(conn: Connection, token: str) -> None:
    """End a session; nothing happens when there is none."""
    await repo.drop_session(conn, sha256(token))


async def create_key(
    conn: Connection,
    workspace_id: int,
    name: str,
    *,
    scopes: Iterable[str] = ALL_SCOPES,
    live: bool = True,
    expires_at: datetime | None = None,
    made_by: UUID | None = None,
) -> NewKey:
    """A new key; its text is in the answer and nowhere else. The first test key brings the workspace of its
    data with it. BadKeyName, UnknownScope.
    """
    name = name.strip()
    if not 0 < len(name) <= KEY_NAME_LENGTH:
        raise BadKeyName(f"Give the key a name of 1 to {KEY_NAME_LENGTH} characters.", field="name")
    wanted = frozenset(scopes)
    if unknown := wanted - ALL_SCOPES:
        raise UnknownScope(
            f"{', '.join(sorted(unknown))} is no scope. The scopes are {', '.join(Scope)}.", field="scopes"
        )
    key = (LIVE_PREFIX if live else TEST_PREFIX) + new_token()
    key_id = uuid7()
    await repo.add_key(
        conn,
        workspace_id,
        key_id,
        name=name,
        prefix=key[:SHOWN_CHARACTERS],
        digest=sha256(key),
        scopes=sorted(wanted),
        live=live,
        expires_at=expires_at,
        created_by=made_by,
    )
    new_test = None if live else await repo.add_test_workspace(conn, workspace_id)
    return NewKey(id=key_id, key=key, new_test_workspace=new_test)


async def test_workspace(conn: Connection, workspace_id: int) -> int | None:
    """Where the data of its test keys are; None before the first of them."""
    return await repo.test_workspace(conn, workspace_id)


async def keys_of(conn: Connection, workspace_id: int) -> list[KeyView]:
    """Every key of the workspace, oldest first, the revoked ones too."""
    return await repo.keys_of(conn, workspace_id)


async def revoke_key(conn: Connection, clock: Clock, workspace_id: int, key_id: UUID) -> None:
    """Revoke for good; every process has noticed after three seconds. Twice is once. UnknownKey."""
    if not await repo.revoke_key(conn, workspace_id, key_id, clock.now()) and not await repo.has_key(
        conn, workspace_id, key_id
    ):
        raise UnknownKey("This workspace has no such key. List them with: chappe keys list.", field="key_id")


async def sweep(conn: Connection, clock: Clock) -> None:
    """Forget sessions past their end, failed logins too old to count, and mails nobody will look for."""
    now = clock.now()
    await repo.sweep(conn, now, now - WINDOW - timedelta(hours=1))
    await security.sweep(conn, now)
    await mails.sweep(conn, now - KEPT_FOR)

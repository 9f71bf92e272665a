"""Members and invitations: who belongs to a workspace, and as what. On a connection of the engine role; never
commits.
"""

import re
from datetime import datetime
from uuid import UUID

from chappe.accounts import repo as people
from chappe.accounts.model import User
from chappe.accounts.permissions import Role
from chappe.accounts.team import repo
from chappe.accounts.team.errors import (
    AlreadyMember,
    BadEmail,
    BadName,
    BadRole,
    LastOwner,
    OtherPerson,
    OwnersOnly,
    UnknownInvitation,
    UnknownMember,
)
from chappe.accounts.team.model import (
    EMAIL_LENGTH,
    INVITATION_LASTS,
    NAME_LENGTH,
    Invitation,
    Member,
    NewInvitation,
    Offer,
)
from chappe.db.pool import Connection
from chappe.kit.clock import Clock
from chappe.kit.crypto import new_token, sha256
from chappe.kit.ids import uuid7

# What mail servers accept is wider; what people type by mistake is not in here.
_EMAIL = re.compile(r"[^\s@<>,;:\"()\[\]\\]+@[^\s@<>,;:\"()\[\]\\.]+(\.[^\s@<>,;:\"()\[\]\\.]+)*")


async def members(conn: Connection, clock: Clock, workspace_id: int) -> list[Member]:
    """Everybody, owners first."""
    return await repo.members(conn, workspace_id, clock.now())


async def member(conn: Connection, clock: Clock, workspace_id: int, user_id: UUID) -> Member:
    """UnknownMember."""
    for found in await repo.members(conn, workspace_id, clock.now()):
        if found.user_id == user_id:
            return found
    raise _no_member()


async def change(
    conn: Connection, workspace_id: int, *, asker: UUID, user_id: UUID, role: Role, may_send: bool
) -> None:
    """Another role, from the person's next request on. UnknownMember, LastOwner, OwnersOnly."""
    if not await repo.change_member(conn, workspace_id, asker, user_id, role, may_send=may_send):
        raise await _why_not(conn, workspace_id, asker, user_id, becomes=role)


async def remove(conn: Connection, workspace_id: int, *, asker: UUID, user_id: UUID) -> None:
    """They are out at once; the API keys they made go on working. UnknownMember, LastOwner, OwnersOnly."""
    if not await repo.remove_member(conn, workspace_id, asker, user_id):
        raise await _why_not(conn, workspace_id, asker, user_id, becomes=None)
    await repo.end_sessions(conn, workspace_id, user_id)


async def invite(
    conn: Connection, clock: Clock, workspace_id: int, *, asker: UUID, email: str, role: Role, may_send: bool
) -> NewInvitation:
    """An invitation for seven days; an earlier one to the same e-mail ends. BadEmail, AlreadyMember,
    OwnersOnly.
    """
    email = checked_email(email)
    place = await repo.place(conn, workspace_id, asker)
    if role is Role.OWNER and (place is None or place["role"] != Role.OWNER):
        raise _owners_only()
    if await repo.is_member(conn, workspace_id, email):
        raise AlreadyMember(
            f"{email} belongs to this workspace. Change their role in the list of members.", field="email"
        )
    token, now = new_token(), clock.now()
    made = NewInvitation(id=uuid7(), token=token, email=email, expires_at=now + INVITATION_LASTS)
    await repo.put_invitation(
        conn,
        workspace_id,
        made.id,
        email=email,
        role=role,
        may_send=may_send,
        digest=sha256(token),
        invited_by=asker,
        now=now,
        expires_at=made.expires_at,
    )
    return made


async def invitations(conn: Connection, workspace_id: int) -> list[Invitation]:
    """Those that wait, the newest first; out of date ones too."""
    return await repo.invitations(conn, workspace_id)


async def revoke_invitation(conn: Connection, clock: Clock, workspace_id: int, invitation_id: UUID) -> str:
    """Its link leads nowhere from now on. The e-mail it was for. UnknownInvitation."""
    email = await repo.revoke_invitation(conn, workspace_id, invitation_id, clock.now())
    if email is None:
        raise _no_invitation()
    return email


async def offer(conn: Connection, clock: Clock, token: str) -> Offer:
    """What the link's holder is invited to. UnknownInvitation."""
    found = await repo.offer(conn, sha256(token), clock.now())
    if found is None:
        raise _no_invitation()
    return found


async def join(conn: Connection, clock: Clock, token: str, user: User) -> Offer:
    """Somebody with an account accepts. UnknownInvitation, OtherPerson."""
    found = await offer(conn, clock, token)
    if found.email != user.email:
        raise OtherPerson(f"It is for {found.email}. Log out, and log in as they.")
    await _use(conn, found, clock.now())
    await repo.add_member(conn, found.workspace_id, user.id, found.role, may_send=found.may_send)
    return found


async def join_new(
    conn: Connection, clock: Clock, token: str, *, name: str, password_hash: str
) -> tuple[Offer, User]:
    """Somebody new accepts, with a name and a password, hashed before: a hash takes longer than a transaction
    should. UnknownInvitation, BadName, AlreadyMember (the e-mail has an account: log in).
    """
    found = await offer(conn, clock, token)
    if found.known:
        raise AlreadyMember(f"{found.email} has an account here. Log in, then follow the link again.")
    user = User(id=uuid7(), email=found.email, name=checked_name(name), language=None)
    await _use(conn, found, clock.now())
    await people.add_user(conn, user, password_hash)
    await repo.add_member(conn, found.workspace_id, user.id, found.role, may_send=found.may_send)
    return found, user


def checked_email(text: str) -> str:
    """In the form in which people are known. BadEmail."""
    email = text.strip().lower()
    if len(email) > EMAIL_LENGTH or not email.isprintable() or _EMAIL.fullmatch(email) is None:
        raise BadEmail("Write it as name@example.com.", field="email")
    return email


def checked_name(text: str) -> str:
    """Of a person or a brand. BadName."""
    name = " ".join(text.split())
    if not 0 < len(name) <= NAME_LENGTH or not name.isprintable():
        raise BadName(f"Give a name of 1 to {NAME_LENGTH} characters.", field="name")
    return name


def role_named(word: str) -> Role:
    """BadRole."""
    try:
        return Role(word)
    except ValueError:
        raise BadRole(f"Choose one of {', '.join(Role)}.", field="role") from None


async def _use(conn: Connection, found: Offer, now: datetime) -> None:
    if not await repo.accept(conn, found.id, now):
        raise _no_invitation()


async def _why_not(
    conn: Connection, workspace_id: int, asker: UUID, user_id: UUID, *, becomes: Role | None
) -> UnknownMember | OwnersOnly | LastOwner:
    """What the guarded statement met."""
    place = await repo.place(conn, workspace_id, user_id)
    if place is None:
        return _no_member()
    own = await repo.place(conn, workspace_id, asker)
    concerns_owners = Role.OWNER in (place["role"], becomes)
    if concerns_owners and asker != user_id and (own is None or own["role"] != Role.OWNER):
        return _owners_only()
    if place["role"] != Role.OWNER and becomes is Role.OWNER:
        return _owners_only()
    return LastOwner("They are the only owner. Make somebody else an owner first.")


def _no_member() -> UnknownMember:
    return UnknownMember("This workspace has no such member. Look at the list again.")


def _owners_only() -> OwnersOnly:
    return OwnersOnly("Only an owner makes, changes or removes owners. Ask one of them.")


def _no_invitation() -> UnknownInvitation:
    return UnknownInvitation("It was used or revoked, or is more than seven days old. Ask for a new one.")

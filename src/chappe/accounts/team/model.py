"""Members, invitations and a person's workspaces, as values."""

from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from chappe.accounts.permissions import Role

INVITATION_ID = "inv"
INVITATION_LASTS = timedelta(days=7)
NAME_LENGTH = 200
# RFC 5321 section 4.5.3.1.3: 256 octets for a path, two of them its brackets.
EMAIL_LENGTH = 254


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """A person in a workspace. `keys`: API keys they made that still work."""

    user_id: UUID
    name: str
    email: str
    role: Role
    may_send: bool
    joined_at: datetime
    seen_at: datetime | None
    keys: int


class Invitation(msgspec.Struct, frozen=True, kw_only=True):
    """An invitation that can still be accepted, unless `expires_at` has passed."""

    id: UUID
    email: str
    role: Role
    may_send: bool
    invited_by: str | None
    created_at: datetime
    expires_at: datetime


class NewInvitation(msgspec.Struct, frozen=True, kw_only=True):
    """`token` goes into the link; only its digest is kept."""

    id: UUID
    token: str
    email: str
    expires_at: datetime


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """What the holder of an invitation's link sees. `known`: the e-mail has an account here already."""

    id: UUID
    workspace_id: int
    workspace_name: str
    email: str
    role: Role
    may_send: bool
    invited_by: str | None
    expires_at: datetime
    known: bool


class OwnWorkspace(msgspec.Struct, frozen=True, kw_only=True):
    """A workspace that a person belongs to. `test_id`: the workspace of its test keys, if it has one."""

    id: int
    name: str
    role: Role
    members: int
    test_id: int | None

"""Workspaces, people, sessions, keys and what keys may do, as values."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

import msgspec

from chappe.accounts.permissions import Permission, Role, permissions_of

KEY_ID, USER_ID, WORKSPACE_ID = "key", "usr", "wsp"
LIVE_PREFIX, TEST_PREFIX = "chp_live_", "chp_test_"
# Shown in lists, so that a person can tell keys apart: the kind and six characters of 43.
SHOWN_CHARACTERS = len(LIVE_PREFIX) + 6

KEY_NAME_LENGTH = 200

SESSION_LASTS = timedelta(days=14)
# A session's end is moved at most this often: a page with ten requests writes once.
SESSION_TOUCH = timedelta(minutes=5)

PASSWORD_LENGTH = 12

# Failed logins count for this long. NIST SP 800-63B-4 section 3.2.2 allows no more than 100 consecutive
# failures; ours pass.
WINDOW = timedelta(minutes=15)


class Scope(StrEnum):
    """What an API key may do. Lists and imports go with contacts; routes and senders with carriers."""

    CONTACTS_READ = "contacts:read"
    CONTACTS_WRITE = "contacts:write"
    CAMPAIGNS_READ = "campaigns:read"
    CAMPAIGNS_WRITE = "campaigns:write"
    CAMPAIGNS_SEND = "campaigns:send"
    MESSAGES_READ = "messages:read"
    MESSAGES_SEND = "messages:send"
    CARRIERS_READ = "carriers:read"
    CARRIERS_WRITE = "carriers:write"
    SUPPRESSIONS_READ = "suppressions:read"
    SUPPRESSIONS_WRITE = "suppressions:write"
    EXPORTS_READ = "exports:read"
    EXPORTS_WRITE = "exports:write"
    REQUESTS_READ = "requests:read"
    REQUESTS_WRITE = "requests:write"


ALL_SCOPES = frozenset(Scope)


class User(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    email: str
    name: str
    language: str | None


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """A person who has logged in. `zone` is the IANA name in which the workspace reads times.

    `account_id` is the workspace that has the people and keys: another than `workspace_id` while test data
    are looked at (`test`). `must_set_up_factor`: the workspace requires codes at login, and the person has no
    second factor yet. `test_id`: where the test data are, if there are any. `workspaces`: id and name of
    all that the person belongs to, by name.
    """

    workspace_id: int
    workspace_name: str
    account_id: int
    test: bool
    test_id: int | None
    workspaces: tuple[tuple[int, str], ...]
    zone: str
    currency: str
    user: User
    role: Role
    permissions: frozenset[Permission]
    expires_at: datetime
    must_set_up_factor: bool


class AwaitedCode(msgspec.Struct, frozen=True, kw_only=True):
    """The password was right, and a code is asked for. `token` goes into a cookie for the next page."""

    token: str


class NewSession(msgspec.Struct, frozen=True, kw_only=True):
    """`token` goes into the cookie; only its digest is kept here."""

    token: str
    expires_at: datetime
    user: User


class KeyView(msgspec.Struct, frozen=True, kw_only=True):
    """A key as lists show it; the key itself cannot be shown again. `made_by`: None for one of the command
    line.
    """

    id: UUID
    name: str
    prefix: str
    scopes: frozenset[str]
    live: bool
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None
    made_by: str | None
    maker_left: bool

    def works(self, now: datetime) -> bool:
        """Whether a request with this key is answered."""
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > now)


class NewKey(msgspec.Struct, frozen=True, kw_only=True):
    """`key` is shown this once. `new_test_workspace`: made with it, and still empty."""

    id: UUID
    key: str
    new_test_workspace: int | None = None


class FirstRun(msgspec.Struct, frozen=True, kw_only=True):
    """What the first start made. The password is shown this once."""

    workspace_id: int
    user_id: UUID
    email: str
    password: str


class Colleague(NamedTuple):
    """A person of the workspace, as others of it see them."""

    id: UUID
    name: str
    role: Role

    def may(self, permission: Permission) -> bool:
        """Whether their role includes it."""
        return permission in permissions_of(self.role)

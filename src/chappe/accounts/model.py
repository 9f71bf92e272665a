"""Workspaces, people, sessions, keys and what keys may do, as values."""

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

import msgspec

from chappe.accounts.permissions import Permission, Role

KEY_ID, USER_ID = "key", "usr"
LIVE_PREFIX, TEST_PREFIX = "chp_live_", "chp_test_"
# Shown in lists, so that a person can tell keys apart: the kind and six characters of 43.
SHOWN_CHARACTERS = len(LIVE_PREFIX) + 6

SESSION_LASTS = timedelta(days=14)
# A session's end is moved at most this often: a page with ten requests writes once.
SESSION_TOUCH = timedelta(minutes=5)

PASSWORD_LENGTH = 12


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


ALL_SCOPES = frozenset(Scope)


class User(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    email: str
    name: str
    language: str | None


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """A person who has logged in. `zone` is the IANA name in which the workspace reads times."""

    workspace_id: int
    workspace_name: str
    zone: str
    user: User
    role: Role
    permissions: frozenset[Permission]
    expires_at: datetime


class NewSession(msgspec.Struct, frozen=True, kw_only=True):
    """`token` goes into the cookie; only its digest is kept here."""

    token: str
    expires_at: datetime
    user: User


class KeyView(msgspec.Struct, frozen=True, kw_only=True):
    """A key as lists show it; the key itself cannot be shown again."""

    id: UUID
    name: str
    prefix: str
    scopes: frozenset[str]
    live: bool
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None


class NewKey(msgspec.Struct, frozen=True, kw_only=True):
    """`key` is shown this once."""

    id: UUID
    key: str


class FirstRun(msgspec.Struct, frozen=True, kw_only=True):
    """What the first start made. The password is shown this once."""

    workspace_id: int
    user_id: UUID
    email: str
    password: str

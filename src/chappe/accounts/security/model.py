"""Values of sessions and second factors."""

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

import msgspec

SESSION_ID = "ses"

CODE_WITHIN = timedelta(minutes=10)
CODE_TRIES = 5
RESET_LASTS = timedelta(hours=1)


class Via(StrEnum):
    """How a person came in."""

    PASSWORD = "password"  # noqa: S105  # a word, not a secret
    SINGLE_SIGN_ON = "single_sign_on"


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Who changes something of their own account."""

    id: UUID
    email: str
    name: str
    language: str | None
    password_hash: str

    @property
    def words(self) -> tuple[str, str]:
        """What their passwords must not be made of."""
        return self.email, self.name


class SessionView(msgspec.Struct, frozen=True, kw_only=True):
    """A session as its owner sees it. `current`: the one that looks."""

    id: UUID
    workspace_name: str
    address: str
    agent: str
    via: Via
    created_at: datetime
    seen_at: datetime
    current: bool


class FactorState(msgspec.Struct, frozen=True, kw_only=True):
    """`since` is None while there is no second factor. `required`: a workspace of the person's insists."""

    since: datetime | None
    codes_left: int
    required: bool

"""A question that waits for a yes, and how a workspace asks."""

from datetime import datetime, timedelta
from typing import ClassVar, Final
from uuid import UUID

import msgspec

from chappe.kit.errors import Problem

WAITS: Final = timedelta(days=3)
"""A yes after it answers nothing: who confirms does it within hours."""
REMINDED_AFTER: Final = timedelta(days=1)
"""The question is repeated once, to who said nothing."""

# Where a second yes is the usual proof (rules/packs/de.toml, and in Austria by the same practice): no
# law asks for it. A workspace may add others, or take these away.
DEFAULT_COUNTRIES: Final = ("AT", "DE")


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """Who is asked for which topics (their words), with what they agreed to before, for the proof.
    `question`: as it was sent, in this `version` of the workspace's texts (0: ours).
    """

    phone: int
    contact_id: int
    words: tuple[str, ...]
    language: str
    sender_id: UUID
    basis: str
    source: str
    wording_id: UUID
    evidence_id: UUID | None = None
    form_id: UUID | None = None
    asked_at: datetime
    expires_at: datetime
    question: str = ""
    version: int = 0


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """`texts` are the workspace's own, by language and kind; those it lacks are ours. `version` counts how
    often they changed. `sender_id` None: the first sender that people can answer.
    """

    sender_id: UUID | None = None
    countries: tuple[str, ...] = DEFAULT_COUNTRIES
    texts: dict[str, dict[str, str]] = {}
    version: int = 0


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """The texts as they were from `saved_at` on: all of them, by language and kind."""

    version: int
    texts: dict[str, dict[str, str]]
    saved_at: datetime


class UnknownVersion(Problem):
    code: ClassVar[str] = "unknown_version"
    status: ClassVar[int] = 404
    title: ClassVar[str] = "There is no such version"

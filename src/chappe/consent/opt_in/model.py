"""A question that waits for a yes, and how a workspace asks."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec

WAITS: Final = timedelta(days=3)
"""A yes after it answers nothing: who confirms does it within hours."""
REMINDED_AFTER: Final = timedelta(days=1)
"""The question is repeated once, to who said nothing."""

# Where a second yes is the usual proof (rules/packs/de.toml, and in Austria by the same practice): no
# law asks for it. A workspace may add others, or take these away.
DEFAULT_COUNTRIES: Final = ("AT", "DE")


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """Who is asked for which topics (their words), with what they agreed to before, for the proof."""

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


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """`texts` are the workspace's own, by language and kind; those it lacks are ours. `sender_id` None: the
    first sender that people can answer.
    """

    sender_id: UUID | None = None
    countries: tuple[str, ...] = DEFAULT_COUNTRIES
    texts: dict[str, dict[str, str]] = {}

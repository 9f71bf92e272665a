"""Caps: how many marketing messages a person may get in a time, over all campaigns of a workspace or over
those about one topic; and how many they want. Transactional messages, answers and passwords are never capped.

Here is what is decided; `promises.py` keeps to it.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final, NamedTuple
from uuid import UUID

import msgspec

from chappe.db.pool import Connection
from chappe.db.statements import load_statements

SQL = load_statements("chappe.gate")

DAY, WEEK, MONTH = 1, 7, 30
MOST: Final = 1_000
_NAMES: Final = {DAY: "day", WEEK: "week", MONTH: "month"}


class Limit(NamedTuple):
    """At most `n` messages in any stretch of `span`, by this rule; those about one topic, or about any."""

    rule: str
    span: timedelta
    n: int
    topic: UUID | None = None


Limits = tuple[Limit, ...]

PERSONAL: Final = Limit("person.cap.week", timedelta(days=WEEK), 0)
"""As many a week as each person wants, who said so; the others have no such limit. Its number is theirs."""


class Caps(msgspec.Struct, frozen=True):
    """In any 24 hours, 7 days, 30 days; None: no such cap."""

    per_day: int | None = None
    per_week: int | None = None
    per_month: int | None = None

    @property
    def limits(self) -> Limits:
        """As caps of a workspace."""
        return self.limits_of("workspace")

    def limits_of(self, whose: str, topic: UUID | None = None) -> Limits:
        return tuple(
            Limit(f"{whose}.cap.{_NAMES[days]}", timedelta(days=days), n, topic)
            for days, n in self._by_days()
            if n is not None
        )

    def _by_days(self) -> tuple[tuple[int, int | None], ...]:
        return (DAY, self.per_day), (WEEK, self.per_week), (MONTH, self.per_month)


NO_CAPS: Final = Caps()


class Patience(msgspec.Struct, frozen=True):
    """What a workspace and its people allow: its caps, those by topic (by the topic's word), and whether
    anybody said how often they want to hear.
    """

    caps: Caps = NO_CAPS
    topics: Mapping[str, Limits] = {}
    personal: bool = False

    def limits(self, word: str) -> Limits:
        """Those of messages about the topic of this word."""
        own = (PERSONAL,) if self.personal else ()
        return (*self.caps.limits, *self.topics.get(word, ()), *own)


NO_LIMITS: Final = Patience()


async def patience_of(conn: Connection, workspace_id: int) -> Patience:
    """What holds now: one statement."""
    of_all: dict[int, int] = {}
    of_topics: dict[tuple[str, UUID], dict[int, int]] = {}
    personal = False
    for days, n, word, topic_id in await conn.fetch(SQL.patience, workspace_id):
        if days is None:
            personal = True
        elif topic_id is None:
            of_all[days] = n
        else:
            of_topics.setdefault((word, topic_id), {})[days] = n
    topics = {word: _caps(found).limits_of("topic", key) for (word, key), found in of_topics.items()}
    return Patience(_caps(of_all), topics, personal)


async def caps_of(conn: Connection, workspace_id: int) -> Caps:
    """The caps a workspace has set over all its marketing."""
    return (await all_caps(conn, workspace_id)).get(None, NO_CAPS)


async def all_caps(conn: Connection, workspace_id: int) -> dict[UUID | None, Caps]:
    """Every cap that is set: by topic, and under None those over all marketing."""
    found: dict[UUID | None, dict[int, int]] = {}
    for days, n, topic_id in await conn.fetch(SQL.caps, workspace_id):
        found.setdefault(topic_id, {})[days] = n
    return {topic_id: _caps(by_days) for topic_id, by_days in found.items()}


async def set_caps(conn: Connection, workspace_id: int, caps: Caps, topic_id: UUID | None = None) -> None:
    """As they are from now on; what is planned already stays planned."""
    for days, n in caps._by_days():
        if n is None:
            await conn.execute(SQL.drop_cap, workspace_id, topic_id, days)
        else:
            await conn.execute(SQL.set_cap, workspace_id, topic_id, days, n)


def _caps(by_days: Mapping[int, int]) -> Caps:
    return Caps(by_days.get(DAY), by_days.get(WEEK), by_days.get(MONTH))

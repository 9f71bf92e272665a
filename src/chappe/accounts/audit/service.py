"""Recording, reading, erasing. Never commits: an event stands or falls with what it tells of."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from chappe.accounts.audit import repo
from chappe.accounts.audit.actions import ACTIONS
from chappe.accounts.audit.chain import commitment, new_salt
from chappe.accounts.audit.model import Actor, ActorKind, Event, Payload, actor_columns
from chappe.accounts.audit.repo import Filters, New
from chappe.accounts.errors import UnknownEvent
from chappe.db.pool import Connection
from chappe.kit.ids import uuid7
from chappe.kit.origin import Origin

# What stands under such a name is a secret whatever it is: that it changed may be known, not into what.
_SECRET = re.compile(r"password|secret|token|api_?key|credential|private|hash$|^code$|recovery", re.I)
_HIDDEN = "•••"


async def record(
    conn: Connection,
    *,
    workspace_id: int,
    actor: Actor,
    action: str,
    target: str | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    address: Origin | None = None,
) -> None:
    """Record an action of `actions.py` in the transaction that does it, as either role of the database.

    `target` is the public id of what was acted on; `before` and `after` hold what changed, of values that
    JSON knows, dates, uuids and enums; what is named like a secret is hidden. `address` is `page.address`.
    ValueError for an action that is not listed.
    """
    if action not in ACTIONS:
        raise ValueError(f"list {action} in accounts/audit/actions.py, with its words")
    kind, who = actor_columns(actor)
    payload = msgspec.json.encode(
        Payload(
            before=_shown(before),
            after=_shown(after),
            address=address.address if address else "",
            agent=address.agent if address else "",
        )
    ).decode()
    salt = new_salt()
    new = New(uuid7(), workspace_id, kind, who, action, target, payload, salt, commitment(salt, payload))
    await repo.add(conn, new)


async def page(
    conn: Connection,
    workspace_id: int,
    filters: Filters,
    *,
    sort: str = "-at",
    after: tuple[datetime, UUID] | None = None,
    limit: int,
) -> list[Event]:
    """Up to `limit` events that follow `after` (an event's `at` and `id`) in the order of `sort`: `-at`, the
    newest first, or `at`.
    """
    return await repo.events(conn, workspace_id, filters, after, limit, newest_first=sort == "-at")


async def one(conn: Connection, workspace_id: int, event_id: UUID | None) -> Event:
    """UnknownEvent."""
    found = None if event_id is None else await repo.event(conn, workspace_id, event_id)
    if found is None:
        raise UnknownEvent("Nothing of that id is on record.")
    return found


async def names_of(conn: Connection, workspace_id: int, events: Sequence[Event]) -> Mapping[str, str]:
    """What the people and keys of these events are called today, by `Event.actor`. As the engine role."""
    ids = {UUID(event.actor) for event in events if event.actor_kind is not ActorKind.SYSTEM}
    return await repo.actor_names(conn, workspace_id, list(ids))


async def actors(conn: Connection, workspace_id: int) -> list[tuple[str, str]]:
    """Members and keys with their names, for a filter. As the engine role."""
    return await repo.actors(conn, workspace_id)


async def erase(conn: Connection, workspace_id: int, ids: Sequence[UUID]) -> None:
    """Empty the payloads of events, for a person's right to be forgotten. The chain stays whole."""
    await repo.erase(conn, workspace_id, ids)


async def erase_about(
    conn: Connection, workspace_id: int, targets: Sequence[str], words: Sequence[str]
) -> None:
    """As `erase`, of events that were done to these targets (public ids) or tell of one of these words."""
    await repo.erase(conn, workspace_id, await repo.about(conn, workspace_id, targets, words))


def _shown(values: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if values is None:
        return None
    return {name: _HIDDEN if _SECRET.search(name) else _value(value) for name, value in values.items()}


def _value(value: Any) -> Any:
    if isinstance(value, Mapping):
        return _shown(value)
    if isinstance(value, list | tuple):
        return [_value(each) for each in value]
    return value

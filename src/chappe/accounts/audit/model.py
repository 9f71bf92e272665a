"""The trail's values: who acts, and one event as it is read."""

from datetime import datetime
from enum import StrEnum
from typing import Any, TypeAlias
from uuid import UUID

import msgspec

EVENT_ID = "aud"


class ActorKind(StrEnum):
    PERSON = "person"
    KEY = "key"
    SYSTEM = "system"


class Person(msgspec.Struct, frozen=True):
    """Somebody who has logged in."""

    user_id: UUID


class Key(msgspec.Struct, frozen=True):
    """A program, by its API key."""

    key_id: UUID


class System(msgspec.Struct, frozen=True):
    """Chappe itself; `part` says which (planner, command line…)."""

    part: str


Actor: TypeAlias = Person | Key | System


class Payload(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What an erasure takes away. Encoded once, and the octets are what the chain commits to."""

    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None
    address: str = ""
    agent: str = ""


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """A row as it is read. `payload` is None when it was erased; `seq` is None until the worker has put the
    row into the chain.
    """

    id: UUID
    at: datetime
    actor_kind: ActorKind
    actor: str
    action: str
    target: str | None
    payload: Payload | None
    seq: int | None


def actor_columns(actor: Actor) -> tuple[ActorKind, str]:
    """As the row keeps it."""
    match actor:
        case Person(user_id):
            return ActorKind.PERSON, str(user_id)
        case Key(key_id):
            return ActorKind.KEY, str(key_id)
        case System(part):
            return ActorKind.SYSTEM, part

"""What an attribute is."""

from datetime import datetime
from enum import StrEnum
from typing import Final

import msgspec

from chappe.contacts.attributes.notation import Notation
from chappe.contacts.attributes.values import Kind, Shape

MOST_ATTRIBUTES: Final = 200


class Attribute(msgspec.Struct, frozen=True, kw_only=True):
    """`name` stands in templates and rules, `label` before people. An archived one is offered nowhere; the
    values stay.
    """

    name: str
    label: str | None
    kind: Kind = Kind.TEXT
    options: tuple[str, ...] = ()
    archived_at: datetime | None = None
    created_at: datetime

    @property
    def shape(self) -> Shape:
        return Shape(self.kind, self.options)

    @property
    def called(self) -> str:
        return self.label or self.name


class ChangeState(StrEnum):
    """checking → writing → done, or refused when values do not fit."""

    CHECKING = "checking"
    WRITING = "writing"
    DONE = "done"
    REFUSED = "refused"


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """Another kind that was asked for. Of `held` values read so far, `misfits` do not fit; `examples` are
    contacts that hold one.
    """

    workspace_id: int
    name: str
    kind: Kind
    options: tuple[str, ...]
    notation: Notation
    state: ChangeState
    cursor: int
    held: int
    misfits: int
    examples: tuple[int, ...]
    asked_at: datetime
    finished_at: datetime | None

    @property
    def shape(self) -> Shape:
        return Shape(self.kind, self.options)

"""REST: /v1/attributes."""

from datetime import datetime
from typing import Annotated

import msgspec
from litestar import get, patch, post
from litestar.params import FromPath, JSONBody
from litestar.types import ControllerRouterHandler

from chappe.accounts.model import Scope
from chappe.api.bodies import Input, Name
from chappe.api.caller import needs
from chappe.api.given import Asking, Conn, WallClock
from chappe.contacts import entry
from chappe.contacts.attributes import changing, service
from chappe.contacts.attributes.model import Attribute, Change, ChangeState
from chappe.contacts.attributes.notation import notation
from chappe.contacts.attributes.values import MOST_OPTIONS, Kind, Shape

_TAGS = ["Attributes"]
_Options = Annotated[list[Name], msgspec.Meta(max_length=MOST_OPTIONS)]


class NewAttribute(Input, frozen=True, kw_only=True):
    """`name` as templates write it; made of the label when left out. `options`: of a choice, or of a list
    that has a fixed set.
    """

    label: Name
    name: Annotated[str, msgspec.Meta(pattern="^[a-z][a-z0-9_]{0,59}$")] | None = None
    kind: Kind = Kind.TEXT
    options: _Options = msgspec.field(default_factory=list)


class AttributeChanges(Input, frozen=True, kw_only=True):
    """What is left out stays. Another kind, or options that are taken away, hold when every value was found
    to fit: follow `change`.
    """

    label: Name | None = None
    kind: Kind | None = None
    options: _Options | None = None
    archived: bool | None = None


class ChangeView(msgspec.Struct, frozen=True, kw_only=True):
    """`misfits`: how many contacts hold a value that does not fit the kind that was asked for."""

    kind: Kind
    options: list[str]
    state: ChangeState
    held: int
    misfits: int
    finished_at: datetime | None


class AttributeView(msgspec.Struct, frozen=True, kw_only=True):
    """`change`: another kind that was asked for, with what became of it."""

    name: str
    label: str | None
    kind: Kind
    options: list[str]
    archived: bool
    change: ChangeView | None
    created_at: datetime


class AttributeViews(msgspec.Struct, frozen=True, kw_only=True):
    data: list[AttributeView]


@get("/attributes", guards=[needs(Scope.CONTACTS_READ)], summary="Attributes of contacts", tags=_TAGS)
async def list_attributes(caller: Asking, conn: Conn) -> AttributeViews:
    """All of them, archived ones last."""
    changes = await changing.asked(conn, caller.workspace_id)
    every = await service.every(conn, caller.workspace_id)
    return AttributeViews(data=[_view(one, changes.get(one.name)) for one in every])


@post("/attributes", guards=[needs(Scope.CONTACTS_WRITE)], summary="Add an attribute", tags=_TAGS)
async def create_attribute(data: JSONBody[NewAttribute], caller: Asking, conn: Conn) -> AttributeView:
    """Imports and contacts make attributes of texts by themselves; this says which are more than that."""
    name = entry.field_name(data.name or data.label, field="label" if data.name is None else "name")
    shape = Shape(data.kind, tuple(data.options))
    made = await service.create(conn, caller.workspace_id, name, data.label.strip(), shape)
    return _view(made, None)


@patch(
    "/attributes/{name:str}",
    guards=[needs(Scope.CONTACTS_WRITE)],
    summary="Change an attribute",
    tags=_TAGS,
)
async def change_attribute(
    name: FromPath[str], data: JSONBody[AttributeChanges], caller: Asking, conn: Conn, clock: WallClock
) -> AttributeView:
    """Values of contacts are read as the country of the workspace writes numbers and days."""
    here = caller.workspace_id
    before = await service.one(conn, here, name)
    if data.archived is not None:
        if data.archived:
            await service.put_away(conn, here, name, clock)
        else:
            await service.bring_back(conn, here, name)
    options = before.options if data.options is None else tuple(data.options)
    wanted = service.check_shape(name, Shape(data.kind or before.kind, options))
    at_once = service.only_adds(before.shape, wanted)
    label = (data.label or before.called).strip()
    await service.label(conn, here, name, label, wanted.options if at_once else before.options)
    if not at_once:
        written = notation(await entry.home_country(conn, here))
        await changing.ask(conn, here, name, wanted, written)
    changes = await changing.asked(conn, here)
    return _view(await service.one(conn, here, name), changes.get(name))


def _view(one: Attribute, change: Change | None) -> AttributeView:
    return AttributeView(
        name=one.name,
        label=one.label,
        kind=one.kind,
        options=list(one.options),
        archived=one.archived_at is not None,
        change=None if change is None else _change_view(change),
        created_at=one.created_at,
    )


def _change_view(change: Change) -> ChangeView:
    return ChangeView(
        kind=change.kind,
        options=list(change.options),
        state=change.state,
        held=change.held,
        misfits=change.misfits,
        finished_at=change.finished_at,
    )


routes: list[ControllerRouterHandler] = [list_attributes, create_attribute, change_attribute]

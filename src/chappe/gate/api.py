"""REST: /v1/caps."""

from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import get, put
from litestar.params import JSONBody
from litestar.types import ControllerRouterHandler
from msgspec import Meta

from chappe.accounts import audit
from chappe.accounts.model import Scope
from chappe.api.bodies import Input
from chappe.api.caller import needs
from chappe.api.given import Asking, Conn
from chappe.consent.topics import service as topics
from chappe.consent.topics.model import TOPIC_ID
from chappe.gate import caps
from chappe.gate.caps import MOST, NO_CAPS, Caps
from chappe.kit.ids import parse_public_id, public_id

_TAGS = ["Rules"]
_MOST_TOPICS = 100

_N = Annotated[int, Meta(ge=1, le=MOST)]


class CapsInput(Input, frozen=True, kw_only=True):
    """Marketing messages to one person in any 24 hours, 7 days and 30 days; null: no such cap."""

    per_day: _N | None = None
    per_week: _N | None = None
    per_month: _N | None = None


class TopicCapsInput(CapsInput, frozen=True, kw_only=True):
    """Of those about this topic."""

    topic_id: Annotated[str, Meta(min_length=1, max_length=60)]


class AllCapsInput(Input, frozen=True, kw_only=True):
    """What is named is set as a whole; what is left out stays."""

    all: CapsInput | msgspec.UnsetType = msgspec.UNSET
    topics: Annotated[list[TopicCapsInput], Meta(max_length=_MOST_TOPICS)] = msgspec.field(
        default_factory=list
    )


class CapsView(msgspec.Struct, frozen=True, kw_only=True):
    per_day: int | None
    per_week: int | None
    per_month: int | None


class TopicCapsView(CapsView, frozen=True, kw_only=True):
    topic_id: str


class AllCapsView(msgspec.Struct, frozen=True, kw_only=True):
    """`all`: over all marketing. `topics`: those that have caps of their own, which hold beside it."""

    all: CapsView
    topics: list[TopicCapsView]


@get("/caps", guards=[needs(Scope.CAMPAIGNS_READ)], summary="Caps on marketing per person", tags=_TAGS)
async def read_caps(caller: Asking, conn: Conn) -> AllCapsView:
    """Rules of countries may cap besides (`GET /v1/rules`), and what a person asked for themselves."""
    return _view(await caps.all_caps(conn, caller.workspace_id))


@put("/caps", guards=[needs(Scope.CAMPAIGNS_SEND)], summary="Set caps on marketing per person", tags=_TAGS)
async def change_caps(data: JSONBody[AllCapsInput], caller: Asking, conn: Conn) -> AllCapsView:
    """They hold for what is planned from then on; what is planned already stays planned."""
    here = caller.workspace_id
    before = await caps.all_caps(conn, here)
    if data.all is not msgspec.UNSET:
        await caps.set_caps(conn, here, _caps(data.all))
    for at, each in enumerate(data.topics):
        key = parse_public_id(TOPIC_ID, each.topic_id)
        [topic] = await topics.require(conn, here, [key], field=f"topics[{at}].topic_id")
        await caps.set_caps(conn, here, _caps(each), topic.id)
    after = await caps.all_caps(conn, here)
    if before != after:
        await audit.record(
            conn,
            workspace_id=here,
            actor=audit.Key(caller.key_id),
            action="caps.changed",
            before=msgspec.to_builtins(_view(before)),
            after=msgspec.to_builtins(_view(after)),
        )
    return _view(after)


def _caps(given: CapsInput) -> Caps:
    return Caps(given.per_day, given.per_week, given.per_month)


def _view(known: Mapping[UUID | None, Caps]) -> AllCapsView:
    return AllCapsView(
        all=CapsView(**msgspec.structs.asdict(known.get(None, NO_CAPS))),
        topics=[
            TopicCapsView(topic_id=public_id(TOPIC_ID, topic_id), **msgspec.structs.asdict(each))
            for topic_id, each in known.items()
            if topic_id is not None
        ],
    )


routes: list[ControllerRouterHandler] = [read_caps, change_caps]

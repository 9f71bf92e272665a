"""REST: /v1/topics."""

from typing import Annotated
from uuid import UUID

from litestar import get, patch, post
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.types import ControllerRouterHandler

from chappe.accounts.model import Scope
from chappe.api.caller import needs
from chappe.api.given import Asking, Conn
from chappe.consent.topics import service, shapes
from chappe.consent.topics.model import TOPIC_ID
from chappe.consent.topics.shapes import TopicChange, TopicInput, TopicsView, TopicView
from chappe.kit.ids import parse_public_id

_TAGS = ["Topics"]
_ONE = "/topics/{topic_id:str}"


@post("/topics", guards=[needs(Scope.CONTACTS_WRITE)], summary="Create a topic", tags=_TAGS)
async def create_topic(data: JSONBody[TopicInput], caller: Asking, conn: Conn) -> TopicView:
    """Names are unique among the topics that are not archived."""
    return shapes.topic_view(await service.create(conn, caller.workspace_id, shapes.entry_of(data)))


@get("/topics", guards=[needs(Scope.CONTACTS_READ)], summary="Topics, the default one first", tags=_TAGS)
async def list_topics(
    caller: Asking,
    conn: Conn,
    archived: Annotated[bool, QueryParameter(description="Those that are archived too.")] = False,
) -> TopicsView:
    found = await service.topics(conn, caller.workspace_id, archived=archived)
    return TopicsView(data=[shapes.topic_view(each) for each in found])


@get(_ONE, guards=[needs(Scope.CONTACTS_READ)], summary="A topic", tags=_TAGS)
async def read_topic(topic_id: FromPath[str], caller: Asking, conn: Conn) -> TopicView:
    return shapes.topic_view(await service.topic(conn, caller.workspace_id, _id(topic_id)))


@patch(_ONE, guards=[needs(Scope.CONTACTS_WRITE)], summary="Change or archive a topic", tags=_TAGS)
async def change_topic(
    topic_id: FromPath[str], data: JSONBody[TopicChange], caller: Asking, conn: Conn
) -> TopicView:
    """What people hold of an archived topic stays as it is; nobody subscribes to it any more."""
    here = caller.workspace_id
    known = await service.topic(conn, here, _id(topic_id))
    if data.archived is False:
        await service.restore(conn, here, known.id)
    await service.change(conn, here, known.id, shapes.changed_entry(known, data))
    if data.archived:
        await service.archive(conn, here, known.id)
    return shapes.topic_view(await service.topic(conn, here, known.id))


def _id(text: str) -> UUID | None:
    return parse_public_id(TOPIC_ID, text)


routes: list[ControllerRouterHandler] = [create_topic, list_topics, read_topic, change_topic]

"""REST: /v1/templates."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import delete, get, post, put
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.types import ControllerRouterHandler
from msgspec import Meta

from chappe.accounts.model import Scope
from chappe.api.bodies import Input
from chappe.api.caller import needs
from chappe.api.given import Asking, Conn
from chappe.content.templates import service
from chappe.content.templates.model import TEMPLATE_ID, Language, SavedTemplate, Written, found
from chappe.kit.ids import parse_public_id, public_id
from chappe.sms.parts import measure

_TAGS = ["Templates"]
_ONE = "/templates/{template_id:str}"
_READ, _WRITE = needs(Scope.CAMPAIGNS_READ), needs(Scope.CAMPAIGNS_WRITE)


class TemplateInput(Input, frozen=True, kw_only=True):
    """`folder` and `language` may be empty. Names are unique in their folder. `version`: the one that you
    read; when somebody has saved since, nothing changes and the answer is 409. Null: whatever is there is
    changed.
    """

    name: Annotated[str, Meta(min_length=1, max_length=80, pattern=r"[^\x00-\x20\xa0]")]
    body: Annotated[str, Meta(min_length=1, max_length=5000)]
    folder: Annotated[str, Meta(max_length=60)] = ""
    language: Language = ""
    version: Annotated[int, Meta(ge=1, le=2**31 - 1)] | None = None


class TemplateView(msgspec.Struct, frozen=True, kw_only=True):
    """`parts`, `encoding`: of the text as it is written, its variables not filled in."""

    id: str
    name: str
    folder: str
    language: str
    body: str
    version: int
    parts: int
    encoding: str
    created_at: datetime
    updated_at: datetime


class TemplatesView(msgspec.Struct, frozen=True, kw_only=True):
    """All that were asked for: a workspace keeps a thousand at most."""

    data: list[TemplateView]


class TemplateVersionView(msgspec.Struct, frozen=True, kw_only=True):
    version: int
    body: str
    created_at: datetime


class TemplateVersionsView(msgspec.Struct, frozen=True, kw_only=True):
    """The newest first; 200 at most."""

    data: list[TemplateVersionView]


@post("/templates", guards=[_WRITE], summary="Keep a text", tags=_TAGS)
async def create_template(data: JSONBody[TemplateInput], caller: Asking, conn: Conn) -> TemplateView:
    return _view(await service.add(conn, caller.workspace_id, _written(data)))


@get("/templates", guards=[_READ], summary="Templates, by folder and name", tags=_TAGS)
async def list_templates(
    caller: Asking,
    conn: Conn,
    q: Annotated[str, QueryParameter(description="Words of the name, folder or text.", max_length=200)] = "",
    folder: Annotated[str | None, QueryParameter(description="Those of one folder.", max_length=60)] = None,
) -> TemplatesView:
    known = found(await service.templates(conn, caller.workspace_id), q)
    return TemplatesView(data=[_view(each) for each in known if folder in (None, each.folder)])


@get(_ONE, guards=[_READ], summary="A template", tags=_TAGS)
async def read_template(template_id: FromPath[str], caller: Asking, conn: Conn) -> TemplateView:
    return _view(await service.template(conn, caller.workspace_id, _id(template_id)))


@put(_ONE, guards=[_WRITE], summary="Change a template", tags=_TAGS)
async def change_template(
    template_id: FromPath[str], data: JSONBody[TemplateInput], caller: Asking, conn: Conn
) -> TemplateView:
    """Another text becomes a version of its own; the older ones stay."""
    known = await service.template(conn, caller.workspace_id, _id(template_id))
    return _view(await service.change(conn, known, caller.workspace_id, _written(data), data.version))


@delete(_ONE, guards=[_WRITE], summary="Delete a template", tags=_TAGS)
async def delete_template(template_id: FromPath[str], caller: Asking, conn: Conn) -> None:
    """With its versions. Campaigns that were written from it keep their text."""
    known = await service.template(conn, caller.workspace_id, _id(template_id))
    await service.remove(conn, caller.workspace_id, known)


@get(f"{_ONE}/versions", guards=[_READ], summary="Every text it had", tags=_TAGS)
async def list_versions(template_id: FromPath[str], caller: Asking, conn: Conn) -> TemplateVersionsView:
    known = await service.template(conn, caller.workspace_id, _id(template_id))
    kept = await service.versions(conn, caller.workspace_id, known.id)
    return TemplateVersionsView(
        data=[
            TemplateVersionView(version=one.version, body=one.body, created_at=one.created_at) for one in kept
        ]
    )


@post(f"{_ONE}/versions/{{version:int}}/restore", guards=[_WRITE], summary="Bring a text back", tags=_TAGS)
async def restore_version(
    template_id: FromPath[str], version: FromPath[int], caller: Asking, conn: Conn
) -> TemplateView:
    """As a new version: nothing is lost."""
    known = await service.template(conn, caller.workspace_id, _id(template_id))
    old = await service.version(conn, caller.workspace_id, known.id, version)
    return _view(
        await service.change(conn, known, caller.workspace_id, msgspec.structs.replace(known, body=old.body))
    )


def _view(known: SavedTemplate) -> TemplateView:
    measured = measure(known.body)
    return TemplateView(
        id=public_id(TEMPLATE_ID, known.id),
        name=known.name,
        folder=known.folder,
        language=known.language,
        body=known.body,
        version=known.version,
        parts=measured.parts,
        encoding=measured.encoding.name.lower(),
        created_at=known.created_at,
        updated_at=known.updated_at,
    )


def _written(data: TemplateInput) -> Written:
    return Written(name=data.name, body=data.body, folder=data.folder, language=data.language)


def _id(text: str) -> UUID | None:
    return parse_public_id(TEMPLATE_ID, text)


routes: list[ControllerRouterHandler] = [
    create_template,
    list_templates,
    read_template,
    change_template,
    delete_template,
    list_versions,
    restore_version,
]

"""REST: /v1/media."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import delete, get, post
from litestar.datastructures import UploadFile
from litestar.params import FromPath, MultipartBody
from litestar.types import ControllerRouterHandler
from msgspec import Meta

from chappe.accounts.model import Scope
from chappe.api.bodies import Input
from chappe.api.caller import needs
from chappe.api.given import Asking, Conn, Keys
from chappe.consent.given import GivenLinks
from chappe.content.media import service
from chappe.content.media.codes import MediaCodes
from chappe.content.media.model import MEDIA_ID, MOST_BYTES, Media
from chappe.content.media.sizes import fits_in
from chappe.kit.ids import parse_public_id, public_id

_TAGS = ["Media"]
_ONE = "/media/{media_id:str}"
_ENVELOPE = 10_000


class MediaForm(Input, frozen=True, kw_only=True):
    """`alt`: what the picture shows, for who cannot see it."""

    file: UploadFile
    alt: Annotated[str, Meta(max_length=300)]


class MediaView(msgspec.Struct, frozen=True, kw_only=True):
    """`url`: signed; nobody guesses it; whoever has it sees the picture. `bytes`: of what is served there.
    `fits_in`: countries (ISO 3166) whose carriers all take a picture of that size inside a message (MMS);
    `*`: every country. Elsewhere it goes by its link.
    """

    id: str
    url: str
    kind: str
    width: int
    height: int
    bytes: int
    fits_in: list[str]
    alt: str
    created_at: datetime


class MediaListView(msgspec.Struct, frozen=True, kw_only=True):
    """The newest first: a workspace keeps 500 at most."""

    data: list[MediaView]


@post(
    "/media",
    guards=[needs(Scope.CAMPAIGNS_WRITE)],
    summary="Upload a picture",
    tags=_TAGS,
    request_max_body_size=MOST_BYTES + _ENVELOPE,
)
async def upload_media(
    data: MultipartBody[MediaForm], caller: Asking, conn: Conn, links: GivenLinks, keys: Keys
) -> MediaView:
    """PNG, JPEG, GIF or WebP up to 5 MB. It is written anew: place, camera and comments are left out."""
    picture = await service.prepared(await data.file.read())
    made = await service.add(conn, caller.workspace_id, picture, data.alt, MediaCodes.of(keys))
    return _view(made, links)


@get("/media", guards=[needs(Scope.CAMPAIGNS_READ)], summary="Pictures, newest first", tags=_TAGS)
async def list_media(caller: Asking, conn: Conn, links: GivenLinks) -> MediaListView:
    return MediaListView(data=[_view(each, links) for each in await service.every(conn, caller.workspace_id)])


@get(_ONE, guards=[needs(Scope.CAMPAIGNS_READ)], summary="A picture", tags=_TAGS)
async def read_media(media_id: FromPath[str], caller: Asking, conn: Conn, links: GivenLinks) -> MediaView:
    return _view(await service.one(conn, caller.workspace_id, _id(media_id)), links)


@delete(_ONE, guards=[needs(Scope.CAMPAIGNS_WRITE)], summary="Delete a picture", tags=_TAGS)
async def delete_media(media_id: FromPath[str], caller: Asking, conn: Conn) -> None:
    """Its address answers 404 from then on, in messages that were sent too. Refused while a campaign that is
    scheduled or being sent has it.
    """
    known = await service.one(conn, caller.workspace_id, _id(media_id))
    await service.remove(conn, known, caller.workspace_id)


def _view(known: Media, links: GivenLinks) -> MediaView:
    return MediaView(
        id=public_id(MEDIA_ID, known.id),
        url=f"{links.base}/m/{known.code}",
        kind=known.kind,
        width=known.width,
        height=known.height,
        bytes=known.bytes,
        fits_in=list(fits_in(known.bytes)),
        alt=known.alt,
        created_at=known.created_at,
    )


def _id(text: str) -> UUID | None:
    return parse_public_id(MEDIA_ID, text)


routes: list[ControllerRouterHandler] = [upload_media, list_media, read_media, delete_media]

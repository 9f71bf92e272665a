"""A picture that a form came with."""

from typing import Any, Final

from litestar import Request
from litestar.datastructures import UploadFile

from chappe.accounts import acts
from chappe.content.media import service
from chappe.content.media.codes import MediaCodes
from chappe.content.media.model import MEDIA_ID, MOST_BYTES, Media, Picture
from chappe.db.keys import InstanceKeys
from chappe.db.pool import Connection
from chappe.kit.ids import public_id
from chappe.web.forms import Missing, Reading
from chappe.web.page import Page
from chappe.web.viewer import Viewer

MOST_BODY: Final = MOST_BYTES + 10_000
"""Octets of the whole form."""


async def received(request: Request[Any, Any, Any], reading: Reading) -> Picture | None:
    """The field `file`, as it is kept; None with what is wrong in `reading.errors`."""
    file = (await request.form()).get("file")
    if not isinstance(file, UploadFile) or not file.filename:
        reading.errors.add(Missing("Choose a picture.", field="file"))
        return None
    with reading.errors.caught():
        return await service.prepared(await file.read())
    return None


async def keep(
    conn: Connection, page: Page, viewer: Viewer, keys: InstanceKeys, picture: Picture, alt: str
) -> Media:
    """Add it, and note who did. Raises BadAlt, TooManyMedia."""
    made = await service.add(conn, viewer.workspace_id, picture, alt, MediaCodes.of(keys))
    target, after = public_id(MEDIA_ID, made.id), {"alt": made.alt}
    await acts.record_here(conn, page, viewer, "media.added", target=target, after=after)
    return made

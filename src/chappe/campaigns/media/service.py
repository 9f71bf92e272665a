"""The picture of a campaign is the one whose address stands in its text. Nothing here commits.

The text alone says so: preview, count, test and what is sent need not ask anybody else, the address is
shortened as any other, and a copy of the campaign has its picture.
"""

from enum import StrEnum

from chappe.campaigns.drafts import MessageStep
from chappe.campaigns.model import Campaign
from chappe.carriers import pictures
from chappe.carriers import service as carriers
from chappe.content.media import service as media
from chappe.content.media.model import Media
from chappe.content.media.sizes import EVERYWHERE, fits_in
from chappe.db.pool import Connection


def address(base: str, code: str) -> str:
    """Of the picture with this code. `base`: the address that people open this installation at."""
    return f"{base}/m/{code}"


async def picture_of(conn: Connection, campaign: Campaign, base: str) -> Media | None:
    """The first that the text names; None when it names none."""
    if address(base, "") not in campaign.body:
        return None
    known = {address(base, each.code): each for each in await media.every(conn, campaign.workspace_id)}
    named = [url for url in known if url in campaign.body]
    return known[min(named, key=campaign.body.index)] if named else None


class Way(StrEnum):
    """How a picture reaches a phone: inside the message, or by its address in the text."""

    MMS = "mms"
    LINK = "link"


async def way(conn: Connection, workspace_id: int, picture: Media) -> Way:
    """By the link, unless phones of every country take a picture of its size, and every carrier that may be
    asked takes it itself.
    """
    kinds = [one.kind for one in await carriers.carriers(conn, workspace_id) if one.enabled]
    inside = EVERYWHERE in fits_in(picture.bytes) and pictures.all_take(kinds, picture.bytes)
    return Way.MMS if inside else Way.LINK


async def with_picture(conn: Connection, campaign: Campaign, picture: Media, base: str) -> MessageStep:
    """The message with it: in the place of the one that is there, else at the end of the text."""
    url, there = address(base, picture.code), await picture_of(conn, campaign, base)
    if there is None:
        body = f"{campaign.body.rstrip()} {url}".lstrip()
    else:
        body = campaign.body.replace(address(base, there.code), url)
    return MessageStep(sender_id=campaign.sender_id, body=body)


async def without_picture(conn: Connection, campaign: Campaign, base: str) -> MessageStep:
    """The message without it, and without the space before it."""
    there, body = await picture_of(conn, campaign, base), campaign.body
    if there is not None:
        url = address(base, there.code)
        body = body.replace(f" {url}", "").replace(url, "")
    return MessageStep(sender_id=campaign.sender_id, body=body)

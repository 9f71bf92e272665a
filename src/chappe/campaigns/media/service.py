"""The picture of a campaign is the one whose address stands in its text. Nothing here commits.

The text alone says so: preview, count, test and what is sent need not ask anybody else, the address is
shortened as any other, and a copy of the campaign has its picture.
"""

from chappe.campaigns import drafts
from chappe.campaigns.drafts import MessageStep
from chappe.campaigns.model import Campaign
from chappe.content.media import service as media
from chappe.content.media.model import Media
from chappe.db.pool import Connection


def address(base: str, picture: Media) -> str:
    """`base`: the address that people open this installation at."""
    return f"{base}/m/{picture.code}"


async def picture_of(conn: Connection, campaign: Campaign, base: str) -> Media | None:
    """The first that the text names; None when it names none."""
    known = {address(base, each): each for each in await media.every(conn, campaign.workspace_id)}
    named = [url for url in known if url in campaign.body]
    return known[min(named, key=campaign.body.index)] if named else None


async def put(conn: Connection, campaign: Campaign, picture: Media, base: str) -> Campaign:
    """In the place of the one that is there, else at the end of the text. Raises WrongState."""
    url, there = address(base, picture), await picture_of(conn, campaign, base)
    if there is None:
        body = f"{campaign.body.rstrip()} {url}".lstrip()
    else:
        body = campaign.body.replace(address(base, there), url)
    return await _write(conn, campaign, body)


async def take_away(conn: Connection, campaign: Campaign, base: str) -> Campaign:
    """The text without it, and without the space before it. Raises WrongState."""
    there = await picture_of(conn, campaign, base)
    if there is None:
        return campaign
    url = address(base, there)
    return await _write(conn, campaign, campaign.body.replace(f" {url}", "").replace(url, ""))


async def _write(conn: Connection, campaign: Campaign, body: str) -> Campaign:
    return await drafts.save(conn, campaign, MessageStep(sender_id=campaign.sender_id, body=body))

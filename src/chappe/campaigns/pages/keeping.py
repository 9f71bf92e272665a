"""Nothing typed is lost: the message step keeps itself while somebody writes, and two who write the same text
at once are told.
"""

from hashlib import blake2b
from typing import Any

from litestar import Response, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from chappe.accounts.permissions import Permission
from chappe.api.given import Db
from chappe.campaigns import drafts
from chappe.campaigns.drafts import MessageStep
from chappe.campaigns.model import Campaign, CampaignState
from chappe.campaigns.pages import trying
from chappe.campaigns.pages.common import campaign_of, note, sender_id
from chappe.campaigns.pages.forms import read_message
from chappe.campaigns.variants.model import FIRST
from chappe.web.forms import Reading
from chappe.web.page import GivenPage
from chappe.web.viewer import GivenViewer, needs


def stamp(saved: Campaign) -> str:
    """Names the words and the sender as they are saved: a page that knows another stamp is behind."""
    return blake2b(f"{saved.sender_id}\n{saved.body}".encode(), digest_size=8).hexdigest()


def is_behind(saved: Campaign, seen: str, written: MessageStep) -> bool:
    """Whether somebody else wrote something else since the page with this stamp was made."""
    return (
        bool(seen)
        and seen != stamp(saved)
        and (saved.body, saved.sender_id)
        != (
            written.body,
            written.sender_id,
        )
    )


@post("/campaigns/{campaign:str}/keep", opt=needs(Permission.CAMPAIGNS_WRITE), status_code=200)
async def keep(campaign: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db) -> Response[Any]:
    """The message as it is being written. 409 when somebody else has changed it meanwhile (with
    what is saved), or sent it.
    """
    reading = Reading(await page.form())
    written, seen = read_message(reading), reading.form.one("seen")
    letter = trying.letter_of(reading.form.one("variant"))
    async with db.transaction(viewer.workspace_id) as conn:
        draft = await campaign_of(conn, viewer, campaign)
        saved = await trying.seen_as(conn, draft, letter)
        if draft.state is not CampaignState.DRAFT:
            return Response({"seen": stamp(saved)}, status_code=409)
        if is_behind(saved, seen, written):
            theirs = {"seen": stamp(saved), "sender_id": sender_id(saved.sender_id), "body": saved.body}
            return Response(theirs, status_code=409)
        if letter != FIRST:
            await trying.save(conn, draft, letter, written, reading)
        elif drafts.with_step(draft, written) != draft:
            await drafts.save(conn, draft, written)
            # One line in the trail for all that is written on one page.
            if reading.form.one("first"):
                told = {"before": {"body": draft.body}, "after": {"body": written.body}}
                await note(conn, page, viewer, "changed", draft, **told)
        now = await trying.seen_as(conn, await campaign_of(conn, viewer, campaign), letter)
    return Response({"seen": stamp(now)}, status_code=200)


routes: list[ControllerRouterHandler] = [keep]

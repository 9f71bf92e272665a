"""Through whose eyes a message is seen: any contact, looked for by name or number."""

from typing import Any, Final

from litestar import Response, get
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from chappe.accounts.permissions import Permission
from chappe.api.given import Db, Ids
from chappe.campaigns.pages.common import campaign_of, shown_id
from chappe.contacts import entry
from chappe.contacts.model import CONTACT_ID
from chappe.contacts.names import called
from chappe.contacts.search import finding
from chappe.contacts.search.finding import Narrowed, Order
from chappe.web.page import GivenPage
from chappe.web.viewer import GivenViewer, needs

_MOST: Final = 6


@get("/campaigns/{campaign:str}/readers", opt=needs(Permission.CAMPAIGNS_WRITE))
async def readers(
    campaign: FromPath[str], page: GivenPage, viewer: GivenViewer, db: Db, ids: Ids
) -> Response[Any]:
    """Contacts to see the message as (`?reader=`), in the audience or not; without scripts, the first."""
    text, here = page.asked("reader").strip(), viewer.workspace_id
    async with db.transaction(here) as conn:
        draft = await campaign_of(conn, viewer, campaign)
        search = await finding.prepare(conn, here, Narrowed(text=text), await entry.home_country(conn, here))
        narrowed = search.typed.words or search.typed.numeric
        people = await finding.page(conn, here, search, Order.NAME, None, _MOST) if narrowed else []
    found = [
        (ids.encode(CONTACT_ID, each.contact.id), called(each.contact.attributes), each.contact.phone)
        for each in people
    ]
    if not page.wants_fragment:
        contact = found[0][0] if found else ""
        return page.redirect(f"/campaigns/{campaign}/edit/message?contact={contact}")
    return page.render(
        "campaigns/edit/readers.html", found=found, asked=bool(narrowed), campaign_id=shown_id(draft)
    )


routes: list[ControllerRouterHandler] = [readers]

"""REST: POST /v1/contacts/…/merge and …/unmerge."""

import msgspec
from litestar import post
from litestar.params import FromPath, JSONBody
from litestar.types import ControllerRouterHandler

from chappe.accounts.model import Scope
from chappe.api.bodies import Input
from chappe.api.caller import needs
from chappe.api.given import Asking, Conn, Ids, WallClock
from chappe.contacts import service as contacts
from chappe.contacts.attributes import service as attributes
from chappe.contacts.events import By
from chappe.contacts.model import CONTACT_ID
from chappe.contacts.shapes import ContactView, contact_view
from chappe.desk.duplicates import service

_TAGS = ["Contacts"]
_BY = By(None, "API")


class MergeWith(Input, frozen=True, kw_only=True):
    contact_id: str = msgspec.field()


@post(
    "/contacts/{contact_id:str}/merge",
    guards=[needs(Scope.CONTACTS_WRITE)],
    summary="Merge two contacts of one person",
    tags=_TAGS,
    status_code=200,
)
async def merge_contacts(
    contact_id: FromPath[str], data: JSONBody[MergeWith], caller: Asking, conn: Conn, ids: Ids
) -> ContactView:
    """The one of the address stays, with its number; where both say something it is right. The other one is
    archived and names it (`merged_into`). Of consents the stricter wins. It can be undone for 30 days.
    """
    here = caller.workspace_id
    kept = ids.decode(CONTACT_ID, contact_id) or 0
    await service.merge(conn, here, kept, ids.decode(CONTACT_ID, data.contact_id) or 0, _BY)
    stays = await contacts.get_contact(conn, here, kept)
    return contact_view(stays, ids, await attributes.shapes(conn, here))


@post(
    "/contacts/{contact_id:str}/unmerge",
    guards=[needs(Scope.CONTACTS_WRITE)],
    summary="Take a merge back",
    tags=_TAGS,
    status_code=200,
)
async def unmerge_contact(
    contact_id: FromPath[str], caller: Asking, conn: Conn, ids: Ids, clock: WallClock
) -> ContactView:
    """The address names the contact that was merged into another. What was changed since stays."""
    here = caller.workspace_id
    found = await contacts.get_contact(conn, here, ids.decode(CONTACT_ID, contact_id))
    undone = await service.unmerge(conn, here, found.id, _BY, clock)
    return contact_view(undone.gone, ids, await attributes.shapes(conn, here))


routes: list[ControllerRouterHandler] = [merge_contacts, unmerge_contact]

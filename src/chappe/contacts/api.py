"""REST: /v1/lists, /v1/contacts."""

from typing import Annotated
from uuid import UUID

from litestar import delete, get, post
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.types import ControllerRouterHandler

from chappe.accounts.model import Scope
from chappe.api.caller import needs
from chappe.api.given import Asking, Conn, Ids
from chappe.api.paging import Cursor, Limit, Page, decode_cursor, page_of
from chappe.contacts import service, shapes
from chappe.contacts.attributes import api as attributes_api
from chappe.contacts.attributes import service as attributes
from chappe.contacts.errors import UnknownContact
from chappe.contacts.model import CONTACT_ID, LIST_ID, Contact, ContactFilter
from chappe.contacts.shapes import (
    ContactView,
    ListDetail,
    ListView,
    MembersView,
    NewList,
    NewMembers,
)
from chappe.kit.ids import parse_public_id
from chappe.kit.phone import parse_international, to_e164

_LISTS, _CONTACTS = ["Lists"], ["Contacts"]


@post("/lists", guards=[needs(Scope.CONTACTS_WRITE)], summary="Create a list", tags=_LISTS)
async def create_list(data: JSONBody[NewList], caller: Asking, conn: Conn) -> ListView:
    """Names are unique in a workspace."""
    return shapes.list_view(await service.create_list(conn, caller.workspace_id, data.name))


@get("/lists", guards=[needs(Scope.CONTACTS_READ)], summary="Lists, oldest first", tags=_LISTS)
async def list_lists(caller: Asking, conn: Conn, limit: Limit = 100, cursor: Cursor = None) -> Page[ListView]:
    after = decode_cursor(cursor, UUID)
    rows = await service.page_lists(conn, caller.workspace_id, after=after, limit=limit + 1)
    return page_of(rows, limit, key=lambda row: row.id, view=shapes.list_view)


@get(
    "/lists/{list_id:str}",
    guards=[needs(Scope.CONTACTS_READ)],
    summary="A list and its size",
    tags=_LISTS,
)
async def read_list(list_id: FromPath[str], caller: Asking, conn: Conn) -> ListDetail:
    known = await service.get_list(conn, caller.workspace_id, parse_public_id(LIST_ID, list_id))
    return shapes.list_detail(known, await service.size_of_list(conn, caller.workspace_id, known.id))


@post(
    "/lists/{list_id:str}/members",
    guards=[needs(Scope.CONTACTS_WRITE)],
    summary="Put contacts on a list",
    tags=_LISTS,
    status_code=200,
)
async def add_members(
    list_id: FromPath[str], data: JSONBody[NewMembers], caller: Asking, conn: Conn
) -> MembersView:
    """Contacts by their numbers, up to 1,000. New people come by an import, which asks for their consent."""
    known = await service.get_list(conn, caller.workspace_id, parse_public_id(LIST_ID, list_id))
    phones = [
        parse_international(text, field=f"phones[{position}]") for position, text in enumerate(data.phones)
    ]
    found = await service.ids_by_phone(conn, caller.workspace_id, phones)
    added = await service.join_list(conn, caller.workspace_id, known.id, list(found.values()))
    unknown = [to_e164(phone) for phone in dict.fromkeys(phones) if phone not in found]
    return MembersView(added=added, unknown=unknown)


@delete(
    "/lists/{list_id:str}/members/{contact_id:str}",
    guards=[needs(Scope.CONTACTS_WRITE)],
    summary="Take a contact off a list",
    tags=_LISTS,
)
async def remove_member(
    list_id: FromPath[str], contact_id: FromPath[str], caller: Asking, conn: Conn, ids: Ids
) -> None:
    """The contact itself stays."""
    known = await service.get_list(conn, caller.workspace_id, parse_public_id(LIST_ID, list_id))
    member = ids.decode(CONTACT_ID, contact_id)
    left = await service.leave_list(conn, caller.workspace_id, known.id, [] if member is None else [member])
    if not left:
        raise UnknownContact("This contact is not on the list. See who is with GET /v1/contacts?list_id=….")


@get("/contacts", guards=[needs(Scope.CONTACTS_READ)], summary="Contacts, oldest first", tags=_CONTACTS)
async def list_contacts(
    caller: Asking,
    conn: Conn,
    ids: Ids,
    phone: Annotated[
        str | None, QueryParameter(max_length=40, description="The contact with this number, in E.164.")
    ] = None,
    external_id: Annotated[
        str | None, QueryParameter(max_length=200, description="The contact with this id of yours.")
    ] = None,
    list_id: Annotated[str | None, QueryParameter(max_length=40, description="Members of this list.")] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Page[ContactView]:
    """Filters can be combined."""
    after = decode_cursor(cursor, int)
    number = None if phone is None else parse_international(phone, field="phone")
    list_key = None
    if list_id is not None:
        key = parse_public_id(LIST_ID, list_id)
        list_key = (await service.get_list(conn, caller.workspace_id, key, field="list_id")).id
    which = ContactFilter(phone=number, list_id=list_key, external_id=external_id)
    rows = await service.page_contacts(conn, caller.workspace_id, which, after=after, limit=limit + 1)
    shaped = await attributes.shapes(conn, caller.workspace_id)

    def view(contact: Contact) -> ContactView:
        return shapes.contact_view(contact, ids, shaped)

    return page_of(rows, limit, key=lambda row: row.id, view=view)


@get(
    "/contacts/{contact_id:str}",
    guards=[needs(Scope.CONTACTS_READ)],
    summary="A contact",
    tags=_CONTACTS,
)
async def read_contact(contact_id: FromPath[str], caller: Asking, conn: Conn, ids: Ids) -> ContactView:
    key = ids.decode(CONTACT_ID, contact_id)
    found = await service.get_contact(conn, caller.workspace_id, key)
    return shapes.contact_view(found, ids, await attributes.shapes(conn, caller.workspace_id))


routes: list[ControllerRouterHandler] = [
    create_list,
    list_lists,
    read_list,
    add_members,
    remove_member,
    list_contacts,
    read_contact,
    *attributes_api.routes,
]

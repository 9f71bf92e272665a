"""What the command palette finds: contacts by name and number, lists by name."""

from collections.abc import Sequence

from chappe.accounts.permissions import Permission
from chappe.contacts import entry, lists
from chappe.contacts.model import CONTACT_ID, LIST_ID
from chappe.contacts.names import called
from chappe.contacts.search import finding
from chappe.contacts.search.finding import Narrowed, Order
from chappe.db.pool import Database
from chappe.kit.folding import fold
from chappe.kit.ids import IdCipher, public_id
from chappe.kit.phone import to_e164
from chappe.web.formats import phone
from chappe.web.navigation import mark
from chappe.web.palette import MOST_FOUND, Finder, Found
from chappe.web.viewer import Viewer


def finders(db: Database, ids: IdCipher) -> list[Finder]:
    """For the application to hand to the palette."""

    async def contacts(viewer: Viewer, text: str) -> Sequence[Found]:
        here = viewer.workspace_id
        async with db.transaction(here) as conn:
            country = await entry.home_country(conn, here)
            search = await finding.prepare(conn, here, Narrowed(text=text), country)
            if not search.typed.words and not search.typed.numeric:
                return []
            people = await finding.page(conn, here, search, Order.NAME, None, MOST_FOUND)
        found = []
        for each in people:
            name, number = called(each.contact.attributes), phone(to_e164(each.contact.phone))
            href = f"/contacts/{ids.encode(CONTACT_ID, each.contact.id)}"
            found.append(Found(name.whole if name else number, number if name else "", href, "user"))
        return found

    async def by_name(viewer: Viewer, text: str) -> Sequence[Found]:
        async with db.transaction(viewer.workspace_id) as conn:
            names = await lists.all_names(conn, viewer.workspace_id)
        wanted = fold(text)
        fitting = [(key, name) for key, name in names if wanted and wanted in fold(name)][:MOST_FOUND]
        return [Found(name, "", f"/lists/{public_id(LIST_ID, key)}", "list") for key, name in fitting]

    return [
        Finder(mark("Contacts"), Permission.CONTACTS_READ, contacts),
        Finder(mark("Lists"), Permission.CONTACTS_READ, by_name),
    ]

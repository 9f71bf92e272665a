"""Numbers that write and are no contacts."""

from chappe.contacts import service as contacts
from chappe.contacts.model import IncomingContact
from chappe.db.pool import Connection
from chappe.rules.service import zones_of


async def keep(conn: Connection, workspace_id: int, phone: int) -> None:
    """Make a contact of a number. It has agreed to nothing by that."""
    await contacts.merge(conn, workspace_id, [IncomingContact(phone=phone, zones=zones_of(phone))])

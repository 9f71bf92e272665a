"""The pages of contacts and lists. A contact's own page gathers several rooms: `chappe.desk`."""

from litestar.types import ControllerRouterHandler

from chappe.contacts.attributes import pages as attributes
from chappe.contacts.pages import bulk, contacts, export, lists

routes: list[ControllerRouterHandler] = [
    *contacts.routes,
    *attributes.routes,
    *bulk.routes,
    *export.routes,
    *lists.routes,
]

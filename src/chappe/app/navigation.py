"""The navigation: every place there is, in its group. What no route serves or the person may not see is left
out.
"""

from collections.abc import Collection, Sequence

from chappe.accounts.permissions import Permission
from chappe.web.navigation import Group, Place, mark
from chappe.web.viewer import Viewer

PHONES = "/lab/phones"

GROUPS = (
    Group(
        None,
        (
            Place("/", mark("Home"), "house", Permission.HOME_READ),
            Place("/analytics", mark("Analytics"), "chart-line", Permission.CAMPAIGNS_READ),
        ),
    ),
    Group(
        mark("Messages"),
        (
            Place("/campaigns", mark("Campaigns"), "megaphone", Permission.CAMPAIGNS_READ),
            Place("/templates", mark("Templates"), "file-text", Permission.CAMPAIGNS_READ),
            Place("/offers", mark("Offers"), "ticket-percent", Permission.CAMPAIGNS_READ),
            Place("/media", mark("Pictures"), "image", Permission.CAMPAIGNS_READ),
            Place("/inbox", mark("Inbox"), "inbox", Permission.CONVERSATIONS_READ),
            Place("/links", mark("Links"), "link", Permission.CAMPAIGNS_READ),
            Place("/messages", mark("Message log"), "list-tree", Permission.MESSAGES_READ),
        ),
    ),
    Group(
        mark("Audience"),
        (
            Place("/contacts", mark("Contacts"), "users", Permission.CONTACTS_READ),
            Place("/contacts/attributes", mark("Fields"), "tag", Permission.CONTACTS_READ),
            Place("/lists", mark("Lists"), "list", Permission.CONTACTS_READ),
            Place("/segments", mark("Segments"), "filter", Permission.CONTACTS_READ),
            Place("/events", mark("Events"), "activity", Permission.CONTACTS_READ),
            Place("/topics", mark("Topics"), "tags", Permission.CONTACTS_READ),
            Place("/forms", mark("Sign-up forms"), "file-pen", Permission.CONTACTS_READ),
            Place("/imports", mark("Imports"), "file-up", Permission.CONTACTS_READ),
            Place("/exports", mark("Exports"), "download", Permission.EXPORTS_READ),
            Place("/suppressions", mark("Suppression list"), "shield-off", Permission.SUPPRESSIONS_READ),
        ),
    ),
    Group(
        mark("Compliance"),
        (
            Place("/compliance", mark("Rules by country"), "scale", Permission.CONTACTS_READ),
            Place("/consents", mark("Consents"), "fingerprint", Permission.CONTACTS_READ),
            Place("/compliance/caps", mark("Caps"), "gauge", Permission.CAMPAIGNS_READ),
            Place("/compliance/words", mark("Opt-out words"), "hand", Permission.CONTACTS_READ),
            Place(
                "/compliance/requests", mark("Requests of persons"), "user-check", Permission.REQUESTS_READ
            ),
            Place("/compliance/test", mark("Test box"), "shield-check", Permission.CONTACTS_READ),
        ),
    ),
    Group(
        mark("Delivery"),
        (
            Place("/carriers", mark("Carriers"), "radio-tower", Permission.CARRIERS_READ),
            Place("/senders", mark("Senders"), "signature", Permission.CARRIERS_READ),
            Place("/routes", mark("Routes"), "route", Permission.CARRIERS_READ),
            Place(PHONES, mark("Phones"), "smartphone", Permission.MESSAGES_READ),
        ),
    ),
    Group(
        mark("Workspace"),
        (
            Place("/team", mark("Team"), "user-cog", Permission.TEAM_READ),
            Place("/keys", mark("API keys"), "key-round", Permission.KEYS_READ),
            Place("/jobs", mark("Background jobs"), "list-checks", Permission.JOBS_READ),
            Place("/audit", mark("Audit trail"), "scroll-text", Permission.AUDIT_READ),
            Place("/mailbox", mark("Mailbox"), "mail", Permission.SETTINGS_WRITE),
            Place("/settings", mark("Settings"), "settings", Permission.SETTINGS_READ),
        ),
    ),
)

# What the command palette offers to do.
ACTIONS = (
    Place("/campaigns/new", mark("Write a campaign"), "megaphone", Permission.CAMPAIGNS_WRITE),
    Place("/contacts/new", mark("Add a contact"), "user-plus", Permission.CONTACTS_WRITE),
    Place("/segments/new", mark("New segment"), "filter", Permission.CONTACTS_WRITE),
    Place("/imports/new", mark("Import contacts"), "file-up", Permission.CONTACTS_WRITE),
    Place("/carriers/new", mark("Connect a carrier"), "radio-tower", Permission.CARRIERS_WRITE),
)


def groups_for(viewer: Viewer, served: Collection[str]) -> Sequence[Group]:
    """What this person sees; `served` are the paths that have a page now."""
    shown = []
    for group in GROUPS:
        if places := _open_to(viewer, group.places, served):
            shown.append(Group(group.name, places))
    return shown


def actions_for(viewer: Viewer, served: Collection[str]) -> Group:
    """What this person can begin; `served` are the paths that have a page now."""
    return Group(mark("Do"), _open_to(viewer, ACTIONS, served))


def _open_to(viewer: Viewer, places: Sequence[Place], served: Collection[str]) -> list[Place]:
    return [
        place
        for place in places
        if place.path in served and (place.permission is None or viewer.may(place.permission))
    ]

"""What roles and permissions are called: for the team's page, the form of keys and the documentation.

Each text is marked for translation here and translated where it is shown.
"""

from collections.abc import Mapping
from typing import Final

from chappe.accounts.permissions import Permission, Role
from chappe.web.navigation import mark

ROLE_NAMES: Final[Mapping[Role, str]] = {
    Role.OWNER: mark("Owner"),
    Role.ADMIN: mark("Admin"),
    Role.MARKETER: mark("Marketer"),
    Role.AGENT: mark("Agent"),
    Role.ANALYST: mark("Analyst"),
    Role.DEVELOPER: mark("Developer"),
}

ROLE_SENTENCES: Final[Mapping[Role, str]] = {
    Role.OWNER: mark("May do everything, and alone decides who else is an owner."),
    Role.ADMIN: mark("May do everything but make owners."),
    Role.MARKETER: mark("Writes and sends campaigns, and keeps contacts and lists."),
    Role.AGENT: mark("Answers people who write in."),
    Role.ANALYST: mark("Sees the figures and changes nothing."),
    Role.DEVELOPER: mark("Connects programs and carriers, and makes API keys."),
}

# In the order of the navigation. Every permission stands here once: a test asks.
GROUPS: Final[tuple[tuple[str, tuple[tuple[Permission, str], ...]], ...]] = (
    (
        mark("Messages"),
        (
            (Permission.HOME_READ, mark("See the home page")),
            (Permission.CAMPAIGNS_READ, mark("See campaigns and their reports")),
            (Permission.CAMPAIGNS_WRITE, mark("Write campaigns")),
            (Permission.CAMPAIGNS_SEND, mark("Send, schedule, pause and cancel campaigns")),
            (Permission.MESSAGES_READ, mark("See messages and what became of them")),
            (Permission.MESSAGES_SEND, mark("Send single messages")),
            (Permission.CONVERSATIONS_READ, mark("Read conversations")),
            (Permission.CONVERSATIONS_WRITE, mark("Assign and close conversations")),
        ),
    ),
    (
        mark("Audience"),
        (
            (Permission.CONTACTS_READ, mark("See contacts, lists and imports")),
            (Permission.CONTACTS_WRITE, mark("Add, change and import contacts")),
            (Permission.SUPPRESSIONS_READ, mark("See who asked to stop")),
            (Permission.SUPPRESSIONS_WRITE, mark("Add to the suppression list, and lift from it")),
            (Permission.EXPORTS_READ, mark("See exports and download them")),
            (Permission.EXPORTS_WRITE, mark("Export contacts, messages and consents as files")),
            (Permission.REQUESTS_READ, mark("See what people ask about their data")),
            (Permission.REQUESTS_WRITE, mark("Answer these requests: access, correction, erasure")),
        ),
    ),
    (
        mark("Delivery"),
        (
            (Permission.CARRIERS_READ, mark("See carriers, senders and routes")),
            (Permission.CARRIERS_WRITE, mark("Connect carriers, senders and routes")),
        ),
    ),
    (
        mark("Workspace"),
        (
            (Permission.TEAM_READ, mark("See the team")),
            (Permission.TEAM_WRITE, mark("Invite people, change roles, remove people")),
            (Permission.KEYS_READ, mark("See API keys")),
            (Permission.KEYS_WRITE, mark("Make and revoke API keys")),
            (Permission.JOBS_READ, mark("See background jobs")),
            (Permission.AUDIT_READ, mark("Read the audit trail")),
            (Permission.SETTINGS_READ, mark("See the settings")),
            (Permission.SETTINGS_WRITE, mark("Change the settings")),
        ),
    ),
)

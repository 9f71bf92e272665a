"""Who may do what: the one table that pages, API keys and documentation read.

A role is a set of permissions. Writing a campaign and sending it are two: the second costs money and cannot
be taken back. The scopes of API keys are the permissions that make sense for a program.
"""

from enum import StrEnum


class Permission(StrEnum):
    """What a page or an address of the API asks for."""

    HOME_READ = "home:read"
    CAMPAIGNS_READ = "campaigns:read"
    CAMPAIGNS_WRITE = "campaigns:write"
    CAMPAIGNS_SEND = "campaigns:send"
    CONTACTS_READ = "contacts:read"
    CONTACTS_WRITE = "contacts:write"
    SUPPRESSIONS_READ = "suppressions:read"
    SUPPRESSIONS_WRITE = "suppressions:write"
    EXPORTS_READ = "exports:read"
    EXPORTS_WRITE = "exports:write"
    REQUESTS_READ = "requests:read"
    REQUESTS_WRITE = "requests:write"
    MESSAGES_READ = "messages:read"
    MESSAGES_SEND = "messages:send"
    CONVERSATIONS_READ = "conversations:read"
    CONVERSATIONS_WRITE = "conversations:write"
    CARRIERS_READ = "carriers:read"
    CARRIERS_WRITE = "carriers:write"
    JOBS_READ = "jobs:read"
    SETTINGS_READ = "settings:read"
    SETTINGS_WRITE = "settings:write"
    TEAM_READ = "team:read"
    TEAM_WRITE = "team:write"
    KEYS_READ = "keys:read"
    KEYS_WRITE = "keys:write"
    AUDIT_READ = "audit:read"


class Role(StrEnum):
    """Of a person in a workspace."""

    OWNER = "owner"
    ADMIN = "admin"
    MARKETER = "marketer"
    AGENT = "agent"
    ANALYST = "analyst"
    DEVELOPER = "developer"


_READING = frozenset(
    {
        Permission.HOME_READ,
        Permission.CAMPAIGNS_READ,
        Permission.CONTACTS_READ,
        Permission.SUPPRESSIONS_READ,
        Permission.MESSAGES_READ,
        Permission.JOBS_READ,
    }
)
_EVERYTHING = frozenset(Permission)

# Only an owner makes owners: `accounts/team/queries.sql` asks for the role itself.
ROLES: dict[Role, frozenset[Permission]] = {
    Role.OWNER: _EVERYTHING,
    Role.ADMIN: _EVERYTHING,
    Role.MARKETER: _READING
    | {
        Permission.CAMPAIGNS_WRITE,
        Permission.CAMPAIGNS_SEND,
        Permission.CONTACTS_WRITE,
        Permission.SUPPRESSIONS_WRITE,
        Permission.EXPORTS_READ,
        Permission.EXPORTS_WRITE,
        Permission.REQUESTS_READ,
        Permission.CONVERSATIONS_READ,
        Permission.CONVERSATIONS_WRITE,
        Permission.MESSAGES_SEND,
        Permission.CARRIERS_READ,
    },
    Role.AGENT: frozenset(
        {
            Permission.HOME_READ,
            Permission.CONTACTS_READ,
            Permission.SUPPRESSIONS_READ,
            Permission.SUPPRESSIONS_WRITE,
            Permission.MESSAGES_READ,
            Permission.MESSAGES_SEND,
            Permission.CONVERSATIONS_READ,
            Permission.CONVERSATIONS_WRITE,
        }
    ),
    Role.ANALYST: _READING | {Permission.CONVERSATIONS_READ, Permission.CARRIERS_READ},
    Role.DEVELOPER: _READING
    | {
        Permission.CONTACTS_WRITE,
        Permission.SUPPRESSIONS_WRITE,
        Permission.EXPORTS_READ,
        Permission.EXPORTS_WRITE,
        Permission.REQUESTS_READ,
        Permission.CARRIERS_READ,
        Permission.CARRIERS_WRITE,
        Permission.MESSAGES_SEND,
        Permission.KEYS_READ,
        Permission.KEYS_WRITE,
        Permission.SETTINGS_READ,
    },
}

# Taken from a person who may write and not send (membership.may_send).
SENDING = frozenset({Permission.CAMPAIGNS_SEND, Permission.MESSAGES_SEND})


def permissions_of(role: Role, *, may_send: bool = True) -> frozenset[Permission]:
    """What a person of this role may do, in one workspace."""
    return ROLES[role] if may_send else ROLES[role] - SENDING

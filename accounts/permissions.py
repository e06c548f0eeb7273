"""Who may do what: one table from role to permissions. Pure data; every route and service asks here."""

from enum import StrEnum
from types import MappingProxyType


class Role(StrEnum):
    """What a member of staff is employed for."""

    ADMINISTRATOR = "administrator"
    LEAD = "lead"
    QUALITY = "quality"
    AGENT = "agent"
    DESIGNER = "designer"
    MARKETER = "marketer"


class Permission(StrEnum):
    """One thing that may be allowed. The values are on the wire and in API tokens: never reuse one."""

    CONVERSATIONS_READ = "conversations.read"
    CONVERSATIONS_ALL = "conversations.all"
    CONVERSATIONS_REPLY = "conversations.reply"
    CONVERSATIONS_TAKEOVER = "conversations.takeover"
    CONVERSATIONS_SUPERVISE = "conversations.supervise"
    PROFILES_READ = "profiles.read"
    PROFILES_MANAGE = "profiles.manage"
    USERS_READ = "users.read"
    USERS_MANAGE = "users.manage"
    TEAMS_READ = "teams.read"
    TEAMS_MANAGE = "teams.manage"
    INBOXES_READ = "inboxes.read"
    INBOXES_MANAGE = "inboxes.manage"
    CANNED_READ = "canned.read"
    CANNED_MANAGE = "canned.manage"
    LABELS_READ = "labels.read"
    LABELS_MANAGE = "labels.manage"
    BOTS_READ = "bots.read"
    BOTS_MANAGE = "bots.manage"
    DESK_READ = "desk.read"
    DESK_MANAGE = "desk.manage"
    ROUTING_READ = "routing.read"
    ROUTING_MANAGE = "routing.manage"
    AUDIT_READ = "audit.read"
    OPERATIONS_MANAGE = "operations.manage"
    TOKENS_OWN = "tokens.own"


P = Permission

_EVERYONE = frozenset(
    {P.USERS_READ, P.TEAMS_READ, P.INBOXES_READ, P.CANNED_READ, P.LABELS_READ, P.PROFILES_READ, P.TOKENS_OWN}
)
_AGENT = _EVERYONE | {P.CONVERSATIONS_READ, P.CONVERSATIONS_REPLY, P.PROFILES_MANAGE}

GRANTS: MappingProxyType[Role, frozenset[Permission]] = MappingProxyType(
    {
        Role.ADMINISTRATOR: frozenset(Permission),
        Role.LEAD: _AGENT
        | {
            P.CONVERSATIONS_TAKEOVER,
            P.CONVERSATIONS_SUPERVISE,
            P.CANNED_MANAGE,
            P.LABELS_MANAGE,
            P.BOTS_READ,
            P.DESK_READ,
            P.ROUTING_READ,
        },
        Role.QUALITY: _EVERYONE
        | {P.CONVERSATIONS_READ, P.CONVERSATIONS_ALL, P.AUDIT_READ, P.BOTS_READ, P.DESK_READ, P.ROUTING_READ},
        Role.AGENT: _AGENT,
        Role.DESIGNER: _EVERYONE | {P.CONVERSATIONS_READ, P.CANNED_MANAGE, P.BOTS_READ, P.BOTS_MANAGE},
        Role.MARKETER: _EVERYONE | {P.CANNED_MANAGE, P.LABELS_MANAGE},
    }
)
"""Every role is in it; an administrator has every permission there is or will be."""

"""Who is asking: the one value that every act of staff carries down from the door."""

from datetime import datetime

from msgspec import Struct

from accounts.permissions import GRANTS, Permission, Role
from hub.errors import Forbidden


class Actor(Struct, frozen=True, kw_only=True):
    """A member of staff who proved who they are, by one of a session (a browser) or a token (a program).

    `permissions` is what this proof allows: all that the role grants, or the part an API token was cut to.
    """

    user: str
    name: str
    role: Role
    teams: tuple[str, ...] = ()
    permissions: frozenset[Permission]
    session: str | None = None
    token: str | None = None

    def may(self, permission: Permission) -> bool:
        """Whether this act is allowed."""
        return permission in self.permissions

    def must(self, permission: Permission) -> None:
        """Return quietly when the act is allowed, else raise `Forbidden`."""
        if permission not in self.permissions:
            raise Forbidden(
                "You are not allowed to do that",
                permission=permission.value,
                hint="Ask an administrator for a role that includes this permission.",
            )

    @property
    def sees_all(self) -> bool:
        """Whether conversations of other teams are visible too."""
        return Permission.CONVERSATIONS_ALL in self.permissions


CONSOLE = Actor(user="", name="console", role=Role.ADMINISTRATOR, permissions=GRANTS[Role.ADMINISTRATOR])
"""The operator at the command line of the machine: acts, and is audited, without an account."""


class Act(Struct, frozen=True, kw_only=True):
    """One act of staff as it stands in the audit record: who, when, from which address, in which request."""

    actor: Actor
    at: datetime
    ip: str = ""
    request: str = ""

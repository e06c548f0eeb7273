"""Who asks: the verified person or program behind a request, as every floor above sees it. Pure."""

from msgspec import Struct

from hub.errors import Forbidden


class Actor(Struct, frozen=True, kw_only=True):
    """A logged-in colleague. `session` is the session's id, empty for an API token (`token` is then its id).

    `permissions` are those of the role, for a token narrowed to what the token was given.
    """

    user: str
    name: str = ""
    role: str
    permissions: frozenset[str]
    teams: frozenset[str] = frozenset()
    session: str = ""
    token: str = ""

    def may(self, permission: str) -> bool:
        """Say whether the permission is held."""
        return permission in self.permissions

    def need(self, permission: str) -> None:
        """Return quietly, or raise `Forbidden` naming what is missing."""
        if permission not in self.permissions:
            raise Forbidden("Your role does not allow that", permission=permission)

"""News of staff for the floors above."""

from msgspec import Struct


class UserDeactivated(Struct, frozen=True, kw_only=True):
    """A colleague was shut out: what they own goes back to its queue."""

    user: str


class TeamsChanged(Struct, frozen=True, kw_only=True):
    """A colleague joined or left teams; `teams` is what they are in now."""

    user: str
    teams: tuple[str, ...]


class TeamDeleted(Struct, frozen=True, kw_only=True):
    """A team is gone: what waits in its queue needs another."""

    team: str

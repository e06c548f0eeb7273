"""Staff over HTTP: log-in, own account, colleagues, teams, audit."""

from collections.abc import Iterator

from server.api.accounts import audit, me, session, setup, teams, tokens, users
from server.api.contract import Route


def routes() -> Iterator[Route]:
    """Give every route of this folder."""
    for module in (session, setup, me, tokens, users, teams, audit):
        yield from module.routes


__all__ = ["routes"]

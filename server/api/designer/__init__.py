"""Routing as it is set, over HTTP: queues, the skills matrix, the policy of the house, and rules in versions."""

from collections.abc import Iterator

from server.api.contract import Route
from server.api.designer import matrix, queues, rules


def routes() -> Iterator[Route]:
    """Give every route of this folder."""
    for module in (queues, matrix, rules):
        yield from module.routes

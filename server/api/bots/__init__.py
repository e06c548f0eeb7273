"""Bots over HTTP: the list, drafts, versions, the console, what was missed."""

from collections.abc import Iterator

from server.api.bots import archive, changing, drafts, misses, row, trying, versions
from server.api.contract import Route


def routes() -> Iterator[Route]:
    """Give every route of this folder."""
    for module in (row, changing, drafts, archive, versions, trying, misses):
        yield from module.routes


__all__ = ["routes"]

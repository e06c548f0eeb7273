"""Supervision over HTTP: the live picture of queues and colleagues, listening in, whispers, and moving many at once."""

from collections.abc import Iterator

from server.api.contract import Route
from server.api.supervision import batches, colleagues, listening, overview


def routes() -> Iterator[Route]:
    """Give every route of this folder."""
    for module in (overview, colleagues, listening, batches):
        yield from module.routes


__all__ = ["routes"]

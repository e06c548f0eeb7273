"""Deadlines over HTTP: calendars and policies for administrators, what is due for who works by it."""

from collections.abc import Iterator

from server.api.contract import Route
from server.api.desk import calendars, deadlines, policies


def routes() -> Iterator[Route]:
    """Give every route of this folder."""
    for module in (calendars, policies, deadlines):
        yield from module.routes

"""`yizhan check`: what can be known to be wrong before anything starts."""

from collections.abc import Iterator

from adapters import check as channels
from config.settings import Settings
from hub.errors import HubError
from hub.keys import parse
from server.api.contract import NAMES
from server.api.openapi import document
from server.api.routes import ROUTES


def faults(settings: Settings) -> list[str]:
    """Return everything that is wrong, one line each."""
    return [*channels.faults(), *_routes(), *_settings(settings)]


def _routes() -> Iterator[str]:
    for route in ROUTES:
        if route.permission not in NAMES:
            yield f"{route.method} {route.path}: no permission"
        if not route.summary:
            yield f"{route.method} {route.path}: the handler has no docstring"
    try:
        document(ROUTES, version="check")
    except TypeError as error:
        yield f"openapi: {error}"


def _settings(settings: Settings) -> Iterator[str]:
    if settings.secret_keys:
        try:
            parse(settings.secret_keys)
        except HubError as error:
            yield f"secret_keys: {error.message}"
    if settings.store and not settings.redis:
        yield "redis: processes that share a store find work through Redis; set YIZHAN_REDIS"

"""Every route there is."""

from server.api import (
    accounts,
    bots,
    channel,
    connections,
    conversations,
    customers,
    designer,
    desk,
    files,
    inboxes,
    jobs,
    messages,
    originals,
    phrases,
    routing,
    simulations,
    suggestions,
    supervision,
)
from server.api.contract import Route

MODULES = (
    conversations, channel, messages, originals, routing, customers, files, phrases, inboxes, connections, jobs,
    simulations, suggestions,
)  # fmt: skip


def _all() -> tuple[Route, ...]:
    return (
        *accounts.routes(),
        *bots.routes(),
        *designer.routes(),
        *desk.routes(),
        *supervision.routes(),
        *(route for module in MODULES for route in module.routes),
    )


ROUTES: tuple[Route, ...] = _all()

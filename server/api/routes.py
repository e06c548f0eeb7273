"""Every route there is."""

from server.api import accounts, conversations, customers, files, inboxes, jobs, messages, phrases, routing
from server.api.contract import Route

MODULES = (conversations, messages, routing, customers, files, phrases, inboxes, jobs)


def _all() -> tuple[Route, ...]:
    return (*accounts.routes(), *(route for module in MODULES for route in module.routes))


ROUTES: tuple[Route, ...] = _all()

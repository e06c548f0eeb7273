"""The aiohttp application: every door of the hub, and the parts behind them for as long as it runs."""

from collections.abc import AsyncIterator, Callable

from aiohttp import web

from server import agents, health
from server.api.routes import ROUTES
from server.edge import edge, put_headers
from server.mount import mount
from server.pages import Pages
from server.parts import HUB, Hub
from server.webhooks import PATH, hook

LARGEST = 40 * 1024 * 1024
Open = Callable[[], AsyncIterator[Hub]]


def application(build: Open) -> web.Application:
    """Make the application; `build` opens the hub and, when the application stops, closes it."""
    app = web.Application(middlewares=[edge], client_max_size=LARGEST)

    async def parts(app: web.Application) -> AsyncIterator[None]:
        async for hub in build():
            app[HUB] = hub
            yield

    app.cleanup_ctx.append(parts)
    app.on_response_prepare.append(put_headers)
    app.router.add_route("*", PATH, hook)
    app.router.add_get(agents.PATH, agents.live)
    mount(app, ROUTES)
    app.router.add_get("/healthz", health.healthz)
    app.router.add_get("/readyz", health.readyz)
    app.router.add_get("/version", health.version_of)
    app.router.add_get("/metrics", health.metrics)
    Pages().mount(app)
    return app

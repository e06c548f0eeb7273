"""The aiohttp application: every door of the hub, and the parts behind them for as long as it runs."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager

from aiohttp import web

from server import agents, chat_wiring, consent, health, links, public_files, rasa_address, rasa_door
from server.api.routes import ROUTES
from server.chat.service import mount as mount_chat
from server.document import serve as serve_document
from server.edge import edge, put_headers
from server.mount import PREFIX, mount
from server.pages import Pages
from server.parts import HUB, Hub
from server.shelf import LARGEST
from server.webhooks import PATH, hook

Open = Callable[[], AbstractAsyncContextManager[Hub]]


def application(opened: Open) -> web.Application:
    """Make the application; `opened` gives the hub and, when the application stops, closes it."""
    app = web.Application(middlewares=[edge], client_max_size=LARGEST)

    async def parts(app: web.Application) -> AsyncIterator[None]:
        async with opened() as hub:
            app[HUB] = hub
            yield

    app.cleanup_ctx.append(parts)
    app.cleanup_ctx.append(chat_wiring.running)
    app.on_response_prepare.append(put_headers)
    app.router.add_route("*", PATH, hook)
    app.router.add_get(agents.PATH, agents.live)
    app.router.add_get(f"{PREFIX}/openapi.json", serve_document)
    mount(app, ROUTES)
    app.router.add_get(links.PATH, public_files.file)
    app.router.add_get(links.REMOTE_PATH, public_files.remote)
    app.router.add_get(consent.PATH, consent.callback)
    app.router.add_post(rasa_address.PATH, rasa_door.said)
    mount_chat(app)
    app.router.add_get("/healthz", health.healthz)
    app.router.add_get("/readyz", health.readyz)
    app.router.add_get("/version", health.version_of)
    app.router.add_get("/metrics", health.metrics)
    Pages().mount(app)
    return app

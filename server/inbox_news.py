"""An inbox changed here or in another process: its channel is built again, without a restart."""

from hub.bus import LOST
from server.parts import Hub

TOPIC = "inboxes"


async def follow(hub: Hub) -> None:
    """Rebuild what other processes say they changed; after lost hints, everything."""
    async with hub.bus.subscribe(TOPIC) as heard:
        async for topic, payload in heard:
            if topic == LOST:
                await hub.channels.reload_all()
            else:
                await hub.channels.reload(payload.decode())

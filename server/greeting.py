"""What a process says on the terminal when its door is open."""

from hub.errors import Conflict
from server import demo, demo_bot, demo_channels
from server.parts import Hub


async def greet(hub: Hub) -> str:
    """Say where it is; on a fresh installation, where the first administrator makes their account."""
    home = f"\n  Yizhan 驿站  {hub.settings.address}/inbox\n"
    try:
        token = await hub.accounts.setup.begin(hub.clock.now())
    except Conflict:
        return home
    if not token:
        return home
    return f"{home}\n  Nobody can log in yet. Within 30 minutes open\n  {hub.settings.address}/setup#{token}\n"


async def greet_demo(hub: Hub) -> str:
    """Make the demo data and say where everything is."""
    team = await demo.fill(hub)
    if hub.settings.demo_bot:
        await demo_bot.make(hub)
    return demo.told(hub, await demo_channels.fill(hub, team))

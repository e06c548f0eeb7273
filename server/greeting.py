"""What a process says on the terminal when it is ready."""

import asyncio

import typer

from hub.errors import Conflict
from server import demo
from server.parts import Hub


async def greet(hub: Hub) -> None:
    """Say where it is; on a fresh installation, where the first administrator makes their account."""
    await _say(f"\n  Yizhan 驿站  {hub.settings.address}/inbox\n")
    try:
        token = await hub.accounts.setup.begin(hub.clock.now())
    except Conflict:
        return
    if token:
        await _say(f"  Nobody can log in yet. Within 30 minutes open\n  {hub.settings.address}/setup#{token}\n")


async def greet_demo(hub: Hub) -> None:
    """Make the demo data and say where everything is."""
    await demo.fill(hub)
    await _say(demo.told(hub))


async def _say(text: str) -> None:
    await asyncio.to_thread(typer.echo, text)

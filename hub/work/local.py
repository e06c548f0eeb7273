"""Dispatch inside one process: a hint is a call."""

import asyncio

from hub.work.dispatch import Hint, Room, Wake


class LocalDispatch:
    """The embedded engine's dispatch: straight to memory, no delay, nothing to lose but the process."""

    def __init__(self) -> None:
        self._wake: Wake | None = None

    def attach(self, wake: Wake, room: Room) -> None:
        """Remember the one worker of this process; it needs no room, its queue holds lanes once each."""
        self._wake = wake

    def hint(self, hint: Hint) -> None:
        """Tell the worker now."""
        if self._wake:
            self._wake(hint)

    def done(self, lane: str) -> None:
        """Nothing to tick off."""

    async def turn(self, name: str, seconds: float) -> bool:
        """Every chore is this process's own."""
        return True

    async def run(self) -> None:
        """Wait to be cancelled: hints need no loop here."""
        await asyncio.Event().wait()

    async def close(self) -> None:
        """Nothing is open."""

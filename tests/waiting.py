"""Waiting for what happens outside the fake clock: threads, sockets, other processes."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

STEP = 0.002


async def until(check: Callable[[], Awaitable[object]], *, seconds: float = 10) -> None:
    """Return as soon as `check` answers with something true; TimeoutError after `seconds` of real time."""
    end = time.monotonic() + seconds
    while not await check():
        if time.monotonic() > end:
            raise TimeoutError("it did not happen")
        await asyncio.sleep(STEP)

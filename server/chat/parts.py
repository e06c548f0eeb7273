"""What the chat's endpoints reach: parts of the hub, and their own crowd and limits. Put together once per process."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Protocol

from aiohttp import web
from msgspec import Struct, field

from hub.bus import Bus
from hub.clock import Clock
from hub.errors import Overloaded, TooMany
from hub.ingest import Ingest
from hub.store.port import Store
from routing.announcing import Announcing
from server.attachments import Shelf
from server.channels import Channels
from server.chat.crowd import Crowd
from server.chat.wheel import Wheel
from server.origin import Proxies
from server.rates import Buckets


class Blobs(Shelf, Protocol):
    """What the chat needs of the blob store."""

    def open(self, hash: str) -> AsyncIterator[bytes]:
        """Give the bytes of a blob; raises `NotFound`."""
        ...


class Rate(Struct, frozen=True, kw_only=True):
    """So many in so long."""

    times: int
    per: timedelta


class Limits(Struct, frozen=True, kw_only=True):
    """How much one address (`_ip`) or one visitor may do, and how long things may take (seconds)."""

    session_ip: Rate = Rate(times=60, per=timedelta(minutes=1))
    open_ip: Rate = Rate(times=240, per=timedelta(minutes=1))
    read_ip: Rate = Rate(times=600, per=timedelta(minutes=1))
    frames: Rate = Rate(times=60, per=timedelta(seconds=10))
    said: Rate = Rate(times=30, per=timedelta(seconds=10))
    uploads: Rate = Rate(times=20, per=timedelta(minutes=5))
    windows: int = 10
    """Open windows of one visitor."""
    slow: float = 10.0
    """A window that takes nothing for so long is closed."""
    beat: float = 25.0
    """Each window is asked once in so long whether it is still there."""
    poll: float = 25.0


class Chat(Struct, frozen=True, kw_only=True):
    """The parts. `address` is the hub's own public origin; without `waits` nobody is told how long it will take."""

    store: Store
    waits: Announcing | None = None
    clock: Clock
    ingest: Ingest
    channels: Channels
    bus: Bus
    buckets: Buckets
    proxies: Proxies
    blobs: Blobs
    address: str
    draining: asyncio.Event = field(default_factory=asyncio.Event)
    crowd: Crowd = field(default_factory=Crowd)
    wheel: Wheel = field(default_factory=Wheel)
    limits: Limits = Limits()

    def __repr__(self) -> str:
        """Name no part."""
        return "Chat()"

    def spend(self, key: str, rate: Rate) -> None:
        """Take one from a budget; raises `TooMany`."""
        self.buckets.take(key, times=rate.times, per=rate.per, now=self.clock.monotonic())

    def room_for(self, visitor: str) -> None:
        """Return quietly when the visitor may open one more window; raises `TooMany`, `Overloaded` in a drain."""
        if self.draining.is_set():
            raise Overloaded("The hub is going down", hint="Connect again in a moment.")
        if self.crowd.windows(visitor) >= self.limits.windows:
            raise TooMany("Too many windows", after=timedelta(seconds=10), limit=self.limits.windows)


CHAT = web.AppKey("chat", Chat)

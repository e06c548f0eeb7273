"""The machinery under the hub, chosen by the settings: store, bus, dispatch. One machine, or many."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack

from msgspec import Struct

from config.settings import Settings
from hub.bus import Bus, LocalBus
from hub.clock import Clock
from hub.keys import Keyring, load_or_make, parse
from hub.store.port import Store
from hub.store.sqlite import SqliteStore
from hub.work.dispatch import Dispatch
from hub.work.local import LocalDispatch
from server.collections import EVERYTHING

DATABASE = "yizhan.db"
KEYS = "secret.keys"
PING = 0.5


class Engines(Struct, frozen=True, kw_only=True):
    """What the rooms stand on. `alone`: no other process works on this store."""

    store: Store
    bus: Bus
    dispatch: Dispatch
    alone: bool
    far: Callable[[], Awaitable[bool]]


async def keyring(settings: Settings) -> Keyring:
    """Return the secret keys: given, or made on the first start and kept in the data folder."""
    if settings.secret_keys:
        return parse(settings.secret_keys)
    return await asyncio.to_thread(load_or_make, settings.folder / KEYS)


async def start(settings: Settings, clock: Clock, stack: AsyncExitStack) -> Engines:
    """Open everything; `stack` closes it."""
    store = store_of(settings)
    await store.open(EVERYTHING)
    stack.push_async_callback(store.close)
    if not settings.redis:
        return Engines(store=store, bus=LocalBus(), dispatch=LocalDispatch(), alone=not settings.store, far=_near)
    return _with_redis(settings, clock, store, stack)


def store_of(settings: Settings) -> Store:
    """Return the store the settings name, not yet open."""
    if not settings.store:
        return SqliteStore(settings.folder / DATABASE)
    from hub.store.mongo import MongoStore  # its driver takes a while to load, and most do not need it

    return MongoStore(settings.store, settings.database)


def _with_redis(settings: Settings, clock: Clock, store: Store, stack: AsyncExitStack) -> Engines:
    from redis.exceptions import RedisError  # nor does one machine wait for this driver

    from hub.bus.redis import RedisBus
    from hub.redis import connect
    from hub.work.streams import RedisDispatch

    redis = connect(settings.redis)
    bus = RedisBus(redis, clock, prefix=settings.database)
    dispatch = RedisDispatch(redis, clock, prefix=settings.database)
    stack.push_async_callback(redis.aclose)
    stack.push_async_callback(bus.close)
    stack.push_async_callback(dispatch.close)

    async def answers() -> bool:
        try:
            async with asyncio.timeout(PING):
                await redis.ping()
        except (RedisError, OSError, TimeoutError):
            return False
        return True

    return Engines(store=store, bus=bus, dispatch=dispatch, alone=False, far=answers)


async def _near() -> bool:
    return True

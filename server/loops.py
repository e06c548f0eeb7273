"""What runs beside the requests of one process: each loop is watched, told when it fails, and started again."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import structlog

from accounts.permissions import Permission
from hub.errors import HubError
from hub.store.port import Between, By, Eq
from hub.work.jobs import JOBS, JobState
from routing.forgotten import reminded
from routing.presence import RENEW
from server import workshop
from server.chat.hints import Announcer
from server.inbox_news import follow
from server.live.socket import Socket
from server.lmtp import serve as serve_lmtp
from server.parts import Hub

log = structlog.get_logger(__name__)
PAUSE = 1.0
SWEEP = 300.0
COUNTED = 1000


class Loops:
    """Starts them, and ends them in order."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Start every loop of this process."""
        hub = self._hub
        self._run("bus", hub.bus.run)
        self._run("work", self._work)
        self._run("live", hub.live.run)
        self._run("inboxes", lambda: follow(hub))
        self._run("bots", lambda: workshop.follow(hub.bots, hub.bus, hub.clock))
        if hub.settings.lmtp:
            self._run("lmtp", lambda: serve_lmtp(hub))
        if hub.settings.redis:
            self._run("chat news", Announcer(hub.store, hub.bus).run)
        self._run("presence", self._presence)
        self._run("sweep", self._sweep)
        self._run("vitals", hub.channels.vitals.run)
        self._run("figures", self._figures)

    async def end(self, grace: timedelta) -> None:
        """Finish what is in hand, then stop everything."""
        await self._hub.engine.drain(grace)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _run(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        self._tasks.append(asyncio.create_task(self._for_ever(name, work), name=name))

    async def _for_ever(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        while not self._hub.draining.is_set():
            try:
                await work()
            except Exception:
                log.exception("loop_failed", loop=name)
            await asyncio.sleep(PAUSE)

    async def _work(self) -> None:
        self._hub.working.set()
        try:
            await self._hub.engine.run()
        finally:
            self._hub.working.clear()

    async def _presence(self) -> None:
        """Say of everybody connected here that they still are."""
        while True:
            await self._hub.clock.sleep(RENEW.total_seconds())
            here = sorted({socket.user for socket in self._hub.live.sockets if _serves(socket)})
            if here:
                await self._hub.presences.renew(here)

    async def _sweep(self) -> None:
        hub = self._hub
        while True:
            await hub.store.commit(*await reminded(hub.store, hub.clock.now()))
            await hub.clock.sleep(SWEEP)
            await hub.accounts.sweep(hub.clock.now())

    async def _figures(self) -> None:
        """Count what is overdue and what was given up: the two figures that wake an operator."""
        metrics, clock = self._hub.metrics, self._hub.clock
        while True:
            begun = clock.monotonic()
            await clock.sleep(1)
            metrics.lag.set(max(0.0, clock.monotonic() - begun - 1))
            metrics.in_flight.set(self._hub.in_flight.inside)
            try:
                await self._count()
            except HubError as error:
                log.warning("figures_not_counted", why=error.message)
            await clock.sleep(9)

    async def _count(self) -> None:
        hub = self._hub
        late = Between("due", high=hub.clock.now() - timedelta(seconds=1))
        hub.metrics.ready.set(await hub.store.count(JOBS, Eq("state", JobState.READY), late, limit=COUNTED))
        first = await hub.store.find(JOBS, Eq("state", JobState.READY), late, order=(By("due"), By("id")), limit=1)
        age = (hub.clock.now() - first[0].due).total_seconds() if first else 0.0
        hub.metrics.oldest.set(age)
        hub.metrics.dead.set(await hub.store.count(JOBS, Eq("state", JobState.DEAD), limit=COUNTED))


def _serves(socket: Socket) -> bool:
    """Say whether its owner answers customers: who only looks is offered nothing."""
    return Permission.CONVERSATIONS_REPLY in socket.stream.actor.permissions

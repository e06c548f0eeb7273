"""One live adapter per active inbox: built at start, rebuilt when the inbox changes, one broken inbox left out."""

import asyncio
import contextlib
import importlib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

import structlog
from aiohttp import ClientSession
from msgspec import Struct

from adapters.contract import Accept, Adapter, Push
from adapters.manifest import Manifest
from adapters.registry import Registry
from adapters.setup import Setup
from conversations.inboxes import INBOXES, Inbox
from hub import egress
from hub.clock import Clock, SystemClock
from hub.errors import ChannelBroken, HubError, NotFound, TryLater
from hub.keys import Keyring
from hub.leases import Leases
from hub.model import Outbound
from hub.outbox import Sender
from hub.secrets import Vault
from hub.store.port import By, Store
from server.lending import Lender
from server.listening import LONGEST, Listening
from server.vitals import Vitals
from server.voices import with_team

log = structlog.get_logger(__name__)
Told = Callable[[str, str], None]
"""Hears a channel's name and how an attempt to send ended."""
PAUSE = timedelta(minutes=10)


def _nobody(channel: str, outcome: str) -> None:
    """Count nothing."""


class Live(Struct, frozen=True, kw_only=True):
    """An inbox that works: its row as it was read, its adapter, the card of its channel."""

    inbox: Inbox
    adapter: Adapter
    manifest: Manifest


class Line(Struct, frozen=True, kw_only=True):
    """A live adapter as the outbox knows it."""

    adapter: Adapter
    idempotent: bool
    channel: str
    told: Told
    vitals: Vitals

    store: Store

    async def send(self, message: Outbound) -> str:
        """See `adapters.contract.Adapter.send`; every attempt is counted by how it ended."""
        try:
            sent = await self.adapter.send(await with_team(self.store, message))
        except HubError as error:
            self.told(self.channel, error.code)
            self.vitals.failed(message.inbox, error)
            raise
        self.told(self.channel, "sent")
        self.vitals.went_out(message.inbox)
        return sent


class Paused(Struct, frozen=True, kw_only=True):
    """An inbox that an administrator has paused; `server/pausing.py` keeps most messages from coming here."""

    idempotent: bool = True

    async def send(self, message: Outbound) -> str:
        """Keep it for later; raises `TryLater`."""
        raise TryLater("The inbox is paused", inbox=message.inbox, after=PAUSE)


class Broken(Struct, frozen=True, kw_only=True):
    """An inbox that cannot send until an administrator acts."""

    fault: HubError
    idempotent: bool = True

    async def send(self, message: Outbound) -> str:
        """Say why not; raises `ChannelBroken`."""
        raise ChannelBroken("The inbox does not work", inbox=message.inbox, hint=str(self.fault))


class Channels:
    """Every live inbox by id, and why the others are not."""

    def __init__(
        self,
        *,
        store: Store,
        registry: Registry,
        vault: Vault,
        push: Push,
        base_url: str,
        keyring: Keyring,
        told: Told = _nobody,
        lender: Lender | None = None,
        reach: Sequence[str] = (),
        clock: Clock | None = None,
        leases: Leases | None = None,
        longest: float = LONGEST,
    ) -> None:
        """`longest` is how long, in seconds, an inbox that lost its connection waits at most to try again."""
        self.registry = registry
        self._store = store
        self._vault = vault
        self._keyring = keyring
        self._push = push
        self._base_url = base_url
        self._told = told
        self._lender = lender
        self._reach = reach
        self._clock = clock or SystemClock()
        self._http: ClientSession | None = None
        self._live: dict[str, Live] = {}
        self._broken: dict[str, HubError] = {}
        self._loaded: set[str] = set()
        self._turn = asyncio.Lock()
        self._since: dict[str, datetime] = {}
        self._accept: Accept | None = None
        self.vitals = Vitals(store, self._clock)
        held = leases or Leases(store, self._clock, alone=True)
        self.listening = Listening(self._clock, held, self.vitals, longest=longest)
        self.changed: list[Callable[[str], None]] = []
        """Called with an inbox's id after it was built again or taken out."""

    @property
    def http(self) -> ClientSession:
        """Return the hub's one door for outgoing calls; raises `ChannelBroken` before `open`."""
        if self._http is None:
            raise ChannelBroken("The channels are not open")
        return self._http

    async def open(self, accept: Accept | None = None) -> None:
        """Build every active inbox; with `accept`, also let those listen that hold a connection to their provider."""
        self._accept = accept
        self._http = egress.session(self._reach)
        for inbox in await self._store.find(INBOXES, order=(By("created_at"), By("id")), limit=1000):
            await self.load(inbox.channel)
            self._take(inbox)

    async def close(self) -> None:
        """Stop listening, keep what was noted, and let go of connections."""
        await self.listening.stop_all()
        await self.vitals.flush()
        if self._http:
            await self._http.close()

    async def reload_all(self) -> None:
        """Build every inbox again."""
        rows = await self._store.find(INBOXES, order=(By("created_at"), By("id")), limit=1000)
        for id in {*self._live, *self._broken, *(row.id for row in rows)}:
            await self.reload(id)

    async def reload(self, id: str) -> None:
        """Build one inbox again from its row; without a restart, and without touching the others.

        One at a time, and not when it was built of this very row: the process that changes a row hears of it twice.
        """
        async with self._turn:
            await self._reload(id)
        for tell in self.changed:
            tell(id)

    async def _reload(self, id: str) -> None:
        inbox, live = await self._store.get(INBOXES, id), self._live.get(id)
        if inbox and live and live.inbox.version == inbox.version:
            return
        await self.listening.stop(id)
        self._live.pop(id, None)
        self._broken.pop(id, None)
        if inbox:
            await self.load(inbox.channel)
            self._take(inbox)

    def find(self, id: str) -> Live | None:
        """Return the live inbox, or None when there is none that works."""
        return self._live.get(id)

    def since(self, id: str) -> datetime:
        """Return since when an inbox does not work."""
        return self._since.get(id) or self._clock.now()

    def fault(self, id: str) -> HubError | None:
        """Return why an active inbox does not work, or None."""
        return self._broken.get(id)

    def paused(self, id: str) -> bool:
        """Say whether nothing goes out of this inbox for now."""
        live = self._live.get(id)
        return live is not None and live.inbox.paused

    async def load(self, channel: str) -> None:
        """Import a channel's code beside the loop: some need large libraries. Whatever fails there fails in `build`."""
        if channel in self._loaded or channel not in self.registry.channels:
            return
        self._loaded.add(channel)
        with contextlib.suppress(Exception):
            await asyncio.to_thread(importlib.import_module, f"{self.registry.channels[channel].package}.adapter")

    def build(self, channel: str, inbox: str, settings: Mapping[str, object]) -> Adapter:
        """Make an adapter of settings that may not be saved yet; raises as `Registry.build` does."""
        return self.registry.build(channel, self._setup(inbox, settings))

    async def sender(self, inbox: str) -> Sender:
        """Return who sends for an inbox; raises `NotFound` when there is no such inbox, or it is switched off."""
        live = self._live.get(inbox)
        if live and live.inbox.paused:
            return Paused()
        if live:
            card = live.manifest
            return Line(
                adapter=live.adapter, idempotent=card.idempotent, channel=card.name, told=self._told,
                vitals=self.vitals, store=self._store,
            )  # fmt: skip
        if inbox in self._broken:
            return Broken(fault=self._broken[inbox])
        raise NotFound("The inbox is gone, or switched off", inbox=inbox)

    def _take(self, inbox: Inbox) -> None:
        if not inbox.active:
            return
        try:
            adapter = self.build(inbox.channel, inbox.id, self.opened(inbox))
            manifest = self.registry.manifest(inbox.channel)
        except HubError as error:
            log.warning("inbox_left_out", inbox=inbox.id, channel=inbox.channel, fault=error.message)
            self._broken[inbox.id], self._since[inbox.id] = error, self._clock.now()
            return
        self._live[inbox.id] = Live(inbox=inbox, adapter=adapter, manifest=manifest)
        if self._accept and not inbox.paused:
            self.listening.start(inbox.id, adapter, self._accept)

    def opened(self, inbox: Inbox) -> dict[str, object]:
        """Return an inbox's settings, secrets in the clear; raises `ChannelBroken` when one cannot be opened."""
        secrets = {name: self._vault.open(sealed, inbox.id, name) for name, sealed in inbox.secrets.items()}
        return {**inbox.settings, **secrets}

    def _setup(self, inbox: str, settings: Mapping[str, object]) -> Setup:
        lender = self._lender
        return Setup(
            inbox=inbox,
            settings=settings,
            http=self.http,
            push=self._push,
            base_url=self._base_url,
            keys=self._keyring,
            clock=self._clock,
            files=lender.files if lender else None,
            tokens=lender.tokens(inbox, settings) if lender else None,
            marks=lender.marks(inbox) if lender else None,
        )

"""One live adapter per active inbox: built at start, rebuilt when the inbox changes, one broken inbox left out."""

import asyncio
from collections.abc import Callable

import structlog
from aiohttp import ClientSession, ClientTimeout
from msgspec import Struct

from adapters.contract import Accept, Adapter, Push
from adapters.manifest import Manifest
from adapters.registry import Registry
from adapters.setup import Setup
from conversations.inboxes import INBOXES, Inbox
from hub.errors import ChannelBroken, HubError, NotFound
from hub.keys import Keyring
from hub.model import Outbound
from hub.outbox import Sender
from hub.secrets import Vault
from hub.store.port import By, Store

log = structlog.get_logger(__name__)
Told = Callable[[str, str], None]
"""Hears a channel's name and how an attempt to send ended."""
TIMEOUT = ClientTimeout(total=30, connect=5)


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

    async def send(self, message: Outbound) -> str:
        """See `adapters.contract.Adapter.send`; every attempt is counted by how it ended."""
        try:
            sent = await self.adapter.send(message)
        except HubError as error:
            self.told(self.channel, error.code)
            raise
        self.told(self.channel, "sent")
        return sent


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
    ) -> None:
        self.registry = registry
        self._store = store
        self._vault = vault
        self._keyring = keyring
        self._push = push
        self._base_url = base_url
        self._told = told
        self._http: ClientSession | None = None
        self._live: dict[str, Live] = {}
        self._broken: dict[str, HubError] = {}
        self._listening: dict[str, asyncio.Task[None]] = {}
        self._accept: Accept | None = None
        self.changed: list[Callable[[str], None]] = []
        """Called with an inbox's id after it was built again or taken out."""

    async def open(self, accept: Accept | None = None) -> None:
        """Build every active inbox; with `accept`, also let those listen that hold a connection to their provider."""
        self._accept = accept
        self._http = ClientSession(timeout=TIMEOUT)
        for inbox in await self._store.find(INBOXES, order=(By("created_at"), By("id")), limit=1000):
            self._take(inbox)

    async def close(self) -> None:
        """Stop listening and let go of connections."""
        for id in list(self._listening):
            await self._hush(id)
        if self._http:
            await self._http.close()

    async def reload_all(self) -> None:
        """Build every inbox again."""
        rows = await self._store.find(INBOXES, order=(By("created_at"), By("id")), limit=1000)
        for id in {*self._live, *self._broken, *(row.id for row in rows)}:
            await self.reload(id)

    async def reload(self, id: str) -> None:
        """Build one inbox again from its row; without a restart, and without touching the others."""
        await self._hush(id)
        inbox = await self._store.get(INBOXES, id)
        self._live.pop(id, None)
        self._broken.pop(id, None)
        if inbox:
            self._take(inbox)
        for tell in self.changed:
            tell(id)

    def find(self, id: str) -> Live | None:
        """Return the live inbox, or None when there is none that works."""
        return self._live.get(id)

    def fault(self, id: str) -> HubError | None:
        """Return why an active inbox does not work, or None."""
        return self._broken.get(id)

    async def sender(self, inbox: str) -> Sender:
        """Return who sends for an inbox; raises `NotFound` when there is no such inbox, or it is switched off."""
        live = self._live.get(inbox)
        if live:
            card = live.manifest
            return Line(adapter=live.adapter, idempotent=card.idempotent, channel=card.name, told=self._told)
        if inbox in self._broken:
            return Broken(fault=self._broken[inbox])
        raise NotFound("The inbox is gone, or switched off", inbox=inbox)

    def _take(self, inbox: Inbox) -> None:
        if not inbox.active:
            return
        try:
            adapter = self.registry.build(inbox.channel, self._setup(inbox))
            manifest = self.registry.manifest(inbox.channel)
        except HubError as error:
            log.warning("inbox_left_out", inbox=inbox.id, channel=inbox.channel, fault=error.message)
            self._broken[inbox.id] = error
            return
        self._live[inbox.id] = Live(inbox=inbox, adapter=adapter, manifest=manifest)
        self._listen(inbox.id, adapter)

    def _setup(self, inbox: Inbox) -> Setup:
        if self._http is None:
            raise ChannelBroken("The channels are not open", inbox=inbox.id)
        opened = {name: self._vault.open(sealed, inbox.id, name) for name, sealed in inbox.secrets.items()}
        return Setup(
            inbox=inbox.id,
            settings={**inbox.settings, **opened},
            http=self._http,
            push=self._push,
            base_url=self._base_url,
            keys=self._keyring,
        )

    def _listen(self, id: str, adapter: Adapter) -> None:
        if self._accept and type(adapter).listen is not Adapter.listen:
            self._listening[id] = asyncio.create_task(self._stay(id, adapter, self._accept))

    async def _stay(self, id: str, adapter: Adapter, accept: Accept) -> None:
        wait = 1.0
        while True:
            try:
                await adapter.listen(accept)
                wait = 1.0
            except Exception:
                log.exception("listening_failed", inbox=id, again_in=wait)
            await asyncio.sleep(wait)
            wait = min(wait * 2, 300)

    async def _hush(self, id: str) -> None:
        task = self._listening.pop(id, None)
        if task:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

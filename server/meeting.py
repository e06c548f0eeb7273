"""Where a process meets providers: the channels, what they are lent, and what each of them carries."""

import asyncio
from datetime import timedelta

from msgspec import Struct

from adapters.manifest import Manifest
from adapters.registry import Registry, find
from config.settings import Settings
from conversations.limits import ChannelLimits, Limit
from conversations.windows import Rule
from hub.blobs import Blobs
from hub.bus import Bus
from hub.clock import Clock
from hub.keys import Keyring
from hub.leases import Leases
from hub.model import Attachment
from hub.secrets import Vault
from hub.tokens import Tokens
from server.channels import Channels
from server.engines import Engines
from server.lending import Lender
from server.links import Links
from server.listening import LONGEST
from server.metrics import Metrics
from server.shelf import BlobShelf
from server.trouble import Alarm

SIMULATED = 5.0
"""Seconds between two looks whether a simulator runs now."""


class Met(Struct, frozen=True, kw_only=True):
    """The parts; made by `meet`."""

    channels: Channels
    limits: ChannelLimits
    links: Links
    shelf: BlobShelf
    tokens: Tokens


async def meet(settings: Settings, base: Engines, keyring: Keyring, clock: Clock, metrics: Metrics) -> Met:
    """Put the parts together; no connection is made yet."""
    registry = await asyncio.to_thread(find)
    vault, links = Vault(keyring), Links(keyring, clock, settings.address)
    tokens = Tokens(base.store, vault, clock)
    shelf = BlobShelf(await asyncio.to_thread(Blobs, settings.blobs or settings.folder / "blobs"))
    channels = Channels(
        store=base.store,
        registry=registry,
        vault=vault,
        keyring=keyring,
        push=_Push(base.bus),
        base_url=settings.address,
        told=lambda channel, outcome: metrics.sends.labels(channel, outcome).inc(),
        lender=Lender(store=base.store, keyring=keyring, shelf=shelf, links=links, tokens=tokens),
        reach=settings.reach,
        clock=clock,
        leases=Leases(base.store, clock, alone=base.alone),
        longest=SIMULATED if settings.demo else LONGEST,
    )
    Alarm(base.store, base.bus, channels.vitals)
    return Met(channels=channels, limits=limits(registry, Addresses(links)), links=links, shelf=shelf, tokens=tokens)


class Addresses:
    """Where customers fetch a file from whose channel carries none (`conversations.limits.Links`)."""

    LIFE = timedelta(days=30)

    def __init__(self, links: Links) -> None:
        self._links = links

    def link(self, part: Attachment) -> str:
        """Return the address of the file."""
        return self._links.to(part.blob, part.name, life=self.LIFE)


def limits(registry: Registry, addresses: Addresses) -> ChannelLimits:
    """Tell the one door out what every channel carries."""
    return ChannelLimits({card.name: limit_of(card) for card in registry.manifests}, links=addresses)


def limit_of(card: Manifest) -> Limit:
    """Say what a manifest says in the words of the floor below."""
    rules = (Rule(opened_by=one.opened_by, seconds=one.seconds, messages=one.messages) for one in card.windows)
    return Limit(
        carries=frozenset(card.carries),
        max_text=card.limits.text,
        text_bytes=card.limits.text_bytes,
        parts=card.limits.parts,
        attachment_bytes=card.limits.attachment_bytes,
        attachment_types=card.limits.attachment_types,
        by_type=card.limits.by_type,
        windows=tuple(rules),
        outside=frozenset(card.outside),
        degrades={tag: how for tag, how in card.degrades.items()},  # its keys are narrower
        mail=card.mail,
        opt_out=card.opt_out,
    )


class _Push:
    """What channels inside the hub publish on (`adapters.contract.Push`)."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus

    async def __call__(self, topic: str, payload: bytes) -> None:
        await self._bus.publish(topic, payload)

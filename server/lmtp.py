"""The LMTP door (RFC 2033): a mail server next to us hands over what came for our mail inboxes, one answer a recipient.

    postfix: transport or virtual_transport = lmtp:inet:127.0.0.1:2424        YIZHAN_LMTP=127.0.0.1:2424

250 is said when the mail is durable, 4xx when it has to come again, 5xx for an address that is nobody's. Who reaches
the port may deliver: it belongs on this machine or an inner network.
"""

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any, Protocol, cast, runtime_checkable
from weakref import WeakSet

import structlog
from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import Envelope, Session

from conversations.inboxes import INBOXES
from hub.errors import HubError, TryLater
from hub.ingest import Ingest
from hub.model import Inbound
from hub.store.port import Eq, Store
from server import shelf
from server.channels import Channels
from server.parts import Hub

log = structlog.get_logger(__name__)
logging.getLogger("mail.log").setLevel(logging.ERROR)  # it tells addresses of customers
CHANNEL = "email"
LARGEST = shelf.LARGEST
LINE = 1 << 20
"""Bytes of one line; what real mailers write is longer than the 998 that RFC 5322 allows."""
AT_ONCE = 8
"""Mails worked on at once; a further one is told to come again."""
PATIENCE = 120.0
TAKEN = 60.0
"""Seconds until a door that another process has is asked for again."""
UNKNOWN = "550 5.1.1 No such mailbox here"
BROKEN = "451 4.3.0 This mailbox does not work at the moment"
LATER = "451 4.3.0 Not now"
FULL = "452 4.3.1 Too much is coming in"
WHOLE = ("500 Line too long", "552 Error: Too much")
"""Answers that the library gives once where LMTP wants one a recipient."""


@runtime_checkable
class Mailroom(Protocol):
    """What the door needs of a mail inbox's adapter."""

    def takes(self, recipient: str) -> bool:
        """Say whether this address is its own."""
        ...

    async def arrived(self, raw: bytes, recipients: Sequence[str] = ()) -> list[Inbound]:
        """Read a mail and keep its files."""
        ...


class Door:
    """Finds the inbox of each recipient and lets it have the mail."""

    def __init__(self, store: Store, channels: Channels, ingest: Ingest) -> None:
        self._store = store
        self._channels = channels
        self._ingest = ingest
        self._busy = 0

    async def handle_RCPT(  # the library names it
        self, server: LMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take the address, or say at once that it is nobody's."""
        found = await self._find(address)
        if isinstance(found, str):
            return found
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: LMTP, session: Session, envelope: Envelope) -> str:
        """Deliver to every recipient, and answer for each in its order."""
        raw, recipients = cast("bytes", envelope.original_content), list(envelope.rcpt_tos)
        if self._busy >= AT_ONCE:
            return "\r\n".join([FULL] * len(recipients))
        self._busy += 1
        try:
            answers = await self._deliver(raw, recipients)
        finally:
            self._busy -= 1
        return "\r\n".join(answers)

    async def _deliver(self, raw: bytes, recipients: Sequence[str]) -> list[str]:
        """Let each inbox have it once, however many of its addresses it was sent to."""
        found = [await self._find(address) for address in recipients]
        told: dict[str, str] = {}
        for place in found:
            if not isinstance(place, str) and place[0] not in told:
                own = [address for address, one in zip(recipients, found, strict=True) if one[0] == place[0]]
                told[place[0]] = await self._one(place[0], place[1], raw, own)
        return [place if isinstance(place, str) else told[place[0]] for place in found]

    async def _one(self, inbox: str, room: Mailroom, raw: bytes, recipients: Sequence[str]) -> str:
        try:
            async with asyncio.timeout(PATIENCE):
                await self._ingest.accept(await room.arrived(raw, recipients))
        except (TryLater, TimeoutError):
            return FULL
        except HubError as error:
            log.warning("lmtp_not_taken", inbox=inbox, why=error.message, hint=error.hint)
            return LATER
        except Exception:
            log.exception("lmtp_failed", inbox=inbox)
            return LATER
        self._channels.vitals.came_in(inbox)
        return "250 2.0.0 OK"

    async def _find(self, address: str) -> tuple[str, Mailroom] | str:
        """Return the inbox of an address and its adapter, or why not."""
        rows = await self._store.find(INBOXES, Eq("channel", CHANNEL), limit=1000)
        for row in rows:
            live = self._channels.find(row.id)
            if live and isinstance(live.adapter, Mailroom) and live.adapter.takes(address):
                return row.id, live.adapter
        broken = any(self._channels.fault(row.id) for row in rows)
        return BROKEN if broken else UNKNOWN  # a mail must not go back because a setting of ours is wrong


class Speaker(LMTP):
    """The library's protocol, with one answer a recipient also where the mail itself cannot be taken."""

    line_length_limit = LINE

    async def push(self, status: Any) -> None:
        """Say it; for a whole mail that is refused, once a recipient."""
        times = len(self.envelope.rcpt_tos) if self.envelope and str(status).startswith(WHOLE) else 1
        for _ in range(times):
            await super().push(status)


async def serve(hub: Hub) -> None:
    """Keep the door open until cancelled. Of the processes of one machine the first has it; the others ask again."""
    try:
        async with opened(hub.settings.lmtp, Door(hub.store, hub.channels, hub.ingest)):
            await asyncio.Event().wait()
    except OSError as error:
        log.warning("lmtp_door_not_opened", place=hub.settings.lmtp, why=error.strerror or str(error))
        await asyncio.sleep(TAKEN)


@asynccontextmanager
async def opened(place: str, door: Door) -> AsyncIterator[asyncio.Server]:
    """Open the door at `host:port` or `unix:/path`; raises OSError when it cannot be had."""
    loop = asyncio.get_running_loop()
    speakers: WeakSet[Speaker] = WeakSet()

    def speaker() -> Speaker:
        made = Speaker(
            door, hostname="yizhan", ident="LMTP", enable_SMTPUTF8=True, decode_data=False, loop=loop,
            data_size_limit=LARGEST, timeout=PATIENCE,
        )  # fmt: skip
        speakers.add(made)
        return made

    if place.startswith("unix:"):
        path = place.removeprefix("unix:")
        with suppress(FileNotFoundError):
            await asyncio.to_thread(os.unlink, path)
        server = await loop.create_unix_server(speaker, path)
    else:
        host, _, port = place.rpartition(":")
        server = await loop.create_server(speaker, host.strip("[]") or "127.0.0.1", int(port))
    try:
        yield server
    finally:
        server.close()
        for one in speakers:
            if one.transport is not None:
                one.transport.close()

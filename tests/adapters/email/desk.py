"""One mailbox under test: its adapter, what it was lent, and what the hub was told."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import structs

from adapters import manifest
from adapters.email.adapter import Email
from adapters.settings import check
from adapters.setup import Setup
from hub import keys
from hub.clock import SystemClock
from hub.errors import HubError
from hub.model import Address, Outbound, Part, Receipt, Said, Text
from tests.adapters.contract import lent
from tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

    from aiohttp import ClientSession

    from adapters.lent import Token
    from hub.clock import Clock
    from hub.model import Inbound

ROOT = Path(__file__).resolve().parents[3]
CARD = manifest.read(ROOT / "adapters" / "email")
RING = keys.parse("test:MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=")
CONVERSATION = "0192f0c1-2d3e-7a4b-8c5d-6e7f8091a2b3"


class Tokens(lent.Tokens):
    """Fetches once however many ask at the same time, as the hub's broker does."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self._one = asyncio.Lock()

    async def get(self, name: str, fetch: Callable[[], Awaitable[Token]]) -> str:
        """Return the token, fetching it when there is none that holds."""
        async with self._one:
            return await super().get(name, fetch)


class Desk:
    """Takes what the adapter accepts as the hub does: one of a provider id, in the order it came."""

    def __init__(self, *, clock: Clock | None = None, http: ClientSession | None = None, **settings: Any) -> None:
        self.clock = clock or SystemClock()
        self.files = lent.Files()
        self.marks = lent.Marks()
        self.tokens = Tokens(self.clock)
        self.told: list[Inbound] = []
        self.again = 0
        self.faults: list[HubError] = []
        self.fail: HubError | None = None
        self._http = http
        self._built: list[Email] = []
        self._settings = {"address": "help@example.com", **settings}
        self.adapter = self.build()

    def build(self, **changed: Any) -> Email:
        """Build the adapter anew, as a restarted process does; what it was lent stays."""
        self._settings |= changed
        setup = Setup(
            inbox="inbox-1",
            settings=check(CARD.settings, self._settings),
            http=self._http,  # type: ignore[arg-type]  # nobody calls but OAuth
            push=self._push,
            keys=RING,
            clock=self.clock,
            files=self.files,
            tokens=self.tokens,
            marks=self.marks,
        )
        self.adapter = Email(setup, CARD)
        self._built.append(self.adapter)
        return self.adapter

    async def close(self) -> None:
        """Close the connections of every adapter that was built."""
        for adapter in self._built:
            await adapter.close()

    async def accept(self, inbounds: Sequence[Inbound]) -> None:
        """Keep what is new."""
        if self.fail:
            raise self.fail
        for one in inbounds:
            if any(known.provider_id == one.provider_id for known in self.told):
                self.again += 1
            else:
                self.told.append(one)

    @property
    def said(self) -> list[Said]:
        """What customers said."""
        return [one for one in self.told if isinstance(one, Said)]

    @property
    def receipts(self) -> list[Receipt]:
        """What became of our mails."""
        return [one for one in self.told if isinstance(one, Receipt)]

    @property
    def subjects(self) -> list[str]:
        """The subjects that arrived, in order."""
        return [one.subject for one in self.said]

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """Listen as the hub does, at once again whatever ends it; returns when it is connected."""
        task = asyncio.create_task(self._listen())
        try:
            await until(self.connected)
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def connected(self) -> bool:
        """Say whether the mailbox is open."""
        return (await self.adapter.figures())["listening"] == "connected"

    async def heard(self, count: int, *, seconds: float = 45) -> None:
        """Wait until so many inbounds were accepted; longer than the listener bears with a silent server."""

        async def enough() -> bool:
            return len(self.told) >= count

        await until(enough, seconds=seconds)

    async def _listen(self) -> None:
        while True:
            try:
                await self.adapter.listen(self.accept)
            except HubError as error:
                self.faults.append(error)
            await asyncio.sleep(0.02)

    async def _push(self, topic: str, payload: bytes) -> None:
        raise AssertionError("mail pushes nothing")


def outbound(*parts: Part, to: str = "kunde@example.com", **more: Any) -> Outbound:
    """Return a message of ours."""
    given = parts or (Text(body="正在抢修，预计 18:00 来水"),)
    made = Outbound(
        id="0192f0c1-aaaa-7a4b-8c5d-6e7f8091a2b3", inbox="inbox-1", to=Address(channel="email", user=to), parts=given,
        conversation=CONVERSATION, seq=2, author="小林", subject="停水",
    )  # fmt: skip
    return structs.replace(made, **more)


def raw(
    subject: str = "停水", *, id: str = "a1@kunde.example", sender: str = "Kunde <kunde@kunde.example>",
    to: str = "help@example.com", body: str = "家里停水了", more: str = "",
) -> bytes:  # fmt: skip
    """Return a plain mail."""
    head = f"From: {sender}\r\nTo: {to}\r\nSubject: {subject}\r\nDate: Fri, 20 Nov 2026 09:00:00 +0800\r\n"
    fields = f'Message-ID: <{id}>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset="utf-8"\r\n{more}'
    return f"{head}{fields}\r\n{body}\r\n".encode()

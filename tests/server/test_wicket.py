"""The small door, with bytes on a real socket: whole calls, pieces, several at once, and everything for aiohttp."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from hub.standard_webhooks import sign
from hub.store.port import By, Eq
from hub.work.jobs import JOBS
from tests.server.running import running
from tests.server.test_hooks import SECRET, event, opened
from tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.server.running import Running


class Wire:
    """A provider that speaks in bytes."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def say(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def hear(self) -> tuple[int, bytes]:
        """Return status and body of the next answer."""
        async with asyncio.timeout(10):
            head = (await self.reader.readuntil(b"\r\n\r\n")).decode()
            length = next(int(line[15:]) for line in head.split("\r\n") if line.lower().startswith("content-length:"))
            return int(head[9:12]), await self.reader.readexactly(length)


@asynccontextmanager
async def wire(hub: Running) -> AsyncIterator[Wire]:
    host, _, port = hub.base.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        yield Wire(reader, writer)
    finally:
        writer.close()


def call(inbox: str, id: str, *, secret: str = SECRET, more: str = "", body: bytes | None = None) -> bytes:
    said = event(f"text of {id}", id) if body is None else body
    headers = sign(secret, id, datetime.now(UTC), said)
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return (
        f"POST /hooks/{inbox} HTTP/1.1\r\nHost: h\r\nContent-Length: {len(said)}\r\n{lines}{more}\r\n".encode() + said
    )


async def stored(hub: Running, inbox: str, id: str) -> bool:
    found = await hub.hub.store.find(JOBS, Eq("lane", f"in:{inbox}:{id}"), order=(By("seq"), By("id")), limit=5)
    messages = await hub.hub.talks.history.any_in(inbox)
    return bool(found) or messages


async def test_call_after_call_on_one_connection(hub_server: Running) -> None:
    inbox = await opened(hub_server, await hub_server.log_in("admin"))
    async with wire(hub_server) as provider:
        for number in range(3):
            await provider.say(call(inbox, f"e{number}"))
            assert await provider.hear() == (200, b"")
    assert await stored(hub_server, inbox, "e0")


async def test_calls_in_pieces_and_several_at_once(hub_server: Running) -> None:
    inbox = await opened(hub_server, await hub_server.log_in("admin"))
    async with wire(hub_server) as provider:
        for byte in call(inbox, "slow"):
            await provider.say(bytes([byte]))
        assert await provider.hear() == (200, b"")
        await provider.say(b"".join(call(inbox, f"many-{number}") for number in range(200)))
        assert [await provider.hear() for _ in range(200)] == [(200, b"")] * 200


async def test_a_refusal_says_why_and_the_connection_goes_on(hub_server: Running) -> None:
    inbox = await opened(hub_server, await hub_server.log_in("admin"))
    async with wire(hub_server) as provider:
        await provider.say(call(inbox, "bad", secret="another-secret-of-the-test"))
        status, body = await provider.hear()
        assert (status, b"signing_secret" in body) == (401, True)
        await provider.say(call("nowhere", "lost"))
        assert (await provider.hear())[0] == 404
        await provider.say(call(inbox, "odd", body=b"{"))
        assert (await provider.hear())[0] == 400
        await provider.say(call(inbox, "good"))
        assert await provider.hear() == (200, b"")


async def test_what_is_not_plain_is_aiohttp_s_from_there_on(hub_server: Running) -> None:
    inbox = await opened(hub_server, await hub_server.log_in("admin"))
    async with wire(hub_server) as provider:
        await provider.say(call(inbox, "plain"))
        assert await provider.hear() == (200, b"")
        await provider.say(call(inbox, "queried").replace(b" HTTP/1.1", b"?a=1&a=2 HTTP/1.1", 1))
        assert await provider.hear() == (200, b"")
        await provider.say(b"GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n")
        assert (await provider.hear())[0] == 200
        await provider.say(call(inbox, "plain again"))
        assert await provider.hear() == (200, b"")
        await provider.say(call(inbox, "smuggled", more="Transfer-Encoding: chunked\r\n"))
        assert (await provider.hear())[0] == 400
    assert not hub_server.gate.open


async def test_a_call_that_never_ends_is_cut(tmp_path: Path, furnished: Path) -> None:
    async with running(tmp_path / "data", like=furnished, patience=0.2) as hub, wire(hub) as provider:
        begun = asyncio.get_running_loop().time()
        await provider.say(b"POST /hooks/api HTTP/1.1\r\nHost: h\r\n")
        while asyncio.get_running_loop().time() - begun < 5 and not provider.reader.at_eof():
            try:
                await provider.say(b"X: 1\r\n")
            except ConnectionError:
                break
            await asyncio.sleep(0.05)
        assert asyncio.get_running_loop().time() - begun < 5


async def test_who_is_answered_when_the_door_closes_is_answered(hub_server: Running) -> None:
    inbox = await opened(hub_server, await hub_server.log_in("admin"))
    async with wire(hub_server) as provider, wire(hub_server) as idle:
        await provider.say(b"".join(call(inbox, f"e{number}") for number in range(200)))

        async def busy() -> bool:
            return any(one.busy for one in hub_server.gate.open)

        await until(busy)
        await hub_server.gate.close(5)
        assert await provider.hear() == (200, b"")
        async with asyncio.timeout(5):
            assert await idle.reader.read() == b""

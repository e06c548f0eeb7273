"""The one door for outgoing calls, with every trick that leads around a list of names: real sockets, two servers."""

from __future__ import annotations

import asyncio
import re
import socket
from contextlib import asynccontextmanager
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import ClientError, web
from aiohttp.abc import AbstractResolver, ResolveResult

from hub import egress
from hub.errors import ChannelBroken, TooLarge
from tools.floors import rooms
from tools.stamp import ROOT

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

NEAR, OTHER = "127.0.0.1", "127.0.0.2"
ONLY_NEAR = (f"{NEAR}/32",)


class Provider:
    """A server that counts who came."""

    def __init__(self) -> None:
        self.calls = 0
        self.port = 0
        self.body = b"hello"
        self.to = ""

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.calls += 1
        if self.to:
            raise web.HTTPFound(self.to)
        return web.Response(body=self.body, content_type="application/json")


@asynccontextmanager
async def provider(host: str = NEAR) -> AsyncIterator[Provider]:
    """Serve on one loopback address."""
    one = Provider()
    app = web.Application()
    app.router.add_route("*", "/{any:.*}", one.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, host, 0)
    await site.start()
    one.port = int(runner.addresses[0][1])
    try:
        yield one
    finally:
        await runner.cleanup()


class Names(AbstractResolver):
    """A name server that gives each look-up the next answer."""

    def __init__(self, *answers: tuple[str, ...]) -> None:
        self.answers = list(answers)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return [
            ResolveResult(
                hostname=host, host=one, port=port, proto=0, flags=socket.AI_NUMERICHOST,
                family=socket.AF_INET6 if ":" in one else socket.AF_INET,
            )
            for one in found
        ]  # fmt: skip

    async def close(self) -> None:
        return None


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "0.0.0.0",  # noqa: S104  # it is called, not bound
        "[::]", "127.0.0.2", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.100.100.200",
        "[fd00:ec2::254]", "[fe80::1]", "224.0.0.1", "[ff02::1]", "255.255.255.255", "168.63.129.16",
    ],
)  # fmt: skip
async def test_near_and_private_addresses_are_closed(host: str) -> None:
    async with provider() as near, egress.session() as http:
        with pytest.raises(ChannelBroken) as refused:
            await http.get(f"http://{host}:{near.port}/")
        assert "YIZHAN_EGRESS_ALLOW" in refused.value.hint
        assert near.calls == 0


@pytest.mark.parametrize("host", ["2130706433", "0x7f000001", "0x7f.1", "127.1", "0177.0.0.1", "0", "①②⑦.0.0.1"])
async def test_numbers_in_disguise_reach_nothing(host: str) -> None:
    async with provider() as near, egress.session() as http:
        with pytest.raises((ChannelBroken, ClientError, ValueError)):
            await http.get(f"http://{host}:{near.port}/")
        assert near.calls == 0


async def test_what_a_name_becomes_is_looked_at_each_time() -> None:
    async with provider() as near, egress.session(ONLY_NEAR, resolver=Names((NEAR,), (OTHER,))) as http:
        near.body = b"first"
        async with http.get(f"http://rebinds.example:{near.port}/", headers={"Connection": "close"}) as answer:
            assert await answer.read() == b"first"
        http.connector._cached_hosts.clear()  # type: ignore[union-attr]  # the name's time to live is over
        with pytest.raises(ChannelBroken):
            await http.get(f"http://rebinds.example:{near.port}/")


async def test_of_several_addresses_only_the_open_ones_are_tried() -> None:
    async with provider() as near, provider(OTHER) as far:
        async with egress.session(ONLY_NEAR, resolver=Names((OTHER, NEAR))) as http:
            async with http.get(f"http://both.example:{near.port}/") as answer:
                assert answer.status == 200
            with pytest.raises((ChannelBroken, ClientError)):
                await http.get(f"http://both.example:{far.port}/")
        assert (near.calls, far.calls) == (1, 0)


async def test_a_redirect_into_the_house_ends_there() -> None:
    async with provider() as near, provider(OTHER) as inside, egress.session(ONLY_NEAR) as http:
        near.to = f"http://{OTHER}:{inside.port}/secret"
        with pytest.raises(ChannelBroken):
            await http.get(f"http://{NEAR}:{near.port}/")
        assert (near.calls, inside.calls) == (1, 0)


async def test_redirects_end() -> None:
    async with provider() as near, egress.session(ONLY_NEAR) as http:
        near.to = f"http://{NEAR}:{near.port}/again"
        with pytest.raises(ClientError):
            await http.get(f"http://{NEAR}:{near.port}/")
        assert near.calls <= 11


@pytest.mark.parametrize("scheme", ["file", "ftp", "gopher", "data", "unix"])
async def test_other_schemes_go_nowhere(scheme: str) -> None:
    async with egress.session(ONLY_NEAR) as http:
        with pytest.raises((ClientError, ValueError)):
            await http.get(f"{scheme}:///etc/passwd")


async def test_an_answer_is_read_so_far_and_no_further(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(egress, "LARGEST", 1000)
    async with provider() as near, egress.session(ONLY_NEAR) as http:
        near.body = b"[" + b" " * 998 + b"]"
        async with http.get(f"http://{NEAR}:{near.port}/") as answer:
            assert await answer.json() == []
        near.body = b" " * 1001
        with pytest.raises(TooLarge):
            async with http.get(f"http://{NEAR}:{near.port}/") as answer:
                await answer.text()


async def test_a_cookie_of_one_provider_is_not_kept() -> None:
    async with egress.session(ONLY_NEAR) as http:
        http.cookie_jar.update_cookies({"a": "b"})
        assert list(http.cookie_jar) == []


@pytest.mark.parametrize(
    ("address", "open_"),
    [
        ("1.1.1.1", True), ("203.119.1.1", True), ("2606:4700::1111", True), ("2400:3200::1", True),
        ("::ffff:1.1.1.1", True), ("64:ff9b::101:101", True), ("64:ff9b::a00:1", False), ("::ffff:10.0.0.1", False),
        ("2002:a00:1::", False), ("::10.0.0.1", False), ("64:ff9b:1::a00:1", False), ("100.64.0.1", False),
        ("198.18.0.1", False), ("240.0.0.1", False), ("fec0::1", False), ("2001:db8::1", False), ("2001::1", False),
        ("192.0.0.192", False), ("4000::1", False),
    ],
)  # fmt: skip
def test_the_table_of_addresses(address: str, open_: bool) -> None:
    assert egress.opens(ip_address(address)) is open_


def test_a_network_of_ones_own_is_opened_under_every_form() -> None:
    own = (ip_network("10.1.0.0/16"),)
    assert all(egress.opens(ip_address(one), own) for one in ("10.1.2.3", "::ffff:10.1.2.3"))
    assert not egress.opens(ip_address("10.2.0.1"), own)


def test_nothing_else_makes_a_session() -> None:
    makes = re.compile(
        r"(?<!class )\b(?:ClientSession|TCPConnector|UnixConnector|urlopen)\(|aiohttp\.request\(|import httpx"
    )
    found = set()
    for room in rooms():
        for file in (ROOT / room).rglob("*.py"):
            name = file.relative_to(ROOT).as_posix()
            if makes.search(file.read_text(encoding="utf-8")) and not name.startswith("adapters/simulators/"):
                found.add(name)
    assert found == {"hub/egress.py"}


def test_the_door_says_nothing_of_what_it_carries() -> None:
    message: Any = str(egress.blocked("inside.example"))
    assert "inside.example" in message


async def test_a_connection_that_was_asked_to_be_the_last_one_is_not_kept() -> None:
    """A server that hangs up after each answer, and does not say so, would break the next call on it."""
    calls = 0

    async def once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal calls
        await reader.readuntil(b"\r\n\r\n")
        calls += 1
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(once, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    async with server, egress.session(("127.0.0.0/8",)) as http:
        for _ in range(3):
            async with http.post(url, headers={"Connection": "close"}) as answer:
                assert await answer.text() == "ok"
    assert calls == 3

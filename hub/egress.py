"""The one door for outgoing HTTP: every connection is checked on the address that it is really made to.

A name is resolved by aiohttp, and what comes of it (by DNS, by a redirect, as a number in the URL) reaches the socket
factory as an address: only there is it looked at, so that no answer of a name server can change in between.
"""

import errno
import socket
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any

from aiohttp import ClientConnectorError, ClientResponse, ClientSession, ClientTimeout, DummyCookieJar, TCPConnector
from aiohttp.abc import AbstractResolver
from aiohttp.connector import Connection

from hub.errors import ChannelBroken, TooLarge

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
SETTING = "YIZHAN_EGRESS_ALLOW"
LARGEST = 64 * 1024 * 1024
"""Bytes of one answer that are read into memory; who streams counts for himself."""
TIMEOUT = ClientTimeout(total=30, connect=5)
CHUNK = 64 * 1024

_PUBLIC_6 = IPv6Network("2000::/3")
_NAT64 = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))
_CLOSED: tuple[Network, ...] = tuple(
    map(
        ip_network,
        (
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
            "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24",
            "203.0.113.0/24", "224.0.0.0/3", "168.63.129.16/32", "2001:db8::/32", "2001::/23", "3fff::/20",
        ),
    )
)  # fmt: skip
"""IANA's special-purpose registries (RFC 6890 and after), multicast and above, and the one metadata address outside."""


class Blocked(OSError):
    """The address belongs to a network that outgoing calls may not reach."""

    def __init__(self) -> None:
        super().__init__(errno.EACCES, "the address is in a closed network")


class Door(TCPConnector):
    """Connections to public addresses and to the networks in `allow`; raises `ChannelBroken` for any other."""

    def __init__(self, allow: Sequence[str] = (), *, resolver: AbstractResolver | None = None, **more: Any) -> None:
        self._allow = tuple(ip_network(network, strict=False) for network in allow)
        super().__init__(socket_factory=self._socket, resolver=resolver, **more)

    def opens(self, host: str) -> bool:
        """Say whether a connection to this address, as text, may be made."""
        return opens(ip_address(host.partition("%")[0]), self._allow)

    async def connect(self, *args: Any, **more: Any) -> Any:
        """Give a connection as aiohttp asks for it."""
        try:
            return await super().connect(*args, **more)
        except ClientConnectorError as error:
            if isinstance(error.os_error, Blocked):
                raise blocked(error.host) from error
            raise

    def _socket(self, found: Any) -> socket.socket:
        family, kind, protocol, _, address = found
        if not self.opens(str(address[0])):
            raise Blocked
        return socket.socket(family, kind, protocol)


class Answered(ClientResponse):
    """An answer of which no more than `LARGEST` bytes are read into memory; raises `TooLarge`.

    Its connection is kept for another request unless either side said `Connection: close`; aiohttp alone would keep it
    when only we said so.
    """

    async def start(self, connection: Connection) -> ClientResponse:
        """Begin to read."""
        if self.request_info.headers.get("Connection") == "close" and connection.protocol is not None:
            connection.protocol.force_close()
        return await super().start(connection)

    async def read(self) -> bytes:
        """Return the whole body."""
        if self._body is None:
            if (self.content_length or 0) > LARGEST:
                self.close()
                raise _too_large(self)
            self._body = await self._all()
        return self._body

    async def _all(self) -> bytes:
        body = bytearray()
        async for chunk in self.content.iter_chunked(CHUNK):
            body += chunk
            if len(body) > LARGEST:
                self.close()
                raise _too_large(self)
        self.release()
        return bytes(body)


def session(
    allow: Sequence[str] = (), *, resolver: AbstractResolver | None = None, timeout: ClientTimeout = TIMEOUT
) -> ClientSession:
    """Open the door: the one place of the hub where a `ClientSession` is made. No cookies, no proxy of the machine."""
    return ClientSession(
        connector=Door(allow, resolver=resolver), timeout=timeout, response_class=Answered, trust_env=False,
        cookie_jar=DummyCookieJar(),
    )  # fmt: skip


def opens(address: Address, allow: Sequence[Network] = ()) -> bool:
    """Say whether an address may be called: a public one, or one of `allow`, under whatever form it comes."""
    inner = _inner(address)
    if any(one.version == network.version and one in network for one in {address, inner} for network in allow):
        return True
    if isinstance(inner, IPv6Address) and inner not in _PUBLIC_6:
        return False
    return not any(inner.version == network.version and inner in network for network in _CLOSED)


def blocked(host: str) -> ChannelBroken:
    """Say which host may not be called, and what would open the door to it."""
    return ChannelBroken(
        "This address is in a network that the hub does not call", host=host,
        hint=f"If it is your own, add its network to {SETTING}.",
    )  # fmt: skip


def _inner(address: Address) -> Address:
    """Return the IPv4 address that an IPv6 form stands for: mapped, 6to4, NAT64."""
    if isinstance(address, IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if any(address in network for network in _NAT64):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def _too_large(answer: ClientResponse) -> TooLarge:
    return TooLarge("The answer is too large", host=answer.url.host or "", limit=LARGEST)

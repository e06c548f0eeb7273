"""A WebSocket client that costs next to nothing: one protocol object a socket, whole frames in, masked frames out."""

import asyncio
import struct
from collections.abc import Callable, Iterable
from typing import cast

TEXT, CLOSE, PING, PONG = 1, 8, 9, 10
HEAD = b"\r\n\r\n"
KEY = "dGhlIHNhbXBsZSBub25jZQ=="
Hear = Callable[["Wire", bytes], None]


class Wire(asyncio.Protocol):
    """One connection; `hear` gets every text frame, `opened` ends when the server has agreed."""

    def __init__(self, path: str, headers: Iterable[str], hear: Hear) -> None:
        lines = (
            f"GET {path} HTTP/1.1", "Host: 127.0.0.1", "Upgrade: websocket", "Connection: Upgrade",
            f"Sec-WebSocket-Key: {KEY}", "Sec-WebSocket-Version: 13", *headers,
        )  # fmt: skip
        self._request = "\r\n".join((*lines, "", "")).encode()
        self._hear = hear
        self._buffer = b""
        self._agreed = False
        self._transport: asyncio.Transport | None = None
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.ended = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the upgrade."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's own are not registered as one
        self._transport.write(self._request)

    def connection_lost(self, exc: Exception | None) -> None:
        """Remember that it is over."""
        self.ended = True
        if not self.opened.done():
            self.opened.set_exception(ConnectionError("The socket was not opened"))

    def data_received(self, data: bytes) -> None:
        """Take the answer to the handshake, then frames."""
        self._buffer = self._buffer + data if self._buffer else data
        if not self._agreed and not self._agree():
            return
        while (size := self._frame()) > 0:
            self._buffer = self._buffer[size:]

    def say(self, text: bytes) -> None:
        """Send one text frame."""
        self._send(TEXT, text)

    def close(self) -> None:
        """Cut the connection."""
        if self._transport:
            self._transport.abort()

    def _agree(self) -> bool:
        end = self._buffer.find(HEAD)
        if end < 0:
            return False
        answer, self._buffer = self._buffer[:end], self._buffer[end + 4 :]
        self._agreed = True
        if answer[9:12] == b"101":
            self.opened.set_result(None)
        else:
            self.opened.set_exception(ConnectionError(answer.decode(errors="replace")))
        return True

    def _frame(self) -> int:
        """Handle the frame at the head of the buffer; returns its size, or 0 when it is not complete."""
        data = self._buffer
        if len(data) < 2:
            return 0
        size, start = data[1] & 127, 2
        if size == 126:
            size, start = int.from_bytes(data[2:4], "big"), 4
        elif size == 127:
            size, start = int.from_bytes(data[2:10], "big"), 10
        if len(data) < start + size:
            return 0
        kind, body = data[0] & 15, data[start : start + size]
        if kind == TEXT:
            self._hear(self, body)
        elif kind == PING:
            self._send(PONG, body)
        return start + size

    def _send(self, kind: int, body: bytes) -> None:
        """Write a frame; a mask of zeros is a mask, and changes nothing."""
        size = len(body)
        head = bytes([128 | kind, 128 | size]) if size < 126 else struct.pack(">BBH", 128 | kind, 254, size)
        if self._transport is not None and not self.ended:
            self._transport.write(head + bytes(4) + body)


async def connect(port: int, path: str, headers: Iterable[str], hear: Hear, source: str = "127.0.0.1") -> Wire:
    """Open one socket from an address of this machine; raises `ConnectionError`."""
    loop = asyncio.get_running_loop()
    _, wire = await loop.create_connection(lambda: Wire(path, headers, hear), "127.0.0.1", port, local_addr=(source, 0))
    await wire.opened
    return wire

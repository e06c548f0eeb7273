"""A server that misbehaves in every way one can: what it does is named by the path that is called."""

from __future__ import annotations

import asyncio
import gzip
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

from tests.stores import free_port

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
BIG = 10 * 1024 * 1024


def whole(body: bytes, head: bytes = OK) -> bytes:
    """Return a complete answer."""
    return head + b"Content-Length: %d\r\n\r\n" % len(body) + body


ANSWERS = {
    "html": whole(b"<html><title>Welcome</title></html>"),
    "not_json": whole(b'{"events": ['),
    "a_list": whole(b"[1, 2]"),
    "events_no_list": whole(b'{"events": "many"}'),
    "event_no_object": whole(b'{"events": [1]}'),
    "unknown_event": whole(b'{"events": [{"event": "format_disk"}]}'),
    "slot_without_name": whole(b'{"events": [{"event": "slot", "value": 1}]}'),
    "slot_name_number": whole(b'{"events": [{"event": "slot", "name": 7}]}'),
    "reminder_without_time": whole(b'{"events": [{"event": "reminder", "intent": "x", "date_time": "soon"}]}'),
    "text_number": whole(b'{"responses": [{"text": 12}]}'),
    "button_without_title": whole(b'{"responses": [{"text": "x", "buttons": [{"payload": "/y"}]}]}'),
    "too_many": whole(b'{"responses": [' + b",".join([b'{"text": "x"}'] * 51) + b"]}"),
    "too_deep": whole(b'{"events": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"),
    "bad_utf8": whole(b'{"responses": [{"text": "\xff\xfe"}]}'),
    "closes_in_mid_answer": OK + b'Content-Length: 1000\r\n\r\n{"events": ',
    "says_nothing": b"",
    "no_http": b"220 smtp.example ESMTP\r\n",
    "server_error": whole(b"boom", b"HTTP/1.1 500 Internal Server Error\r\n"),
    "plain_404": whole(b"not found", b"HTTP/1.1 404 Not Found\r\n"),
    "plain_400": whole(b"{}", b"HTTP/1.1 400 Bad Request\r\n"),
    "elsewhere": whole(b"", b"HTTP/1.1 307 Temporary Redirect\r\nLocation: http://127.0.0.1:1/x\r\n"),
    "bomb": whole(gzip.compress(b"x" * BIG), OK + b"Content-Encoding: gzip\r\n"),
    "ten_megabytes": whole(b'{"events": [], "more": "' + b"x" * BIG + b'"}'),
    "no_words": whole(b"null"),
}


class Hostile:
    """Counts who called; `hangs` never answers, `drips` sends one byte at a time for ever."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.calls = 0
        self.talks: set[asyncio.Task[None]] = set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Misbehave."""
        self.talks.add(asyncio.current_task())  # type: ignore[arg-type]  # a callback of a server is a task
        try:
            await self._talk(reader, writer)
        finally:
            writer.transport.abort()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            head = await reader.readuntil(b"\r\n\r\n")
            self.calls += 1
            way = head.split(b" ", 2)[1].decode().partition("?")[0].split("/")[1]
            if way == "hangs":
                await reader.read()
            elif way == "drips":
                await self._drip(writer)
            else:
                writer.write(ANSWERS[way])
                await writer.drain()
                writer.close()
                await writer.wait_closed()

    async def _drip(self, writer: asyncio.StreamWriter) -> None:
        writer.write(OK + b"Transfer-Encoding: chunked\r\n\r\n")
        while not writer.is_closing():
            writer.write(b"1\r\n \r\n")
            await writer.drain()
            await asyncio.sleep(0.02)


@asynccontextmanager
async def hostile() -> AsyncIterator[Hostile]:
    """Give a running one."""
    port = free_port()
    server = Hostile(port)
    listening = await asyncio.start_server(server.serve, "127.0.0.1", port)
    try:
        yield server
    finally:
        listening.close()
        for talk in server.talks:
            talk.cancel()
        await asyncio.gather(*server.talks, return_exceptions=True)
        await listening.wait_closed()

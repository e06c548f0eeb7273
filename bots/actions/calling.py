"""One bounded HTTP call to an action server or a webhook: so many seconds, so many bytes, and never a redirect."""

from collections.abc import Mapping
from datetime import timedelta

from aiohttp import ClientConnectorError, ClientError, ClientResponse, ClientSession, ClientTimeout
from msgspec import Struct

from bots.dialogue.actions import Failed
from hub.errors import ChannelBroken

LARGEST = 1024 * 1024
"""Bytes of one answer."""
SECONDS = 5.0
"""What one call may take unless the project says otherwise; less than the patience of a turn (`bots/turns.py`)."""
CONNECT = 2.0
CHUNK = 64 * 1024
PLAIN = {"Content-Type": "application/json", "Accept": "application/json", "Accept-Encoding": "identity"}
FRESH = {"Connection": "close"}
"""Every call has a connection of its own: one that was kept may be dead, and nobody could tell whether its request was
heard. Then there is nothing to try again but connections that were never made."""


class Reply(Struct, frozen=True, kw_only=True):
    """What came back."""

    status: int
    body: bytes


class Unanswered(Failed):
    """The other side did not answer as it should at all: it is away, too slow, or too talkative."""


async def post(
    http: ClientSession, url: str, body: bytes, *, headers: Mapping[str, str] | None = None, seconds: float = SECONDS
) -> Reply:
    """POST JSON and return the answer, whatever its status; tried once more only when no connection could be made.

    `http` guards where it may go (`hub/egress.py`). Raises `Unanswered`, and `Failed` for a closed network.
    """
    try:
        return await _once(http, url, body, headers or {}, seconds)
    except ClientConnectorError:
        pass
    except (TimeoutError, ClientError, ValueError) as error:
        raise _why(error, seconds) from error
    try:
        return await _once(http, url, body, headers or {}, seconds)
    except (TimeoutError, ClientError, ValueError) as error:
        raise _why(error, seconds) from error


async def _once(http: ClientSession, url: str, body: bytes, headers: Mapping[str, str], seconds: float) -> Reply:
    patience = ClientTimeout(total=seconds, connect=min(CONNECT, seconds))
    told = {**PLAIN, **FRESH, **headers}
    try:
        async with http.post(
            url, data=body, headers=told, timeout=patience, allow_redirects=False, auto_decompress=False
        ) as answer:
            return Reply(status=answer.status, body=await _read(answer))
    except ChannelBroken as error:
        raise Failed(error.message, hint=error.hint, **error.facts) from error


async def _read(answer: ClientResponse) -> bytes:
    if answer.headers.get("Content-Encoding", "identity") != "identity":
        raise Unanswered("The answer is compressed, which was not asked for")
    body = bytearray()
    async for chunk in answer.content.iter_chunked(CHUNK):
        body += chunk
        if len(body) > LARGEST:
            answer.close()
            raise Unanswered("The answer is too large", limit=LARGEST)
    return bytes(body)


def _why(error: Exception, seconds: float) -> Unanswered:
    """Say it without the address, which may hold a secret."""
    if isinstance(error, TimeoutError):
        return Unanswered("No answer in time", seconds=timedelta(seconds=seconds).total_seconds())
    if isinstance(error, ClientConnectorError):
        return Unanswered("No connection could be made", hint="Is the action server running, and its address right?")
    return Unanswered("The call broke off", reason=type(error).__name__)

"""One request to WeChat's servers, bounded in time and size, and what it means when no answer comes."""

from collections.abc import Mapping

from aiohttp import (
    ClientConnectorError,
    ClientError,
    ClientSession,
    ClientTimeout,
    ConnectionTimeoutError,
    FormData,
    InvalidURL,
    StreamReader,
)
from msgspec import Struct

from adapters.http import Answer
from hub.errors import ChannelBroken, HubError, OutcomeUnknown, Refused, TryLater

JSON = "application/json; charset=utf-8"
SHORT, LONG = 20.0, 120.0
"""Seconds for a call, and for a file."""
CONNECT = 5.0
LARGEST = 8 * 1024 * 1024


class Upload(Struct, frozen=True, kw_only=True):
    """One file in a form's field; `more` are the fields beside it."""

    field: str
    name: str
    media_type: str
    data: bytes
    more: Mapping[str, str] = {}


class Call(Struct, frozen=True, kw_only=True):
    """One request: GET when nothing is `sent`. `once`: it does something that must not be done twice.

    `seconds` bounds the whole exchange, `limit` the bytes of the answer.
    """

    url: str
    sent: bytes | Upload | None = None
    query: Mapping[str, str] = {}
    once: bool = False
    seconds: float = SHORT
    limit: int = LARGEST

    def __repr__(self) -> str:
        """Keep the token of the query out of logs."""
        return "Call()"


async def exchange(http: ClientSession, call: Call) -> Answer:
    """Make one call, following no redirect; neither its address nor its token is ever part of an error.

    Raises `TryLater` when nothing happened, `OutcomeUnknown` when something may have, `ChannelBroken` for an address
    that is none, `Refused` for an answer that is too large.
    """
    fault: HubError
    try:
        return await _exchange(http, call)
    except InvalidURL:
        fault = ChannelBroken("That is no address to call", hint="Look at `api_url`.")
    except (ClientConnectorError, ConnectionTimeoutError):
        fault = TryLater("WeChat cannot be reached", hint="Look at `api_url` and at the network.")
    except (TimeoutError, ClientError) as error:
        fault = _silence(call, type(error).__name__)
    raise fault from None  # what aiohttp says holds the address, and that the token


async def _exchange(http: ClientSession, call: Call) -> Answer:
    sent = _form(call.sent) if isinstance(call.sent, Upload) else call.sent
    async with http.request(
        "GET" if sent is None else "POST", call.url, params=call.query, data=sent,
        headers={"Content-Type": JSON} if isinstance(sent, bytes) else {}, allow_redirects=False,
        timeout=ClientTimeout(total=call.seconds, sock_connect=CONNECT),
    ) as response:  # fmt: skip
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Answer(status=response.status, headers=headers, body=await _read(response.content, call.limit))


async def _read(content: StreamReader, limit: int) -> bytes:
    pieces, size = list[bytes](), 0
    async for piece in content.iter_any():
        size += len(piece)
        if size > limit:
            raise Refused("The answer is larger than it may be", limit=limit)
        pieces.append(piece)
    return b"".join(pieces)


def _form(upload: Upload) -> FormData:
    form = FormData(default_to_multipart=True)
    form.add_field(upload.field, upload.data, filename=upload.name, content_type=upload.media_type)
    for name, value in upload.more.items():
        form.add_field(name, value)
    return form


def _silence(call: Call, fault: str) -> HubError:
    if call.once:
        return OutcomeUnknown("The message left and no answer came", fault=fault, hint="WeChat's console may tell.")
    return TryLater("WeChat did not answer", fault=fault)

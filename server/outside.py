"""Pictures that a mail names elsewhere, fetched by the hub when an agent asks: the sender learns nobody's address."""

import asyncio
from collections.abc import AsyncIterator

from aiohttp import ClientError, ClientSession, ClientTimeout, InvalidURL

from hub.errors import NotFound, TooLarge, TryLater, Unsupported
from hub.media import HEAD, media_type, shown

LARGEST = 10 * 1024 * 1024
TIMEOUT = ClientTimeout(total=15, connect=5)
HOPS = 5
_calls = asyncio.Semaphore(16)


async def picture(http: ClientSession, url: str) -> tuple[bytes, str]:
    """Return a picture and its media type, told by its bytes.

    Raises `NotFound`, `TryLater`, `TooLarge`, `ChannelBroken` for a closed network, `Unsupported` for no picture.
    """
    headers = {"Accept": "image/*", "User-Agent": "Mozilla/5.0 (compatible)"}
    try:
        async with _calls, http.get(url, headers=headers, timeout=TIMEOUT, max_redirects=HOPS) as answer:
            if answer.status != 200:
                raise NotFound("The picture is not there", status=answer.status)
            body = await _bounded(answer.content.iter_chunked(64 * 1024))
    except (InvalidURL, ValueError) as error:
        raise NotFound("That is no address of a picture") from error
    except (TimeoutError, ClientError) as error:
        raise TryLater("The picture cannot be fetched now") from error
    kind = media_type(body[:HEAD])
    if not kind.startswith("image/") or not shown(kind):
        raise Unsupported("That is no picture", type=kind)
    return body, kind


async def _bounded(chunks: AsyncIterator[bytes]) -> bytes:
    body = bytearray()
    async for chunk in chunks:
        body += chunk
        if len(body) > LARGEST:
            raise TooLarge("The picture is too large", limit=LARGEST)
    return bytes(body)

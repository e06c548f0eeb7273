"""Files of picture messages: fetched from Twilio with the account's key, which goes to Twilio's own hosts only."""

import asyncio
from collections.abc import AsyncIterator
from urllib.parse import urljoin, urlsplit

from aiohttp import ClientError, ClientResponse

from adapters.setup import Setup
from adapters.twilio.basic import basic
from hub.errors import Refused, TryLater
from hub.model import Media, Remote

HOPS = 4
LARGEST = 20 * 1024 * 1024
CHUNK = 64 * 1024
PATIENCE = 60.0


async def fetch(setup: Setup, remote: Remote) -> Media:
    """Keep the file and return the part that shows it; each redirect passes the hub's door as a call of its own.

    Raises `TryLater`, or `Refused` when it is gone or at an address that is not Twilio's.
    """
    url = remote.ref
    if not ours(setup, url):
        raise Refused("The file is not at Twilio", hint="Look at `api_url`.")
    try:
        async with asyncio.timeout(PATIENCE):
            for _ in range(HOPS):
                proof = {"Authorization": basic(setup.text("account_sid"), setup.text("auth_token"))}
                headers = proof if ours(setup, url) else {}
                async with setup.http.get(url, headers=headers, allow_redirects=False) as answer:
                    if answer.status not in (301, 302, 303, 307, 308):
                        return await _kept(setup, remote, answer)
                    url = urljoin(url, answer.headers.get("Location", ""))
    except (TimeoutError, ClientError) as error:
        raise TryLater("Twilio does not hand over the file") from error
    raise Refused("The file is behind too many redirects")


def ours(setup: Setup, url: str) -> bool:
    """Say whether an address belongs to Twilio, so that the key may go there: its own hosts by TLS, or `api_url`'s."""
    told, api = urlsplit(url), urlsplit(setup.text("api_url"))
    if (told.scheme, told.netloc) == (api.scheme, api.netloc):
        return True
    return told.scheme == "https" and f".{told.hostname or ''}".endswith(".twilio.com")


async def _kept(setup: Setup, remote: Remote, answer: ClientResponse) -> Media:
    if answer.status in (408, 429) or answer.status >= 500:
        raise TryLater("Twilio does not hand over the file now", status=answer.status)
    if answer.status != 200:
        raise Refused("The file is gone", status=answer.status)
    return await setup.lent_files.keep(_chunks(answer), name=remote.name, limit=LARGEST)


async def _chunks(answer: ClientResponse) -> AsyncIterator[bytes]:
    async for chunk in answer.content.iter_chunked(CHUNK):
        yield chunk

"""One call to a provider and what its failures mean: try later, never, ask the administrator, or nobody knows."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from aiohttp import ClientConnectorError, ClientError, ClientSession, ConnectionTimeoutError, InvalidURL
from msgspec import Struct

from hub.errors import ChannelBroken, OutcomeUnknown, Refused, TryLater

LARGEST = 1024 * 1024
LONGEST_WAIT = timedelta(hours=1)


class Answer(Struct, frozen=True, kw_only=True):
    """What the provider said. Header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


async def post(http: ClientSession, url: str, body: bytes, headers: Mapping[str, str], *, setting: str) -> Answer:
    """Post once, following no redirect.

    Raises `TryLater` when nothing was sent, `OutcomeUnknown` when something was and no answer came, `ChannelBroken`
    for an address that is none.
    """
    try:
        async with http.post(url, data=body, headers=headers, allow_redirects=False) as response:
            read = await response.content.read(LARGEST)
            known = {name.lower(): value for name, value in response.headers.items()}
            return Answer(status=response.status, headers=known, body=read)
    except InvalidURL as error:
        raise ChannelBroken("That is no address to send to", hint=f"Look at `{setting}`.") from error
    except (ClientConnectorError, ConnectionTimeoutError) as error:
        raise TryLater("The other side cannot be reached", hint=f"Look at `{setting}`.") from error
    except (TimeoutError, ClientError) as error:
        raise OutcomeUnknown("The message left and no answer came", hint=f"Look at `{setting}`.") from error


def expect_success(answer: Answer, *, at: datetime, who: str, setting: str) -> None:
    """Return quietly for 2xx; else raise what the status asks for. `setting` names the key to renew."""
    match answer.status:
        case status if 200 <= status < 300:
            return
        case 401 | 403:
            raise ChannelBroken(f"{who} rejects our signature", status=answer.status, hint=f"Renew `{setting}`.")
        case 408 | 425 | 429 | 500 | 502 | 503 | 504:
            raise TryLater(f"{who} is busy", after=retry_after(answer, at), status=answer.status)
        case status:
            raise Refused(f"{who} refused the message", status=status, hint="Its own log says why.")


def retry_after(answer: Answer, at: datetime) -> timedelta | None:
    """Read `Retry-After`, seconds or a date; an hour at most, None when it says nothing of use."""
    told = answer.headers.get("retry-after", "").strip()
    if told.isdecimal() and len(told) < 9:
        return min(timedelta(seconds=int(told)), LONGEST_WAIT)
    try:
        when = parsedate_to_datetime(told)
    except (TypeError, ValueError):
        return None
    aware = when if when.tzinfo else when.replace(tzinfo=UTC)
    return min(max(aware - at, timedelta(0)), LONGEST_WAIT)

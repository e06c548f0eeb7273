"""Files that are still at the provider: fetched after the message is stored, each put in its part's place.

receive: message with `Remote` parts + one job each, in the message's own lane
  -> Fetcher.fetch (external) -> the part becomes the file, or says why there is none
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from msgspec import Struct, structs

from conversations.mails import searched
from conversations.model import MESSAGES, Message
from conversations.terms import index_terms
from hub.errors import ChannelBroken, Invalid, NotFound, Refused, TooLarge, TryLater, Unsupported
from hub.model import Media, Remote
from hub.store.port import Insert, Store, Write, put
from hub.work.jobs import Job, Kind, Record

LIFE = timedelta(days=3)
"""How long providers keep a customer's file (WeChat, developers.weixin.qq.com, temporary media: 3 days)."""
GONE = "gone"
LATER = timedelta(minutes=10)


class Fetch(Struct, frozen=True, kw_only=True):
    """Fetch this file for that part of the message."""

    message: str
    part: int
    inbox: str
    remote: Remote


FETCH: Kind[Fetch] = Kind("conversations.fetch", Fetch, external=True, attempts=1000, longest_wait=timedelta(hours=1))
"""Far more attempts than fit into `LIFE`: it is the clock that gives up."""


class Fetcher(Protocol):
    """Who can ask an inbox's adapter for a file (`server`)."""

    async def fetch(self, inbox: str, remote: Remote) -> Media:
        """Return the part that shows the file, stored. Raises as `adapters.contract.Adapter.media` says.

        Raises `NotFound` while the inbox does not work.
        """
        ...


def fetches(message: Message, *, at: datetime) -> list[Insert[Job]]:
    """Make the writes that fetch the files of a message: a slow one never holds the conversation."""
    return [
        FETCH.job(
            Fetch(message=message.id, part=number, inbox=message.inbox, remote=part),
            lane=f"fetch:{message.id}:{number}", seq=0, at=at,
        )
        for number, part in enumerate(message.parts)
        if isinstance(part, Remote)
    ]  # fmt: skip


class Fetches:
    """Registered for `FETCH`."""

    def __init__(self, store: Store, fetcher: Fetcher) -> None:
        self._store = store
        self._fetcher = fetcher

    async def fetch(self, body: Fetch, job: Job, at: datetime) -> Record:
        """Fetch the file and return the record that puts it in its place; raises `TryLater` to try again."""
        found = await self._found(body, old=at >= job.made_at + LIFE)

        async def record(ended: datetime) -> Sequence[Write]:
            return await self._placed(body, found)

        return record

    async def _found(self, body: Fetch, *, old: bool) -> Media | Remote:
        """Return the file, or the part with its fault."""
        try:
            return await self._fetcher.fetch(body.inbox, body.remote)
        except (TooLarge, Invalid, Unsupported) as error:
            return structs.replace(body.remote, fault=error.code)
        except Refused:
            return structs.replace(body.remote, fault=GONE)
        except NotImplementedError:
            return structs.replace(body.remote, fault=Unsupported.code)
        except (ChannelBroken, NotFound) as error:
            if old:
                return structs.replace(body.remote, fault=GONE)
            raise TryLater("The inbox does not work now", after=LATER, inbox=body.inbox) from error
        except Exception:  # any fault is the engine's to judge, until the file cannot be there any more
            if old:
                return structs.replace(body.remote, fault=GONE)
            raise

    async def _placed(self, body: Fetch, found: Media | Remote) -> Sequence[Write]:
        """Return the write that puts it where the remote part stands; none when that is no longer so."""
        message = await self._store.get(MESSAGES, body.message)
        if message is None or len(message.parts) <= body.part or message.parts[body.part] != body.remote:
            return ()
        parts = (*message.parts[: body.part], found, *message.parts[body.part + 1 :])
        changed = structs.replace(message, parts=parts, terms=index_terms(searched(parts, message.subject)))
        return (put(MESSAGES, message, changed),)

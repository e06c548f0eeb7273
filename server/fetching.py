"""What is fetched from providers: messages that a bell announced, and files that a message only named."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from adapters.contract import Accept
from hub.errors import ChannelBroken, HubError, NotFound, TryLater
from hub.model import Bell, Media, Remote
from hub.store.port import Write
from hub.work.jobs import Job, Record
from server.channels import Channels, Live

LATER = timedelta(minutes=10)
LOOK = timedelta(seconds=30)
"""How soon a bell of a paused inbox is looked at again."""


class Pulls:
    """Answers bells (`hub.ingest.PULL`), those of one source one after the other; also the gate before them."""

    def __init__(self, channels: Channels, accept: Accept) -> None:
        self._channels = channels
        self._accept = accept

    async def pull(self, bell: Bell, job: Job, at: datetime) -> Record:
        """Fetch what was announced; raises `TryLater`, and what the adapter raises, to be asked again."""
        live = _live(self._channels, bell.inbox)
        try:
            await live.adapter.pull(bell, self._accept)
        except HubError as error:
            self._channels.vitals.failed(bell.inbox, error)
            raise
        return _nothing

    def enter(self, bell: Bell, job: Job, at: datetime) -> datetime | None:
        """Let it in, unless the inbox is paused."""
        return at + LOOK if self._channels.paused(bell.inbox) else None

    def leave(self, bell: Bell, job: Job) -> None:
        """Nothing was counted."""


class Fetcher:
    """Asks an inbox's adapter for a file (`conversations.fetching.Fetcher`)."""

    def __init__(self, channels: Channels) -> None:
        self._channels = channels

    async def fetch(self, inbox: str, remote: Remote) -> Media:
        """Return the part that shows the file, stored; raises `NotFound` while the inbox does not work."""
        live = self._channels.find(inbox)
        if live is None:
            raise NotFound("The inbox is gone, or does not work", inbox=inbox)
        try:
            return await live.adapter.media(remote)
        except (ChannelBroken, TryLater) as error:
            self._channels.vitals.failed(inbox, error)
            raise


def _live(channels: Channels, inbox: str) -> Live:
    live = channels.find(inbox)
    if live is None:
        raise TryLater("The inbox is gone, or does not work", inbox=inbox, after=LATER)
    return live


async def _nothing(at: datetime) -> Sequence[Write]:
    """What was fetched is stored already."""
    return ()

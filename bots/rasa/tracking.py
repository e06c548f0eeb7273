"""A Rasa server's tracker is told what people do in a conversation that its bot had: a job each, nobody waits for it.

hand-over, a colleague's words, back to the bot --> Attended --> TELL --> POST /conversations/{id}/tracker/events
A server that is away is told later: for some minutes by itself, then at the next of these or before the bot's next
turn, for the thread is the truth and the line keeps how far it was told. Nothing is dropped, and nothing piles up: one
job's call tells everything there is, and those after it find nothing to do.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol, runtime_checkable

import structlog
from msgspec import Struct, structs

from bots.contract import Bot
from bots.dialogue.actions import Failed
from bots.rasa.lines import Lines, Told
from bots.rasa.owing import RESUME, Owed, owed
from bots.rasa.shadow import Shadow
from bots.shelf import Loading
from conversations.events import Attended
from conversations.model import CONVERSATIONS, State
from hub.errors import TryLater
from hub.store.port import Store, Write
from hub.work.jobs import Job, Kind, Record

ATTEMPTS = 10
"""Of one job: some minutes. After that the words wait for the next occasion, and no operator is woken."""
_log = structlog.get_logger(__name__)


class Tell(Struct, frozen=True, kw_only=True):
    """Tell the server of `bot` what it does not know of the conversation."""

    conversation: str
    bot: str


TELL: Kind[Tell] = Kind("rasa.tell", Tell, external=True, attempts=ATTEMPTS + 2, longest_wait=timedelta(minutes=2))


@runtime_checkable
class Distant(Protocol):
    """A bot whose mind keeps a tracker of its own somewhere."""

    async def tell(self, conversation: str, events: Sequence[dict[str, Any]], at: datetime) -> None:
        """Append events to the tracker, if there are any; raises `Failed`."""
        ...


class Trackers:
    """Subscriber of `Attended` and handler of `TELL`."""

    def __init__(self, store: Store, bots: Mapping[str, Bot]) -> None:
        self._store = store
        self._bots = bots

    def wants(self, event: Attended) -> bool:
        """Say whether the bot is on a Rasa server; one that is being loaded may be."""
        bot = self._bots.get(event.bot)
        return isinstance(bot, Loading) or distant(bot) is not None

    async def on_attended(self, event: Attended, at: datetime) -> Sequence[Write]:
        """Note that there is something to tell, and let it be told by a job of its own."""
        noted = await Lines(self._store, event.bot).stir(event.conversation, event.seq)
        return [*noted, _job(Tell(conversation=event.conversation, bot=event.bot), at)]

    async def tell(self, body: Tell, job: Job, at: datetime) -> Record:
        """Tell everything that is owed; raises `TryLater` while the server is away."""
        conversation = await self._store.get(CONVERSATIONS, body.conversation)
        bot = self._bots.get(body.bot)
        if isinstance(bot, Loading):
            raise TryLater("The bot is being loaded", bot=body.bot, after=timedelta(seconds=1))
        far = distant(bot)
        if conversation is None or far is None:
            return _nothing
        due = await owed(self._store, conversation, body.bot)
        if due is None:
            return _nothing
        try:
            then = await self._told(far, body, due, at)
        except Failed as error:
            return self._later(body, job, due, error)
        return lambda now: self._record(body, due, then, now)

    async def _record(self, body: Tell, due: Owed, then: Told, at: datetime) -> Sequence[Write]:
        writes = await Lines(self._store, body.bot).told(body.conversation, then)
        return [*writes, _job(body, at)] if due.more else writes

    async def _told(self, far: Distant, body: Tell, due: Owed, at: datetime) -> Told:
        """Tell it, and return what the tracker knows now.

        The conversation may have gone back to the bot while we spoke, and the bot's own `resume` before our `pause`.
        """
        await far.tell(body.conversation, due.events, at)
        now = await self._store.get(CONVERSATIONS, body.conversation) if due.then.paused else None
        if now is None or now.state is not State.BOT:
            return due.then
        await far.tell(body.conversation, RESUME, at)
        return structs.replace(due.then, paused=False)

    def _later(self, body: Tell, job: Job, due: Owed, error: Failed) -> Record:
        if job.attempts < ATTEMPTS:
            raise TryLater("The Rasa server is away", bot=body.bot) from error
        _log.warning(
            "tracker_behind", bot=body.bot, conversation=body.conversation, waiting=len(due.events),
            reason=error.message,
        )  # fmt: skip
        return _nothing


def distant(bot: Bot | None) -> Distant | None:
    """Return the bot as one with a tracker elsewhere, also when another stands in its shadow; None for any other."""
    heard = bot.heard if isinstance(bot, Shadow) else bot
    return heard if isinstance(heard, Distant) else None


def _job(body: Tell, at: datetime) -> Write:
    return TELL.job(body, lane=f"rasa:{body.conversation}", seq=0, at=at)


async def _nothing(at: datetime) -> Sequence[Write]:
    return []

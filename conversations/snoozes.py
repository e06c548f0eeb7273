"""The timer of a snooze: a job due at the hour. One that was overtaken (woken, snoozed anew) finds nothing to do."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from conversations.change import Change
from conversations.model import CONVERSATIONS, Author, AuthorKind
from conversations.moves import wake
from hub.events import Events
from hub.store.port import Insert, Store, Write
from hub.work.jobs import Job, Kind

SYSTEM = Author(kind=AuthorKind.SYSTEM)


class Wake(Struct, frozen=True, kw_only=True):
    """Wake this conversation if it still sleeps until exactly then."""

    conversation: str
    until: datetime


WAKE: Kind[Wake] = Kind("conversations.wake", Wake)


def alarm(conversation: str, until: datetime, *, at: datetime) -> Insert[Job]:
    """Make the write that sets the timer. Each has a lane of its own: a far one must not hold up a near one."""
    body = Wake(conversation=conversation, until=until)
    return WAKE.job(body, lane=f"wake:{conversation}:{until.isoformat()}", seq=0, at=at, due=until)


class Alarms:
    """Registered for `WAKE`."""

    def __init__(self, store: Store, events: Events) -> None:
        self._store = store
        self._events = events

    async def ring(self, body: Wake, job: Job, at: datetime) -> Sequence[Write]:
        """Wake the conversation, with a notice; nothing when the snooze is no longer this one."""
        conversation = await self._store.get(CONVERSATIONS, body.conversation)
        if conversation is None or conversation.snoozed_until != body.until:
            return ()
        change = Change(conversation, wake(conversation, at=at))
        change.note(SYSTEM, "woken", at=at)
        return change.writes(self._events, at)

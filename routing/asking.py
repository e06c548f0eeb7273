"""What people ask for by hand: the skills, the language, the clearance that a conversation needs of who answers it."""

from collections.abc import Sequence

from msgspec import structs

from conversations.change import Change
from conversations.commits import settle
from conversations.model import CONVERSATIONS, Author, AuthorKind, Conversation
from conversations.wants import Needed, joined
from hub.clock import Clock
from hub.errors import NotFound, WrongMove
from hub.events import Events
from hub.store.port import Store, Write
from routing.designing import Designing


class Asking:
    """The writer of what is asked for; where it waits it moves to another line, and keeps its turn."""

    def __init__(self, store: Store, events: Events, clock: Clock, designing: Designing) -> None:
        self._store = store
        self._events = events
        self._clock = clock
        self._designing = designing

    async def ask(self, conversation: str, needed: Needed, *, by: str, name: str = "") -> Conversation:
        """Ask for exactly this. Raises `Invalid` naming what nobody has, `WrongMove` when it is closed."""
        await self._designing.check_needed(needed)

        async def decide() -> tuple[Sequence[Write], Conversation]:
            read = await self._store.get(CONVERSATIONS, conversation)
            if read is None:
                raise NotFound("No such conversation", conversation=conversation)
            if not read.live:
                raise WrongMove("The conversation is closed", conversation=conversation, hint="Reopen it first.")
            change, at = Change(read), self._clock.now()
            if read.wants.asked != needed:
                wants = structs.replace(read.wants, asked=needed, needed=joined(needed, read.wants.ruled))
                change.now = structs.replace(read, wants=wants)
                change.note(Author(kind=AuthorKind.AGENT, id=by, name=name), "needs_set", at=at)
            return change.writes(self._events, at), change.now

        return await settle(self._store, decide)

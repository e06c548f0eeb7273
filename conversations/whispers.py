"""A lead's word in a colleague's ear: a note addressed to who has the conversation, that no customer ever sees."""

from collections.abc import Sequence

from conversations.change import Change
from conversations.commits import settle
from conversations.finding import find_conversation, said_as
from conversations.model import Author, Conversation, Direction, Message, State
from hub.clock import Clock
from hub.errors import Invalid, WrongMove
from hub.events import Events
from hub.model import Text
from hub.store.port import Store, Write

LONGEST = 2000
"""Characters."""


class Whispers:
    """The writer of whispers."""

    def __init__(self, store: Store, events: Events, clock: Clock) -> None:
        self._store = store
        self._events = events
        self._clock = clock

    async def whisper(self, id: str, by: Author, *, to: str, text: str, client_id: str) -> Message:
        """Say something to the colleague `to`, who has the conversation; the same `client_id` again is the same word.

        Raises `NotFound`, `Invalid` for an empty or too long text, and `WrongMove` when `to` no longer has it: what is
        meant for one must not reach another.
        """
        words = text.strip()
        if not 0 < len(words) <= LONGEST:
            raise Invalid(f"A whisper has 1 to {LONGEST} characters", path="$.text")

        async def decide() -> tuple[Sequence[Write], Message]:
            known = await said_as(self._store, id, client_id)
            if known is not None:
                return (), known
            change = Change(await find_conversation(self._store, id))
            _must_have(change.now, to, by)
            at = self._clock.now()
            message = change.add(
                by, (Text(body=words),), direction=Direction.NOTE, at=at, client_id=client_id, mentions=(to,),
                kind="whisper",
            )  # fmt: skip
            return change.writes(self._events, at), message

        return await settle(self._store, decide)


def _must_have(conversation: Conversation, to: str, by: Author) -> None:
    if conversation.state is not State.AGENT or conversation.agent != to:
        raise WrongMove(
            "They do not have the conversation any more", conversation=conversation.id, agent=conversation.agent,
            hint="Look who has it now, and whisper to them.",
        )  # fmt: skip
    if to == by.id:
        raise Invalid("It is your own conversation", path="$.to")

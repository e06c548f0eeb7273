"""What colleagues do with a conversation besides talking: each act is one commit, with a notice in the thread.

Notices are notes, so customers see none of them; a request for a rating is said through the one door. Accepting,
declining and taking are routing's acts (`routing/offers.py`), for they need its decision record.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from msgspec import structs

from conversations.change import Change
from conversations.commits import settle
from conversations.finding import find_conversation, refuse_newer
from conversations.inboxes import INBOXES
from conversations.limits import ChannelLimits, Limits
from conversations.model import Author, Conversation, Direction, Priority
from conversations.moves import close, give_to, reopen, snooze, to_bot, to_queue, wake
from conversations.saying import say
from conversations.snoozes import SYSTEM, alarm
from hub.clock import Clock, to_millis
from hub.errors import Invalid, WrongMove
from hub.events import Events
from hub.model import Notice, Text
from hub.store.port import Store, Write

Step = Callable[[Change, datetime], Awaitable[None]]
Record = Callable[[Conversation, datetime], Write]
"""What a higher floor writes down of an act, in its commit; given the conversation as it was before."""
MOST_LABELS = 50


class Acts:
    """Acts of staff on one conversation; each returns it as it is now.

    All raise `NotFound` for an unknown conversation, `WrongMove` when its state does not allow the act.
    """

    def __init__(self, store: Store, events: Events, clock: Clock, limits: Limits | None = None) -> None:
        self._store = store
        self._events = events
        self._clock = clock
        self._limits = limits or ChannelLimits({})

    async def resolve(self, id: str, by: Author, *, ask_rating: bool | None = None) -> Conversation:
        """Close it; None asks for a rating as the inbox is set, where the channel can show the question."""

        async def step(change: Change, at: datetime) -> None:
            if not change.now.live:
                return
            if await self._asks(change.now, ask_rating) and self._can_ask(change.now, at):
                client_id = f"rate:{change.now.seq}"
                rate = (Notice(code="rate"),)
                say(change, author=SYSTEM, parts=rate, client_id=client_id, at=at, limits=self._limits)
            change.now = close(change.now, at=at)
            change.note(by, "resolved", at=at)

        return await self._act(id, step)

    async def reopen(self, id: str, by: Author) -> Conversation:
        """Open a closed one again and give it to whoever did so; raises `NewerConversation`."""

        async def step(change: Change, at: datetime) -> None:
            if change.now.live:
                return
            await refuse_newer(self._store, change.now)
            change.now = reopen(change.now, at=at, agent=by.id)
            change.note(by, "reopened", at=at)

        return await self._act(id, step)

    async def snooze(self, id: str, by: Author, until: datetime | None) -> Conversation:
        """Let it sleep until then, or until the customer writes; None wakes it. Raises `Invalid` for a past time."""
        end = to_millis(until) if until else None

        async def step(change: Change, at: datetime) -> None:
            if end is None:
                if change.now.snoozed_until is not None:
                    change.now = wake(change.now, at=at)
                    change.note(by, "woken", at=at)
                return
            change.now = snooze(change.now, end, at=at)
            change.also(alarm(id, end, at=at))
            change.note(by, "snoozed", at=at, until=end.isoformat())

        return await self._act(id, step)

    async def hold(self, id: str, by: Author, waits_for: str) -> Conversation:
        """Say whom outside it waits for ("supplier"), or with "" that it waits no longer; deadlines pause meanwhile."""

        async def step(change: Change, at: datetime) -> None:
            _must_be_open(change.now)
            if waits_for != change.now.waits_for:
                change.now = structs.replace(change.now, waits_for=waits_for)
                change.note(by, "held" if waits_for else "unheld", at=at, waits_for=waits_for)

        return await self._act(id, step)

    async def annotate(
        self, id: str, by: Author, *, labels: Sequence[str] | None = None,
        priority: Priority | None = None, subject: str | None = None,
    ) -> Conversation:  # fmt: skip
        """Set labels, priority or subject; what is None, or is so already, stays without a notice."""

        async def step(change: Change, at: datetime) -> None:
            if labels is not None:
                _label(change, by, labels, at)
            if priority is not None and priority is not change.now.priority:
                change.now = structs.replace(change.now, priority=priority)
                change.note(by, "prioritised", at=at, priority=priority)
            if subject is not None and subject != change.now.subject:
                change.now = structs.replace(change.now, subject=subject)

        return await self._act(id, step)

    async def hand_to_bot(self, id: str, by: Author, *, record: Record | None = None) -> Conversation:
        """Let the inbox's bot answer from here on; it speaks when the customer does."""

        async def step(change: Change, at: datetime) -> None:
            _must_be_open(change.now)
            inbox = await self._store.get(INBOXES, change.now.inbox)
            bot = inbox.bot if inbox is not None else None
            if bot is None:
                raise WrongMove("This inbox has no bot", inbox=change.now.inbox, hint="Set `bot` of the inbox.")
            if record is not None:
                change.also(record(change.now, at))
            change.now = to_bot(change.now, bot, at=at)
            change.note(by, "handed_to_bot", at=at, bot=bot)

        return await self._act(id, step)

    async def transfer(
        self, id: str, by: Author, *, team: str | None = None, agent: str | None = None, note: str = "",
        record: Record | None = None,
    ) -> Conversation:  # fmt: skip
        """Give it to a team's queue, or straight to a colleague; `note` is for whoever gets it."""
        if (team is None) == (agent is None):
            raise Invalid("A transfer names a team or an agent, not both", path="$.team")

        async def step(change: Change, at: datetime) -> None:
            _must_be_open(change.now)
            if record is not None:
                change.also(record(change.now, at))
            if note:
                change.add(by, (Text(body=note),), direction=Direction.NOTE, at=at)
            if agent is not None:
                change.now = give_to(change.now, agent, at=at)
                change.note(by, "transferred", at=at, agent=agent)
            else:
                change.now = to_queue(change.now, team, at=at)
                change.note(by, "transferred", at=at, team=team or "")

        return await self._act(id, step)

    async def _act(self, id: str, step: Step) -> Conversation:
        async def decide() -> tuple[Sequence[Write], Conversation]:
            change = Change(await find_conversation(self._store, id))
            at = self._clock.now()
            await step(change, at)
            writes = change.writes(self._events, at)
            return writes, change.stored

        return await settle(self._store, decide)

    async def _asks(self, conversation: Conversation, ask: bool | None) -> bool:
        if ask is not None:
            return ask
        inbox = await self._store.get(INBOXES, conversation.inbox)
        return inbox is not None and inbox.ask_rating

    def _can_ask(self, conversation: Conversation, at: datetime) -> bool:
        return "notice" in self._limits.of(conversation, at).carries


def _label(change: Change, by: Author, labels: Sequence[str], at: datetime) -> None:
    wanted = tuple(dict.fromkeys(labels))
    if len(wanted) > MOST_LABELS:
        raise Invalid("Too many labels", path="$.labels", most=MOST_LABELS)
    added = [label for label in wanted if label not in change.now.labels]
    removed = [label for label in change.now.labels if label not in wanted]
    if added or removed:
        change.now = structs.replace(change.now, labels=wanted)
        change.note(by, "labelled", at=at, added=", ".join(added), removed=", ".join(removed))


def _must_be_open(conversation: Conversation) -> None:
    if not conversation.live:
        raise WrongMove("The conversation is closed", conversation=conversation.id, hint="Reopen it first.")

"""What a person says to an offer, or fails to say in time; and taking without being offered."""

from collections.abc import Callable, Sequence
from datetime import datetime

from msgspec import structs

from conversations.change import Change
from conversations.commits import settle
from conversations.model import CONVERSATIONS, Author, AuthorKind, Conversation, Direction, State
from conversations.moves import give_to, withdraw_offer
from hub.clock import Clock
from hub.errors import Forbidden, NotFound, WrongMove
from hub.events import Events
from hub.model import Notice
from hub.store.port import Store, Write, put
from hub.work.jobs import Job
from routing.decisions import decided
from routing.expiry import OfferOver
from routing.lines import kind_of
from routing.model import DESKS, Outcome, Presence
from routing.serving import settled
from routing.terms import TermsReader

Decide = Callable[[Conversation, datetime], Change]


class Offers:
    """Accept, decline, take; and the timer of an unanswered offer."""

    def __init__(self, store: Store, events: Events, clock: Clock, terms: TermsReader) -> None:
        self._store = store
        self._events = events
        self._clock = clock
        self._terms = terms

    async def accept(self, conversation: str, agent: str) -> Conversation:
        """Make the offered conversation theirs; raises `WrongMove` when the offer is over. Twice is harmless."""

        def decide(read: Conversation, at: datetime) -> Change:
            change = Change(read)
            if read.state is State.AGENT and read.agent == agent:
                return change
            _must_be_offered(read, agent)
            change.now = give_to(read, agent, at=at)
            change.also(decided(read, Outcome.ACCEPTED, at=at, agent=agent, by=agent))
            return change

        return await self._act(conversation, decide)

    async def decline(self, conversation: str, agent: str) -> Conversation:
        """Send it back to its place in the queue; it is not offered to them again."""

        def decide(read: Conversation, at: datetime) -> Change:
            _must_be_offered(read, agent)
            change = Change(read)
            back = withdraw_offer(read, at=at)
            change.now = structs.replace(back, declined_by=(*back.declined_by, agent))
            change.also(decided(read, Outcome.DECLINED, at=at, agent=agent, by=agent))
            return change

        return await self._act(conversation, decide)

    async def take(self, conversation: str, agent: str, *, over: bool, name: str = "") -> Conversation:
        """Give it to the one who asks: from a queue, a bot, or (with `over`) a colleague; a closed one comes back.

        The colleague who loses it is told so by a notice that mentions them, written in the name of who took it.

        Raises `Forbidden` when it is with a colleague and `over` is not allowed. Taking may pass the own capacity:
        the person decided it.
        """

        def decide(read: Conversation, at: datetime) -> Change:
            change = Change(read)
            if read.state is State.AGENT and read.agent == agent:
                return change
            if read.state is State.AGENT and not over:
                raise Forbidden(
                    "It is with a colleague",
                    conversation=read.id,
                    agent=read.agent,
                    hint="Ask them to transfer it, or a team lead to take it over.",
                )
            change.now = give_to(read, agent, at=at)
            if read.state is State.AGENT and read.agent:
                lost = (Notice(code="taken_over", facts={"from": read.agent, "by": agent}),)
                taker = Author(kind=AuthorKind.AGENT, id=agent, name=name)
                change.add(taker, lost, direction=Direction.NOTE, at=at, mentions=(read.agent,))
            change.also(decided(read, Outcome.TAKEN, at=at, agent=agent, by=agent))
            return change

        return await self._act(conversation, decide)

    async def over(self, body: OfferOver, job: Job, at: datetime) -> Sequence[Write]:
        """Ring: the offer goes back to the queue, and who did not answer counts as away until they say otherwise."""
        read = await self._store.get(CONVERSATIONS, body.conversation)
        if read is None or read.offer is None or (read.offer.agent, read.offer.until) != (body.agent, body.until):
            return []
        change = Change(read)
        change.now = withdraw_offer(read, at=at)
        change.also(decided(read, Outcome.TIMED_OUT, at=at, agent=body.agent))
        desk = await self._store.get(DESKS, body.agent)
        if desk is not None:
            away = structs.replace(desk, chosen=Presence.AWAY, status=Presence.AWAY)
            kind, rules = kind_of(read), await self._terms.rules()
            held = {**desk.held, kind: max(0, desk.held.get(kind, 0) - 1)}
            change.also(put(DESKS, desk, settled(away, rules, held=held, at=at)))
        return change.writes(self._events, at)

    async def _act(self, id: str, decide: Decide) -> Conversation:
        async def again() -> tuple[Sequence[Write], Conversation]:
            read = await self._store.get(CONVERSATIONS, id)
            if read is None:
                raise NotFound("No such conversation", conversation=id)
            at = self._clock.now()
            change = decide(read, at)
            writes = change.writes(self._events, at)
            return writes, change.now

        return await settle(self._store, again)


def _must_be_offered(conversation: Conversation, agent: str) -> None:
    if conversation.offered_to != agent:
        raise WrongMove(
            "The offer is over", conversation=conversation.id, hint="Another colleague has it, or it timed out."
        )

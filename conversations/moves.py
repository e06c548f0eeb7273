"""The moves a conversation may make: pure functions used by acts, replies, bots and routing alike.

Each returns the changed conversation and keeps four rules: `queued_at` is set exactly while it waits awake for a
person, `offer` and `offered_to` only while it waits, `lane` and `kept_for` only while it waits, and
`waiting_since` while the customer has no answer.
"""

from datetime import datetime

from msgspec import structs

from conversations.model import Conversation, Offer, State
from hub.errors import Invalid, WrongMove

OFFERED = "offered"
"""The lane of what is offered: it stands in no line, and waits for no place in one."""


def give_to(conversation: Conversation, agent: str, *, at: datetime) -> Conversation:
    """Give it to a colleague: accepted, taken, transferred, or reopened by them."""
    moved = conversation.moved(State.AGENT, at=at)
    again = conversation.state is State.AGENT and conversation.agent == agent
    return structs.replace(
        moved, agent=agent, offer=None, offered_to=None, queued_at=None, snoozed_until=None, lane="", kept_for=None,
        held_since=(conversation.held_since or at) if again else at,
    )  # fmt: skip


def offer_to(conversation: Conversation, agent: str, *, until: datetime, at: datetime) -> Conversation:
    """Offer it to one colleague, who may accept before `until`; it keeps its place in the queue."""
    if conversation.queued_at is None:
        raise WrongMove("Only a conversation that waits in a queue can be offered", conversation=conversation.id)
    offer = Offer(agent=agent, until=until)
    return structs.replace(conversation, offer=offer, offered_to=agent, lane=OFFERED, kept_for=None, changed_at=at)


def withdraw_offer(conversation: Conversation, *, at: datetime) -> Conversation:
    """Take the offer back (declined, timed out); it stands in the queue where it stood."""
    return structs.replace(conversation, offer=None, offered_to=None, lane="", changed_at=at)


def to_queue(conversation: Conversation, team: str | None, *, at: datetime) -> Conversation:
    """Let it wait for a person of `team` (None: anybody).

    Within the same queue it keeps its place; the customer counts as waiting from now unless they did already.
    """
    moved = conversation.moved(State.WAITING, at=at)
    stays = conversation.state is State.WAITING and conversation.team == team
    return structs.replace(
        moved,
        team=team,
        agent=None,
        offer=None,
        offered_to=None,
        queued_at=(conversation.queued_at or at) if stays else at,
        waiting_since=conversation.waiting_since or at,
        snoozed_until=None,
        lane=conversation.lane if stays and conversation.offer is None else "",
        kept_for=conversation.kept_for if stays else None,
    )


def regroup(conversation: Conversation, team: str | None, *, at: datetime) -> Conversation:
    """Let it wait for a person of another team without losing its turn: it stands there as long as it has waited.

    One that was in no queue has waited since its customer did.
    """
    since = conversation.queued_at or conversation.waiting_since
    queued = to_queue(conversation, team, at=at)
    return structs.replace(queued, queued_at=min(since, at) if since else queued.queued_at)


def to_bot(conversation: Conversation, bot: str, *, at: datetime) -> Conversation:
    """Let a bot answer."""
    moved = conversation.moved(State.BOT, at=at)
    return structs.replace(
        moved, bot=bot, agent=None, offer=None, offered_to=None, queued_at=None, snoozed_until=None, lane="",
        kept_for=None,
    )  # fmt: skip


def close(conversation: Conversation, *, at: datetime) -> Conversation:
    """Close it. Who had it last stays written in `agent`, so that it can come back to them."""
    moved = conversation.moved(State.CLOSED, at=at)
    return structs.replace(
        moved, offer=None, offered_to=None, queued_at=None, waiting_since=None, snoozed_until=None, waits_for="",
        lane="", kept_for=None, wants=structs.replace(conversation.wants, deferred="", wish=""),
    )  # fmt: skip


def reopen(conversation: Conversation, *, at: datetime, agent: str | None = None) -> Conversation:
    """Open a closed one: with `agent` when given, else back in its team's queue. An open one is a `WrongMove`."""
    if conversation.live:
        raise WrongMove("It is open already", conversation=conversation.id, now=conversation.state)
    if agent is not None:
        return give_to(conversation, agent, at=at)
    return to_queue(conversation, conversation.team, at=at)


def snooze(conversation: Conversation, until: datetime, *, at: datetime) -> Conversation:
    """Let it sleep until `until` or until the customer writes, whichever comes first.

    Raises `Invalid` when that is not in the future, `WrongMove` when it is closed or with a bot.
    """
    if until <= at:
        raise Invalid("The time to wake must lie in the future", path="$.until", until=until.isoformat())
    if conversation.state not in (State.AGENT, State.WAITING):
        raise WrongMove(
            "Only one that waits or is with a colleague can be snoozed", conversation=conversation.id,
            now=conversation.state,
        )  # fmt: skip
    return structs.replace(
        conversation, snoozed_until=until, queued_at=None, offer=None, offered_to=None, lane="", kept_for=None,
        changed_at=at,
    )  # fmt: skip


def wake(conversation: Conversation, *, at: datetime) -> Conversation:
    """End the sleep: back to its agent, or to the end of its queue. One that is awake stays as it is."""
    if conversation.snoozed_until is None:
        return conversation
    queued_at = at if conversation.state is State.WAITING else None
    return structs.replace(conversation, snoozed_until=None, queued_at=queued_at, changed_at=at)

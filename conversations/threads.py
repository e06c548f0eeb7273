"""Which thread a customer's message belongs to: join the live one, reopen a fresh one, or start anew. Pure.

One customer has at most one live conversation in an inbox. A message after the close comes back to the same
conversation while the close is younger than the inbox's `reopen_hours` (people say "thanks, one more thing"); later it
begins a new one, so that each has one subject and its own figures.
"""

from datetime import datetime, timedelta

from msgspec import structs

from conversations.inboxes import Inbox
from conversations.model import Conversation, Profile, State
from conversations.moves import reopen, to_bot
from hub.ids import new_id


def may_return(closed: Conversation | None, inbox: Inbox | None, *, at: datetime) -> bool:
    """Say whether a message at `at` reopens this closed conversation."""
    if closed is None or closed.closed_at is None:
        return False
    hours = inbox.reopen_hours if inbox is not None else 24
    return at - closed.closed_at < timedelta(hours=hours)


def come_back(closed: Conversation, inbox: Inbox | None, *, at: datetime) -> Conversation:
    """Reopen it by the customer's word: in its team's queue when a colleague ever answered, else as a new one would."""
    opened = reopen(closed, at=at)
    if inbox is not None and inbox.bot is not None and closed.first_reply_at is None:
        return structs.replace(to_bot(opened, inbox.bot, at=at), waiting_since=None)
    return opened


def start(inbox_id: str, inbox: Inbox | None, profile: Profile, *, subject: str, at: datetime) -> Conversation:
    """Begin a conversation: the inbox's bot answers first, else it waits in the inbox's team.

    An inbox that was deleted meanwhile loses nobody's message: it waits for anyone.
    """
    bot = inbox.bot if inbox is not None else None
    return Conversation(
        id=new_id(),
        inbox=inbox_id,
        address=profile.address,
        profile=profile.id,
        name=profile.name,
        subject=subject,
        state=State.BOT if bot else State.WAITING,
        team=inbox.team if inbox is not None else None,
        bot=bot,
        language=profile.language or (inbox.language if inbox is not None else ""),
        last_at=at,
        queued_at=None if bot else at,
        opened_at=at,
        changed_at=at,
    )

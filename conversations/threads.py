"""Which thread a customer's message belongs to: join the live one, reopen a fresh one, or start anew. Pure.

One customer has at most one live conversation in an inbox; of mails, one for each thread. A mail belongs to the thread
that our signature in it proves, else to the one it refers to, if its sender takes part there: whoever quotes an id of
somebody else's thread begins their own. A message after the close comes back to the same
conversation while the close is younger than the inbox's `reopen_hours` (people say "thanks, one more thing"); later it
begins a new one, so that each has one subject and its own figures.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import structs

from conversations.inboxes import Inbox
from conversations.mails import bare, mailbox
from conversations.model import Conversation, Profile, State
from conversations.moves import reopen, to_bot
from conversations.windows import kept
from hub.ids import new_id
from hub.model import Address, Envelope, Said

MOST_REFERENCES = 100
"""Ids of a mail that are looked up, the newest."""
MOST_PEOPLE = 100
"""Addresses that take part in one thread; a mail to more is a mailing, and nobody's conversation."""


def references(envelope: Envelope) -> tuple[str, ...]:
    """Return the ids a mail refers to, newest first; an empty one names nothing."""
    ids = (bare(id) for id in reversed(envelope.refs))
    return tuple(dict.fromkeys(id for id in ids if id))[:MOST_REFERENCES]


def root(said: Said) -> str:
    """Return the id of the mail that the thread began with, as far as this one knows."""
    if said.envelope is None:
        return ""
    oldest = next((id for id in map(bare, said.envelope.refs) if id), "")
    return oldest or bare(said.envelope.message_id) or said.provider_id


def takes_part(conversation: Conversation, sender: Address) -> bool:
    """Say whether the sender is the customer, or somebody a mail of this thread went to."""
    user = mailbox(sender.user)
    return user == mailbox(conversation.address.user) or user in conversation.people


def chosen(candidates: Sequence[Conversation], sender: Address) -> Conversation | None:
    """Return the conversation a mail joins of those it refers to (newest first): a live one before a closed one."""
    ours = [conversation for conversation in candidates if takes_part(conversation, sender)]
    return next((conversation for conversation in ours if conversation.live), ours[0] if ours else None)


def joined(conversation: Conversation, said: Said) -> Conversation:
    """Return the conversation with everybody this mail names among the people who take part."""
    if said.envelope is None:
        return conversation
    named = (said.sender.user, *said.envelope.to, *said.envelope.cc)
    known = {mailbox(conversation.address.user), *conversation.people}
    fresh = [one for one in dict.fromkeys(map(mailbox, named)) if one and one not in known]
    people = (*conversation.people, *fresh)[:MOST_PEOPLE]
    return conversation if people == conversation.people else structs.replace(conversation, people=people)


def kept_envelope(envelope: Envelope) -> Envelope:
    """Return the envelope as it is stored: bare ids, and no more copies than anybody reads."""
    return structs.replace(
        envelope,
        to=envelope.to[:MOST_PEOPLE],
        cc=envelope.cc[:MOST_PEOPLE],
        message_id=bare(envelope.message_id),
        refs=tuple(reversed(references(envelope))),
    )


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


def start(
    inbox_id: str, inbox: Inbox | None, profile: Profile, *, at: datetime, subject: str = "", thread: str = "",
    before: Conversation | None = None, automatic: bool = False,
) -> Conversation:  # fmt: skip
    """Begin a conversation: the inbox's bot answers first, else it waits in the inbox's team.

    An inbox that was deleted meanwhile loses nobody's message: it waits for anyone. `before` is the customer's last one
    here, whose windows go on; a mail's (one with a `thread`) is the closed one it refers to. No bot answers a machine.
    """
    bot = inbox.bot if inbox is not None and not automatic else None
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
        thread=thread,
        people=before.people if before is not None and thread else (),
        windows=kept(before.windows, at) if before is not None else (),
        facts={"follows": before.id} if before is not None and thread else {},
        changed_at=at,
    )

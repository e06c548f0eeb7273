"""One step of one conversation, gathered until it is committed: what it becomes, what is added, what is told."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, TypedDict, Unpack

from msgspec import Struct, structs

from conversations.mails import searched
from conversations.model import (
    CONVERSATIONS,
    MESSAGES,
    Author,
    AuthorKind,
    Conversation,
    Direction,
    Message,
    Preview,
)
from conversations.moves import wake
from conversations.news import news, stands
from conversations.terms import index_terms
from conversations.windows import Spent
from hub.events import Events
from hub.ids import new_id
from hub.model import Envelope, Notice, Part, Status, plain
from hub.store.port import Insert, Write, put

PREVIEW = 160
"""Characters of the last message that a list row shows."""


class More(TypedDict, total=False):
    """Fields of a message that not every message has."""

    sent_at: datetime | None
    status: Status
    key: str | None
    provider_id: str | None
    client_id: str | None
    reply_to: str
    mentions: tuple[str, ...]
    subject: str
    envelope: Envelope | None
    ref: str | None
    automatic: bool
    purpose: Literal["service", "marketing"]
    original: str
    degraded: tuple[str, ...]
    spent: Spent | None
    kind: Literal["", "whisper"]


class Change:
    """What one handler or act does to one conversation.

    `before` is the row as read (None: it begins now), `now` what it has become so far: moves assign it. Everything
    is handed over by `writes`, once, for one commit.
    """

    def __init__(self, before: Conversation | None, now: Conversation | None = None) -> None:
        current = now if now is not None else before
        if current is None:
            raise ValueError("A change needs a conversation to begin with")
        self.before = before
        self.now = current
        self.messages: list[Message] = []
        self._told: list[Struct] = []
        self._also: list[Write] = []

    def add(
        self, author: Author, parts: tuple[Part, ...], *, direction: Direction, at: datetime, **more: Unpack[More]
    ) -> Message:
        """Put one entry at the end of the thread and return it."""
        message = Message(
            id=new_id(), conversation=self.now.id, inbox=self.now.inbox, seq=self.now.seq + 1, direction=direction,
            author=author, parts=parts, at=max(at, self.now.last_at), **more,
            terms=index_terms(searched(parts, more.get("subject", ""))),
        )  # fmt: skip
        self.messages.append(message)
        self.now = appended(self.now, message)
        return message

    def note(self, author: Author, code: str, *, at: datetime, **facts: str) -> Message:
        """Leave a notice in the thread that only colleagues see."""
        return self.add(author, (Notice(code=code, facts=facts),), direction=Direction.NOTE, at=at)

    def rename(self, name: str) -> None:
        """Show the customer under the name their profile has now."""
        if name and name != self.now.name:
            self.now = structs.replace(self.now, name=name)

    def follow(self, users: Sequence[str]) -> None:
        """Let these colleagues follow the conversation: it shows in their mentions."""
        followers = tuple(dict.fromkeys((*self.now.followers, *users)))
        if followers != self.now.followers:
            self.now = structs.replace(self.now, followers=followers)

    def tell(self, event: Struct) -> None:
        """Tell subscribers something that does not follow from before and after."""
        self._told.append(event)

    def also(self, *writes: Write) -> None:
        """Commit these in the same step."""
        self._also.extend(writes)

    @property
    def stored(self) -> Conversation:
        """Return the conversation as the store holds it once `writes` are committed."""
        if self.before is None or self.now == self.before:
            return self.now
        return structs.replace(self.now, version=self.before.version + 1)

    def writes(self, events: Events, at: datetime) -> Sequence[Write]:
        """Return everything as one list of writes; empty when nothing changed."""
        writes: list[Write] = []
        version = 0 if self.before is None else self.before.version + 1
        if self.before is None:
            writes.append(Insert(CONVERSATIONS, self.now))
        elif self.now != self.before:
            self.now = structs.replace(self.now, changed_at=at)
            writes.append(put(CONVERSATIONS, self.before, self.now))
        writes.extend(Insert(MESSAGES, message) for message in self.messages)
        writes.extend(self._also)
        how = stands(self.before, self.now)
        for event in (*news(self.before, self.now), *self._told, *((how,) if how else ())):
            writes.extend(events.jobs(event, lane=self.now.id, seq=version, at=at))
        return writes


def appended(conversation: Conversation, message: Message) -> Conversation:
    """Return the conversation with this entry at its end: counters, preview, who waits for whom."""
    numbered = structs.replace(conversation, seq=message.seq)
    if message.direction is Direction.NOTE:
        return numbered
    words = plain(message.parts)
    if words:
        preview = Preview(text=words[:PREVIEW], author=message.author.kind, at=message.at)
        numbered = structs.replace(numbered, last=preview, last_at=message.at)
    if message.direction is Direction.IN:
        return _heard(numbered, message)
    return _answered(numbered, message)


def _heard(conversation: Conversation, message: Message) -> Conversation:
    """Nobody waits for an answer in a closed conversation: a machine's mail does not open it again."""
    waiting_since = (conversation.waiting_since or message.at) if conversation.live else None
    return structs.replace(
        wake(conversation, at=message.at),
        customer_seq=message.seq,
        waiting_since=waiting_since,
        last_at=message.at,
    )


def _answered(conversation: Conversation, message: Message) -> Conversation:
    match message.author.kind:
        case AuthorKind.AGENT:
            return structs.replace(
                conversation,
                agent_seq=message.seq,
                waiting_since=None,
                first_reply_at=conversation.first_reply_at or message.at,
            )
        case AuthorKind.BOT:
            return structs.replace(conversation, waiting_since=None)
        case AuthorKind.SYSTEM | AuthorKind.CUSTOMER:
            return conversation

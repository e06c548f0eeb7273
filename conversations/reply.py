"""What people say, through the one door (`conversations/saying.py`): once, and never past a colleague.

The same `client_id` again, at the same instant even, is the same message. A colleague's reply to a closed conversation
reopens it with them, unless the customer has a newer live one in this inbox; a bot never reopens. A note never
leaves, and changes nothing about who waits. A colleague who replies where a queue or a bot has the turn takes it.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar, Literal

from msgspec import Struct, structs

from conversations.change import Change
from conversations.commits import settle
from conversations.consent import refuse_opted_out
from conversations.drafts import draft_id
from conversations.finding import find_conversation, message_at, newest_mail, refuse_newer, said_as
from conversations.limits import ChannelLimits, Limits, check
from conversations.mails import Letter, letter
from conversations.model import (
    CONVERSATIONS,
    DRAFTS,
    MESSAGES,
    Author,
    AuthorKind,
    Conversation,
    Direction,
    Message,
    State,
)
from conversations.moves import give_to, reopen
from conversations.rendering import Rendered, preview
from conversations.saying import outbound, paid, say
from hub.clock import Clock
from hub.errors import Invalid, WrongMove
from hub.events import Events
from hub.model import Notice, Part, Status
from hub.outbox import delivery
from hub.store.port import Between, By, Delete, Eq, Store, Write, put


class ColleagueAnswered(WrongMove):
    """A colleague's reply is in the thread that this author had not seen; `facts.seq` is its number."""

    code: ClassVar[str] = "colleague_answered"


class Reply(Struct, frozen=True, kw_only=True):
    """What somebody wants to say. `seen_seq` is the newest message they had before their eyes; None checks nothing.

    `subject` ("" goes on with the latest), `cc` and `bcc` are a mail's. Marketing is refused for who opted out.
    """

    author: Author
    parts: tuple[Part, ...]
    client_id: str
    seen_seq: int | None = None
    note: bool = False
    mentions: tuple[str, ...] = ()
    reply_to: str = ""
    subject: str = ""
    cc: tuple[str, ...] = ()
    bcc: tuple[str, ...] = ()
    purpose: Literal["service", "marketing"] = "service"


class Replied(Struct, frozen=True, kw_only=True):
    """The message as stored (the first, where the channel needed several), and whether this call made it."""

    message: Message
    new: bool
    more: tuple[Message, ...] = ()


class Replies:
    """What people say, through the one door."""

    def __init__(self, store: Store, events: Events, clock: Clock, limits: Limits | None = None) -> None:
        self._store = store
        self._events = events
        self._clock = clock
        self._limits = limits or ChannelLimits({})

    async def reply(self, conversation: str, reply: Reply) -> Replied:
        """Store the reply or note and return it, durable; the same `client_id` again returns the first one.

        Raises `NotFound`, `Invalid`, `Unsupported`, `WindowClosed`, `OptedOut`, `ColleagueAnswered`, `WrongMove`.
        """
        _allow(reply)

        async def decide() -> tuple[Sequence[Write], Replied]:
            known = await said_as(self._store, conversation, reply.client_id)
            if known is not None:
                return (), Replied(message=known, new=False)
            change = Change(await find_conversation(self._store, conversation))
            at = self._clock.now()
            first, *more = self._noted(change, reply, at) if reply.note else await self._said(change, reply, at)
            change.follow(reply.mentions)
            await self._drop_draft(change, reply)
            return change.writes(self._events, at), Replied(message=first, new=True, more=tuple(more))

        return await settle(self._store, decide)

    async def retry(self, conversation: str, seq: int) -> Message:
        """Send a failed message again under its own id.

        It needs an open window again, for a failure gave its unit back. Raises `NotFound`, `WrongMove` when it has not
        failed, and what stands against sending it now.
        """

        async def decide() -> tuple[Sequence[Write], Message]:
            thread = await find_conversation(self._store, conversation)
            message = await message_at(self._store, conversation, seq)
            if message.status is not Status.FAILED:
                raise WrongMove("Only a failed message can be sent again", seq=seq, now=message.status)
            at = self._clock.now()
            return await self._again(thread, message, at)

        return await settle(self._store, decide)

    async def preview(self, conversation: str, parts: tuple[Part, ...]) -> tuple[Rendered, ...]:
        """Return the messages that these parts would become here, without sending; raises `NotFound`, `Unsupported`."""
        thread = await find_conversation(self._store, conversation)
        limit = self._limits.of(thread, self._clock.now())
        channel = thread.address.channel
        return preview(parts, limit, channel=channel, language=thread.language, links=self._limits.links)

    async def _again(self, thread: Conversation, message: Message, at: datetime) -> tuple[Sequence[Write], Message]:
        limit = self._limits.of(thread, at)
        check(message.parts, limit, channel=thread.address.channel)
        if message.purpose == "marketing":
            await refuse_opted_out(self._store, thread.address)
        windows, (unit,) = paid(thread, limit, (Rendered(parts=message.parts),), at)
        queued = structs.replace(message, status=Status.QUEUED, reason="", detail="", spent=unit)
        write = put(MESSAGES, message, queued)
        answers = await self._answers(message.conversation, message.reply_to)
        writes: list[Write] = [write, delivery(outbound(thread, queued, answers), at=at)]
        if windows != thread.windows:
            writes.append(put(CONVERSATIONS, thread, structs.replace(thread, windows=windows, changed_at=at)))
        return writes, write.doc

    def _noted(self, change: Change, reply: Reply, at: datetime) -> Sequence[Message]:
        note = change.add(
            reply.author, reply.parts, direction=Direction.NOTE, at=at, client_id=reply.client_id,
            mentions=reply.mentions,
        )  # fmt: skip
        return (note,)

    async def _said(self, change: Change, reply: Reply, at: datetime) -> Sequence[Message]:
        await self._refuse_unseen(change.now, reply)
        if reply.purpose == "marketing":
            await refuse_opted_out(self._store, change.now.address)
        await self._take(change, reply.author, at)
        answers = await self._answers(change.now.id, reply.reply_to)
        return say(
            change, author=reply.author, parts=reply.parts, client_id=reply.client_id, at=at, limits=self._limits,
            answers=answers, mentions=reply.mentions, mail=await self._letter(change.now, reply, answers, at),
            purpose=reply.purpose,
        )  # fmt: skip

    async def _letter(
        self, conversation: Conversation, reply: Reply, answers: Message | None, at: datetime
    ) -> Letter | None:
        """Return the outside of a mail; it answers the customer's newest one unless the reply names another."""
        if not self._limits.of(conversation, at).mail:
            return None
        onto = answers or await newest_mail(self._store, conversation)
        return letter(onto, topic=conversation.subject, subject=reply.subject, cc=reply.cc, bcc=reply.bcc)

    async def _take(self, change: Change, author: Author, at: datetime) -> None:
        """Let a colleague who answers have what nobody has; a conversation of another colleague stays theirs."""
        if author.kind is not AuthorKind.AGENT:
            return
        match change.now.state:
            case State.CLOSED:
                await refuse_newer(self._store, change.now)
                change.now = reopen(change.now, at=at, agent=author.id)
            case State.WAITING | State.BOT:
                change.now = give_to(change.now, author.id, at=at)
            case State.AGENT:
                pass

    async def _refuse_unseen(self, conversation: Conversation, reply: Reply) -> None:
        """Raise `ColleagueAnswered` when another person answered the customer after `seen_seq`."""
        if reply.seen_seq is None or conversation.agent_seq <= reply.seen_seq:
            return
        unseen = await self._store.find(
            MESSAGES, Eq("conversation", conversation.id), Between("seq", reply.seen_seq + 1),
            order=(By("seq", descending=True),), limit=100,
        )  # fmt: skip
        for message in unseen:
            if _by_colleague(message, reply.author):
                raise ColleagueAnswered(
                    "A colleague answered first", seq=message.seq, author=message.author.name,
                    hint="Read the newer message, then send again.",
                )  # fmt: skip

    async def _answers(self, conversation: str, id: str) -> Message | None:
        """Return the message that is answered, when it is one of this conversation."""
        message = await self._store.get(MESSAGES, id) if id else None
        return message if message is not None and message.conversation == conversation else None

    async def _drop_draft(self, change: Change, reply: Reply) -> None:
        if reply.author.kind is AuthorKind.AGENT:
            draft = await self._store.get(DRAFTS, draft_id(change.now.id, reply.author.id))
            if draft is not None and draft.note == reply.note:
                change.also(Delete(DRAFTS, draft))


def _allow(reply: Reply) -> None:
    if not reply.parts:
        raise Invalid("There is nothing to send", path="$.parts")
    if not reply.client_id or len(reply.client_id) > 128:
        raise Invalid("A reply needs an id of its own, up to 128 characters", path="$.client_id")
    if any(isinstance(part, Notice) for part in reply.parts):
        raise Invalid("Notices are the hub's own words", path="$.parts")


def _by_colleague(message: Message, author: Author) -> bool:
    return (
        message.direction is Direction.OUT
        and message.author.kind is AuthorKind.AGENT
        and message.author.id != author.id
    )

"""The conversations floor, whole, over a real store and work engine: only the provider is played."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING

from conversations.acts import Acts
from conversations.canned import CANNED
from conversations.consent import OPT_OUTS
from conversations.deliveries import Deliveries
from conversations.drafts import Drafts
from conversations.events import Assigned, Closed, CustomerSaid, Freed, Opened, Queued, Signalled
from conversations.fetching import FETCH, Fetches
from conversations.inboxes import INBOXES, Inbox, Inboxes
from conversations.labels import LABELS
from conversations.limits import ChannelLimits, Limits
from conversations.lists import Lists
from conversations.model import (
    CONVERSATIONS,
    DRAFTS,
    MESSAGES,
    PROFILES,
    READ_MARKS,
    Author,
    AuthorKind,
    Conversation,
    Message,
)
from conversations.profiles import Profiles
from conversations.raws import RAWS
from conversations.reading import Reading
from conversations.receive import Receive
from conversations.reply import Replied, Replies, Reply
from conversations.search import Search
from conversations.snoozes import WAKE, Alarms
from conversations.transcripts import Transcripts
from hub.events import Events
from hub.ingest import RECEIVE, Ingest
from hub.model import Address, Inbound, Media, Outbound, Receipt, Remote, Said, Sender, Signal, Status, Text
from hub.outbox import Outbox
from hub.store.port import By, Eq, Insert
from hub.work.engine import Engine
from hub.work.jobs import JOBS
from hub.work.local import LocalDispatch
from tests.clocks import FakeClock

if TYPE_CHECKING:
    from collections.abc import Sequence

    from msgspec import Struct

    from hub.errors import HubError
    from hub.events import Hear
    from hub.store.port import Store, Write
    from hub.work.jobs import Handler, Job

COLLECTIONS = [
    JOBS, CONVERSATIONS, MESSAGES, PROFILES, DRAFTS, READ_MARKS, INBOXES, CANNED, LABELS, OPT_OUTS, RAWS,
]  # fmt: skip
TOLD = (Opened, CustomerSaid, Queued, Assigned, Freed, Closed, Signalled)
LI = Author(kind=AuthorKind.AGENT, id="li", name="Li Na")
WANG = Author(kind=AuthorKind.AGENT, id="wang", name="Wang Wei")
BOT = Author(kind=AuthorKind.BOT, id="faq", name="Robot")
SENT = datetime(2026, 11, 20, 8, 59, tzinfo=UTC)


class Provider:
    """Takes what is sent to it, once each, unless a test has put a fault before it."""

    idempotent = True

    def __init__(self) -> None:
        self.taken: dict[str, Outbound] = {}
        self.calls = 0
        self.faults: list[HubError] = []
        self.files: dict[str, Media] = {}
        self.fetched: list[str] = []

    async def sender(self, inbox: str) -> Provider:
        """Every inbox is this provider's."""
        return self

    async def send(self, message: Outbound) -> str:
        """Take the message and name it."""
        self.calls += 1
        if self.faults:
            raise self.faults.pop(0)
        self.taken.setdefault(message.id, message)
        return f"p-{message.id}"

    async def fetch(self, inbox: str, remote: Remote) -> Media:
        """Give the file of this ref."""
        self.fetched.append(remote.ref)
        if self.faults:
            raise self.faults.pop(0)
        return self.files[remote.ref]


class Floor:
    """Everything of this floor, wired as the server does."""

    def __init__(self, store: Store, *, workers: int = 16, limits: Limits | None = None) -> None:
        self.store = store
        self.limits = limits or ChannelLimits({})
        self.clock = FakeClock()
        self.events = Events()
        self.told: list[Struct] = []
        for event in TOLD:
            self.events.subscribe(event, "test", self._hear)
        self.provider = Provider()
        self.engine = Engine(store, LocalDispatch(), self.clock, workers=workers, alone=True, spin=lambda: 1.0)
        self.receive = Receive(store, self.events, self.limits)
        self.engine.register(RECEIVE, self.receive.handle)
        self.engine.register(WAKE, Alarms(store, self.events).ring)
        self.engine.register(FETCH, Fetches(store, self.provider).fetch)
        for kind, hear in self.events.hearers:
            self.engine.register(kind, _as_handler(hear))
        Outbox(self.provider, Deliveries(store), self.clock).attach(self.engine)
        self.ingest = Ingest(store, self.clock)
        self.replies = Replies(store, self.events, self.clock, self.limits)
        self.acts = Acts(store, self.events, self.clock, self.limits)
        self.drafts = Drafts(store, self.clock)
        self.reading = Reading(store, self.clock)
        self.transcripts = Transcripts(store)
        self.lists = Lists(store)
        self.search = Search(store)
        self.profiles = Profiles(store)
        self.inboxes = Inboxes(store, self.clock)
        self._numbers = count(1)

    async def open_inbox(self, id: str = "web", **fields: object) -> Inbox:
        """Store an inbox of the team "sales" unless told otherwise."""
        known: dict[str, object] = {"name": "Shop", "channel": "webchat", "team": "sales"}
        inbox = Inbox(id=id, created_at=self.clock.now(), **{**known, **fields})  # type: ignore[arg-type]  # a test's
        await self.store.commit(Insert(INBOXES, inbox))
        return inbox

    async def arrive(self, *inbounds: Inbound) -> None:
        """Let the provider bring these, and work until nothing is due."""
        await self.ingest.accept(inbounds)
        await self.engine.settle()

    async def hear(self, text: str = "hello", *, user: str = "ann", **more: object) -> Conversation:
        """Let a customer say something; return the conversation it came to."""
        inbound = said(text, user=user, id=f"m{next(self._numbers)}", **more)  # type: ignore[arg-type]  # a test's
        await self.arrive(inbound)
        return await self.thread_of(user)

    async def answer(self, conversation: Conversation, text: str, author: Author = LI, **more: object) -> Replied:
        """Reply, under a client id of its own unless told."""
        fields: dict[str, object] = {"client_id": f"c{next(self._numbers)}", **more}
        return await self.replies.reply(conversation.id, Reply(author=author, parts=words(text), **fields))  # type: ignore[arg-type]

    async def receipt(self, message: Message, status: Status, *, id: str = "") -> None:
        """Let the provider tell how far a message has come."""
        await self.arrive(
            Receipt(
                inbox=message.inbox, provider_id=id or f"r{next(self._numbers)}", sent_at=SENT, status=status,
                sender=Address(channel="webchat", user="ann"), message=f"p-{message.id}",
            )
        )  # fmt: skip

    async def signal(self, name: str, *, user: str = "ann", who: Sender | None = None, **facts: str) -> None:
        """Let the customer do something that is no message."""
        await self.arrive(
            Signal(
                inbox="web", provider_id=f"s{next(self._numbers)}", sent_at=SENT, name=name, facts=facts,
                sender=Address(channel="webchat", user=user), who=who or Sender(),
            )
        )  # fmt: skip

    async def conversations(self, user: str = "ann", channel: str = "webchat") -> list[Conversation]:
        """Return a customer's conversations, newest first."""
        profiles = await self.store.find(PROFILES, Eq("channel", channel), Eq("user", user), limit=2)
        assert len(profiles) == 1
        return await self.transcripts.history(profiles[0].id)

    async def thread_of(self, user: str = "ann") -> Conversation:
        """Return a customer's newest conversation."""
        return (await self.conversations(user))[0]

    async def again(self, conversation: Conversation) -> Conversation:
        """Read it anew."""
        found = await self.store.get(CONVERSATIONS, conversation.id)
        assert found is not None
        return found

    async def messages(self, conversation: Conversation) -> list[Message]:
        """Return the whole thread."""
        return await self.transcripts.after(conversation.id, 0, limit=10_000)

    async def everyone(self) -> list[Conversation]:
        """Return every conversation there is."""
        states = ("bot", "waiting", "agent", "closed")
        pages = [
            await self.store.find(CONVERSATIONS, Eq("state", state), order=(By("last_at"), By("id")), limit=10_000)
            for state in states
        ]
        return [conversation for page in pages for conversation in page]

    async def let(self, by: timedelta) -> None:
        """Let time pass, and what falls due happen."""
        await self.clock.advance(by)
        await self.engine.settle()

    async def _hear(self, event: Struct, at: datetime) -> Sequence[Write]:
        self.told.append(event)
        return ()


def _as_handler(hear: Hear[Struct]) -> Handler[Struct]:
    async def handle(body: Struct, job: Job, at: datetime) -> Sequence[Write]:
        return await hear(body, at)

    return handle


def words(text: str) -> tuple[Text, ...]:
    """Return a text as parts."""
    return (Text(body=text),)


def said(
    text: str, *, user: str = "ann", id: str, inbox: str = "web", name: str = "", at: datetime = SENT, **more: object
) -> Said:
    """Return what the provider brings when a customer says something."""
    return Said(
        inbox=inbox, provider_id=id, sender=Address(channel="webchat", user=user), sent_at=at, parts=words(text),
        who=Sender(name=name), **more,  # type: ignore[arg-type]
    )  # fmt: skip


def texts(messages: Sequence[Message]) -> list[str]:
    """Return what was said, in order."""
    return [part.body for message in messages for part in message.parts if isinstance(part, Text)]


def codes(messages: Sequence[Message]) -> list[str]:
    """Return the notices, in order."""
    return [getattr(part, "code", "") for message in messages for part in message.parts if hasattr(part, "code")]

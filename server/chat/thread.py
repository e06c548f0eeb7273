"""What a visitor may see of the store: their own conversation, its messages without notes, and how things stand."""

from typing import Literal

from msgspec import Struct

from accounts.users import USERS
from adapters.webchat.adapter import CHANNEL, client_id
from adapters.webchat.protocol import Said
from conversations import finding, identity
from conversations.model import (
    CONVERSATIONS,
    MESSAGES,
    READ_MARKS,
    AuthorKind,
    Conversation,
    Direction,
    Message,
    State,
)
from hub.model import Address, Html, Notice, Part, Template, Text, plain
from hub.store.port import Between, By, Eq, Store
from routing.announcing import Announcement, Announcing
from routing.places import ahead

PAGE = 50
LAST = 5
"""Among so many last entries stands the request for a rating."""


class Standing(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Whose turn it is, in words a visitor understands. `queue_position` counts from 1.

    The wait is probably between `wait_low` and `wait_high` seconds.
    """

    state: str = "new"
    agent: str = ""
    queue_position: int | None = None
    wait_low: int | None = None
    wait_high: int | None = None
    rate: bool = False


class Thread:
    """One visitor's reading of the store. Every query is theirs alone: no id of another thread gets through."""

    def __init__(self, store: Store, inbox: str, visitor: str, waits: Announcing | None = None) -> None:
        self._store = store
        self._waits = waits
        self._inbox = inbox
        self.visitor = visitor

    async def current(self) -> Conversation | None:
        """Return the live conversation, else the newest closed one, else None."""
        profile = await identity.find(self._store, Address(channel=CHANNEL, user=self.visitor))
        if profile is None:
            return None
        live = await finding.live(self._store, self._inbox, profile.id)
        return live or await finding.latest(self._store, self._inbox, profile.id)

    async def own(self, conversation: str) -> Conversation | None:
        """Return the conversation when it is this visitor's, else None."""
        found = await self._store.get(CONVERSATIONS, conversation) if conversation else None
        mine = found is not None and found.inbox == self._inbox and found.address.user == self.visitor
        return found if mine else None

    async def after(self, conversation: str, seq: int) -> list[Message]:
        """Return the next entries after `seq`, notes too (so that the caller can step over them)."""
        where = (Eq("conversation", conversation), Between("seq", low=seq + 1))
        return await self._store.find(MESSAGES, *where, order=(By("seq"),), limit=PAGE)

    async def before(self, conversation: str, seq: int) -> list[Message]:
        """Return the entries before `seq`, newest first, notes too."""
        where = (Eq("conversation", conversation), Between("seq", high=seq))
        return await self._store.find(MESSAGES, *where, order=(By("seq", descending=True),), limit=PAGE)

    async def earlier(self, conversation: Conversation) -> Conversation | None:
        """Return the visitor's conversation before this one, or None."""
        found = await self._store.find(
            CONVERSATIONS,
            Eq("profile", conversation.profile),
            order=(By("last_at", descending=True), By("id", descending=True)),
            after=(conversation.last_at, conversation.id),
            limit=1,
        )
        return found[0] if found and found[0].inbox == self._inbox else None

    async def standing(self, conversation: Conversation | None) -> Standing:
        """Return how things stand."""
        if conversation is None:
            return Standing()
        agent = await self._agent(conversation)
        told = await self._told(conversation)
        rate = await self._asked(conversation)
        return Standing(
            state=conversation.state, agent=agent, queue_position=told.position if told else None,
            wait_low=told.low if told else None, wait_high=told.high if told else None, rate=rate,
        )  # fmt: skip

    async def read_by_agent(self, conversation: Conversation) -> int:
        """Return how far the agent has read; 0 when nobody has it."""
        if conversation.agent is None:
            return 0
        mark = await self._store.get(READ_MARKS, f"{conversation.id}:{conversation.agent}")
        return mark.seq if mark else 0

    def shown(self, message: Message) -> Said | None:
        """Return the message as its visitor sees it; None for what is not for their eyes."""
        if message.direction is Direction.NOTE:
            return None
        mine = message.direction is Direction.IN
        return Said(
            conversation=message.conversation,
            seq=message.seq,
            client_id=client_id(self.visitor, message.provider_id or "") if mine else "",
            by="me" if mine else BY[message.author.kind],
            name="" if mine else message.author.name,
            parts=tuple(map(_safe, message.parts)),
            at=message.at,
            status=message.status,
        )

    async def _told(self, conversation: Conversation) -> Announcement | None:
        if self._waits is not None:
            return await self._waits.told(conversation)
        before = await ahead(self._store, conversation)
        return None if before is None else Announcement(position=before + 1)

    async def _asked(self, conversation: Conversation) -> bool:
        """Say whether the visitor was asked for stars at the end, and gave none yet."""
        if conversation.live or conversation.rating is not None:
            return False
        last = await self.before(conversation.id, conversation.seq + 1)
        return any(isinstance(part, Notice) and part.code == "rate" for one in last[:LAST] for part in one.parts)

    async def _agent(self, conversation: Conversation) -> str:
        if conversation.state is not State.AGENT or conversation.agent is None:
            return ""
        user = await self._store.get(USERS, conversation.agent)
        return user.name if user else ""


BY: dict[AuthorKind, Literal["agent", "bot", "system"]] = {
    AuthorKind.AGENT: "agent",
    AuthorKind.BOT: "bot",
    AuthorKind.SYSTEM: "system",
    AuthorKind.CUSTOMER: "system",
}


def _safe(part: Part) -> Part:
    """Leave formatted bodies at home: the widget shows text only."""
    return Text(body=plain((part,)) or " ") if isinstance(part, Html | Template) else part

"""Conversations straight in the store, for tests that ask who may see and change them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conversations.inboxes import INBOXES, Inbox
from conversations.model import (
    CONVERSATIONS,
    MESSAGES,
    PROFILES,
    Author,
    AuthorKind,
    Conversation,
    Direction,
    Message,
    Profile,
    State,
)
from hub.ids import new_id
from hub.model import Address, Text
from hub.store.port import Insert

if TYPE_CHECKING:
    from datetime import datetime

    from hub.store.port import Store


async def an_inbox(store: Store, at: datetime) -> Inbox:
    """A web-chat inbox."""
    inbox = Inbox(id=new_id(), name="Web", channel="webchat", site_key=new_id().replace("-", ""), created_at=at)
    await store.commit(Insert(INBOXES, inbox))
    return inbox


async def a_conversation(
    store: Store, inbox: Inbox, at: datetime, *, team: str | None = None, agent: str | None = None,
    text: str = "hello", name: str = "Customer", subject: str = "",
) -> Conversation:  # fmt: skip
    """One conversation with one message, of a team, perhaps given to an agent."""
    address = Address(channel=f"webchat:{inbox.id}", user=new_id())
    profile = Profile(
        id=new_id(), address=address, channel=address.channel, user=address.user, name=name, first_seen=at, last_seen=at
    )
    conversation = Conversation(
        id=new_id(), inbox=inbox.id, address=address, profile=profile.id, name=name, subject=subject,
        state=State.AGENT if agent else State.WAITING, team=team, agent=agent, seq=1, customer_seq=1,
        last_at=at, waiting_since=at, queued_at=None if agent else at, opened_at=at, changed_at=at,
    )  # fmt: skip
    message = Message(
        id=new_id(), conversation=conversation.id, inbox=inbox.id, seq=1, direction=Direction.IN,
        author=Author(kind=AuthorKind.CUSTOMER, id=profile.id, name=name), parts=(Text(body=text),), at=at,
    )  # fmt: skip
    await store.commit(Insert(PROFILES, profile), Insert(CONVERSATIONS, conversation), Insert(MESSAGES, message))
    return conversation

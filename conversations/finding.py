"""The look-ups that receiving, replying and acting share."""

from collections.abc import Sequence
from typing import ClassVar

from conversations.model import CONVERSATIONS, MESSAGES, Conversation, Message
from hub.errors import NotFound, WrongMove
from hub.store.port import Between, By, Eq, In, Present, Store

FAR = 20
"""How many of a person's conversations are looked at for the latest in one inbox."""


class NewerConversation(WrongMove):
    """It cannot be reopened: the customer has a newer live one here; `facts.newer` is its id."""

    code: ClassVar[str] = "newer_conversation"


async def find_conversation(store: Store, id: str) -> Conversation:
    """Return the conversation; raises `NotFound`."""
    conversation = await store.get(CONVERSATIONS, id)
    if conversation is None:
        raise NotFound("No such conversation", conversation=id)
    return conversation


async def message_at(store: Store, conversation: str, seq: int) -> Message:
    """Return one message of a thread; raises `NotFound`."""
    found = await store.find(MESSAGES, Eq("conversation", conversation), Eq("seq", seq), limit=1)
    if not found:
        raise NotFound("No such message", conversation=conversation, seq=seq)
    return found[0]


async def said_as(store: Store, conversation: str, client_id: str) -> Message | None:
    """Return the message of this thread that was said under this id of its sender."""
    where = (Eq("conversation", conversation), Eq("client_id", client_id), Present("client_id"))
    found = await store.find(MESSAGES, *where, limit=1)
    return found[0] if found else None


async def sent_as(store: Store, inbox: str, provider_id: str) -> Message | None:
    """Return our message that the provider knows under this id."""
    found = await store.find(
        MESSAGES, Eq("direction", "out"), Eq("inbox", inbox), Eq("provider_id", provider_id), Present("provider_id"),
        limit=1,
    )  # fmt: skip
    return found[0] if found else None


async def received_as(store: Store, inbox: str, provider_id: str) -> Message | None:
    """Return the customer's message that came in under this id."""
    found = await store.find(MESSAGES, Eq("key", inbound_key(inbox, provider_id)), Present("key"), limit=1)
    return found[0] if found else None


async def newest_mail(store: Store, conversation: Conversation) -> Message | None:
    """Return the mail that an answer goes on from: the customer's newest, or ours where they wrote none."""
    high = conversation.customer_seq or conversation.seq
    where = (Eq("conversation", conversation.id), Between("seq", 1, high + 1))
    latest = await store.find(MESSAGES, *where, order=(By("seq", descending=True),), limit=FAR)
    return next((message for message in latest if message.envelope is not None), None)


def inbound_key(inbox: str, provider_id: str) -> str:
    """Return the key that makes an inbound unique for ever."""
    return f"{inbox}:{provider_id}"


async def refuse_newer(store: Store, closed: Conversation) -> None:
    """Return quietly when nothing stands in the way of reopening; raises `NewerConversation`."""
    newer = await live(store, closed.inbox, closed.profile, closed.thread)
    if newer is not None:
        raise NewerConversation(
            "The customer has a newer conversation", conversation=closed.id, newer=newer.id,
            hint="Answer in the newer one.",
        )  # fmt: skip


async def live(store: Store, inbox: str, profile: str, thread: str = "") -> Conversation | None:
    """Return the one live conversation of this person in this inbox; of mails, the one of this thread."""
    where = (Eq("inbox", inbox), Eq("profile", profile), Eq("live", True))
    one = (*where, Eq("thread", thread)) if thread else where
    found = await store.find(CONVERSATIONS, *one, limit=1)
    return found[0] if found else None


async def referred(store: Store, inbox: str, refs: Sequence[str]) -> list[Message]:
    """Return the mails of this inbox, theirs and ours, that have these message ids, in the order of `refs`."""
    where = (Eq("inbox", inbox), In("ref", tuple(refs)), Present("ref"))
    found = await store.find(MESSAGES, *where, limit=2 * len(refs))
    places = {ref: place for place, ref in enumerate(refs)}
    return sorted(found, key=lambda message: places.get(message.ref or "", len(refs)))


async def latest(store: Store, inbox: str, profile: str) -> Conversation | None:
    """Return this person's newest conversation in this inbox, live or closed, among the last `FAR` of all inboxes."""
    order = (By("last_at", descending=True), By("id", descending=True))
    found = await store.find(CONVERSATIONS, Eq("profile", profile), order=order, limit=FAR)
    return next((conversation for conversation in found if conversation.inbox == inbox), None)

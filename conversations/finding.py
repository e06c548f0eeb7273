"""The two look-ups every inbound makes: a customer's live conversation, and the last one that was closed."""

from conversations.model import CONVERSATIONS, Conversation
from hub.store.port import By, Eq, Store

FAR = 20
"""How many of a person's conversations are looked at for the latest in one inbox."""


async def live(store: Store, inbox: str, profile: str) -> Conversation | None:
    """Return the one live conversation of this person in this inbox."""
    found = await store.find(CONVERSATIONS, Eq("inbox", inbox), Eq("profile", profile), Eq("live", True), limit=1)
    return found[0] if found else None


async def latest(store: Store, inbox: str, profile: str) -> Conversation | None:
    """Return this person's newest conversation in this inbox, live or closed, among the last `FAR` of all inboxes."""
    order = (By("last_at", descending=True), By("id", descending=True))
    found = await store.find(CONVERSATIONS, Eq("profile", profile), order=order, limit=FAR)
    return next((conversation for conversation in found if conversation.inbox == inbox), None)

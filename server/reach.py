"""Where else a customer is reached: other profiles that proved the same phone number or mail address."""

from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct

from accounts.actor import Actor
from conversations.inboxes import Inbox
from conversations.model import CONVERSATIONS, PROFILES, Conversation, Profile
from conversations.views import may_see
from hub.store.port import By, Eq, Has
from server.parts import Hub

MOST = 20


class Reach(Struct, frozen=True, kw_only=True):
    """One other address. `conversation` is the latest one there that may be seen; `open` says that we may write."""

    channel: str
    inbox: str
    inbox_name: str
    profile: str
    name: str
    user_shown: str
    conversation: str | None = None
    open: bool
    until: datetime | None = None
    left: int | None = None


async def reached(hub: Hub, actor: Actor, conversation: Conversation, at: datetime) -> list[Reach]:
    """Return the other addresses of the conversation's customer, the latest first."""
    profile = await hub.store.get(PROFILES, conversation.profile)
    if profile is None:
        return []
    inboxes = {inbox.id: inbox for inbox in await hub.talks.inboxes.all()}
    found: dict[str, Profile] = {}
    for proof in profile.proofs:
        same = await hub.store.find(PROFILES, Has("proofs", (proof,)), order=(By("id"),), limit=MOST)
        found.update((one.id, one) for one in same if one.id != profile.id)
    items = [await _last(hub, actor, one, inboxes, at) for one in found.values()]
    return [item for item in items if item is not None]


async def _last(hub: Hub, actor: Actor, profile: Profile, inboxes: dict[str, Inbox], at: datetime) -> Reach | None:
    """Return how this profile is reached: through the inbox where it was last spoken to."""
    order = (By("last_at", descending=True), By("id", descending=True))
    talks = await hub.store.find(CONVERSATIONS, Eq("profile", profile.id), order=order, limit=MOST)
    latest = next((one for one in talks if may_see(actor, one)), None)
    inbox = inboxes.get(latest.inbox) if latest else _first(inboxes.values(), profile.channel)
    if inbox is None or not inbox.active:
        return None
    window = hub.talks.limits.window(latest, at) if latest else None
    return Reach(
        channel=profile.channel, inbox=inbox.id, inbox_name=inbox.name, profile=profile.id, name=profile.name,
        user_shown=masked(profile.user), conversation=latest.id if latest else None,
        open=window.open if window else not hub.talks.limits.on(profile.channel).windows,
        until=window.until if window else None, left=window.left if window else None,
    )  # fmt: skip


def _first(inboxes: Iterable[Inbox], channel: str) -> Inbox | None:
    return next((one for one in inboxes if one.channel == channel and one.active), None)


def masked(user: str) -> str:
    """Show an address without telling it: `+86****1234`, `a***@example.cn`, `oAbc****`."""
    name, mark, host = user.partition("@")
    if mark:
        return f"{name[:1]}***@{host}"
    if user.lstrip("+").isdigit():
        return f"{user[:3]}****{user[-4:]}" if len(user) > 8 else f"****{user[-2:]}"
    return f"{user[:4]}****" if len(user) > 8 else f"{user[:1]}***"

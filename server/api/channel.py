"""What a conversation's channel can do now, what a message would become there, where else the customer is reached."""

from datetime import datetime, timedelta
from typing import Annotated

from msgspec import Meta, Struct

from accounts.permissions import Permission
from adapters.contract import Voice
from adapters.manifest import Limits
from adapters.texting.segments import segments
from conversations.consent import opted_out
from conversations.inboxes import INBOXES
from conversations.limits import Window, words
from conversations.model import Conversation
from conversations.rendering import Rendered
from hub.model import Part
from server.api.contract import Call, Rate, Routes
from server.api.messages import Said
from server.api.seen import seen
from server.reach import Reach, reached
from server.voices import name_of

routes = Routes("conversations")
READ, REPLY = Permission.CONVERSATIONS_READ, Permission.CONVERSATIONS_REPLY
PER_MINUTE = timedelta(minutes=1)


class WindowNow(Struct, frozen=True, kw_only=True):
    """Whether the provider lets us write: `left` messages before `until`; both null where nothing bounds them."""

    needed: bool
    open: bool
    until: datetime | None = None
    left: int | None = None


class ChannelNow(Struct, frozen=True, kw_only=True):
    """What may be sent in a conversation now. `outside` names the parts that need no open window."""

    channel: str
    carries: tuple[str, ...]
    degrades: dict[str, str]
    limits: Limits
    counts: str
    typing: bool
    mail: bool
    templates: bool
    outside: tuple[str, ...]
    window: WindowNow
    opted_out: bool
    signature: str | None = None
    from_name: str | None = None


class ReachShown(Struct, frozen=True, kw_only=True):
    """Where else the same person is known to be: the same proved phone number or mail address."""

    items: tuple[Reach, ...]
    next: str | None = None


class Previewed(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one would say."""

    parts: Annotated[tuple[Said, ...], Meta(min_length=1, max_length=20)]


class PreviewMessage(Struct, frozen=True, kw_only=True):
    """One message as it would leave; `degraded` names the kinds of part that became something simpler."""

    parts: tuple[Part, ...]
    degraded: tuple[str, ...] = ()


class Segments(Struct, frozen=True, kw_only=True):
    """What a text message costs: `count` short messages of at most `per` characters each (`gsm7` or `ucs2`)."""

    encoding: str
    count: int
    per: int


class Preview(Struct, frozen=True, kw_only=True):
    """The messages that the parts would become; `segments` where texts are billed by them."""

    messages: tuple[PreviewMessage, ...]
    segments: Segments | None = None


@routes.get("/conversations/{id}/channel", permission=READ)
async def channel_now(call: Call, id: str) -> ChannelNow:
    """Say what the channel of a conversation carries now, and for how long."""
    conversation = await seen(call, id)
    inbox = await call.hub.store.get(INBOXES, conversation.inbox)
    card = call.hub.channels.registry.manifest(inbox.channel if inbox else conversation.address.channel)
    window = call.hub.talks.limits.window(conversation, call.at)
    voice = await _voice(call, conversation) if card.mail else None
    return ChannelNow(
        channel=card.name, carries=card.carries, degrades={str(tag): way for tag, way in card.degrades.items()},
        limits=card.limits, counts=card.counts,
        typing=card.typing, mail=card.mail, templates=card.templates, outside=card.outside, window=_shown(window),
        opted_out=card.opt_out and await opted_out(call.hub.store, conversation.address) is not None,
        signature=voice.signature if voice else None, from_name=voice.name if voice else None,
    )  # fmt: skip


@routes.get("/conversations/{id}/reach", permission=READ)
async def reach(call: Call, id: str) -> ReachShown:
    """List the other addresses at which this customer can be reached."""
    conversation = await seen(call, id)
    return ReachShown(items=tuple(await reached(call.hub, call.actor, conversation, call.at)))


@routes.post("/conversations/{id}/preview", permission=REPLY, rate=Rate(times=300, per=PER_MINUTE))
async def preview(call: Call, id: str, body: Previewed) -> Preview:
    """Say what these parts would become on the channel, without sending anything."""
    conversation = await seen(call, id)
    messages = await call.hub.talks.replies.preview(id, body.parts)
    card = call.hub.channels.registry.manifest(conversation.address.channel)
    return Preview(
        messages=tuple(PreviewMessage(parts=one.parts, degraded=one.degraded) for one in messages),
        segments=_billed(messages) if card.counts == "sms" else None,
    )


def _shown(window: Window) -> WindowNow:
    return WindowNow(needed=window.needed, open=window.open, until=window.until, left=window.left)


def _billed(messages: tuple[Rendered, ...]) -> Segments | None:
    """Count the short messages of every text; the encoding shown is that of the dearest."""
    costs = [segments(words(part)) for message in messages for part in message.parts if words(part)]
    if not costs:
        return None
    dearest = min(costs, key=lambda cost: cost.per)
    return Segments(encoding=dearest.encoding, count=sum(cost.count for cost in costs), per=dearest.per)


async def _voice(call: Call, conversation: Conversation) -> Voice | None:
    """Return the name and the signature under which this colleague's mail would leave."""
    live = call.hub.channels.find(conversation.inbox)
    team = await name_of(call.hub.store, conversation.team)
    return live.adapter.voice(team, call.actor.name) if live else None

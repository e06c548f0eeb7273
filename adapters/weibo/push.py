"""What Weibo pushes, and what the hub sees in it. Pure.

Sources: https://open.weibo.com/wiki/Receive_General_Message and https://open.weibo.com/wiki/Receive_Event_Push. A push
has no message id, so its identity is made of sender, second, type and content: the manual's "sender_id plus created_at"
would take two messages of one second for one.
"""

import hashlib
from datetime import UTC, datetime, timedelta, timezone
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from hub.errors import Malformed
from hub.model import Address, Inbound, Location, Notice, Part, Remote, Said, Signal, Text

CHANNEL = "weibo"
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
LONGEST = 20_000
"""As long as a text may be in the hub; Weibo's are shorter by far."""
Id = Annotated[int, Meta(gt=0, le=2**63 - 1)] | Annotated[str, Meta(pattern="^[1-9][0-9]{0,18}$")]
"""int64; kept as text, because JavaScript and floats cannot hold it."""


class Push(Struct, frozen=True, kw_only=True):
    """One push. `data` is read by `type`."""

    type: Annotated[str, Meta(min_length=1, max_length=64)]
    receiver_id: Id
    sender_id: Id
    created_at: str
    text: str = ""
    data: msgspec.Raw = msgspec.Raw(b"{}")

    @property
    def identity(self) -> str:
        """Return the same words for the same push, however often it comes."""
        content = msgspec.json.encode((self.text, msgspec.json.decode(self.data)), order="sorted")
        digest = hashlib.sha256(content).hexdigest()[:24]
        return f"{self.sender_id}:{int(when(self.created_at).timestamp())}:{self.type}:{digest}"


class Kept(Struct, frozen=True, kw_only=True):
    """A picture or a voice: `vfid` is the sender's copy, `tovfid` is ours."""

    tovfid: Annotated[int, Meta(gt=0)] | Annotated[str, Meta(pattern="^[0-9]{1,20}$")]


class Position(Struct, frozen=True, kw_only=True):
    """A place, degrees as text."""

    longitude: str | float
    latitude: str | float


class Event(Struct, frozen=True, kw_only=True):
    """What happened; `key` is a menu's key, a QR code's scene or a post's id."""

    subtype: Annotated[str, Meta(min_length=1, max_length=64)]
    key: str | int = ""
    ticket: str = ""

    @property
    def facts(self) -> dict[str, str]:
        """Return what it told, what is empty left out."""
        told = {"key": str(self.key), "ticket": self.ticket}
        return {name: value for name, value in told.items() if value}


EVENTS: dict[str, tuple[str, str]] = {
    "follow": ("follow", "follow"),
    "unfollow": ("unfollow", ""),
    "subscribe": ("subscribe", "follow"),
    "unsubscribe": ("unsubscribe", ""),
    "scan": ("scan", "scan"),
    "scan_follow": ("follow", "scan"),
    "click": ("menu", "menu"),
    "view": ("menu.view", "menu"),
}
"""Their word -> our signal, and the window that it opens."""


def read(body: bytes, *, inbox: str, uid: str) -> list[Inbound]:
    """Return what one push says; raises `Malformed` for what is no push, or one for another account than `uid`."""
    try:
        push = msgspec.json.decode(body, type=Push)
        if str(push.receiver_id) != uid:
            raise Malformed("The push is for another account", inbox=inbox, hint="Compare `uid` with the account.")
        return [_inbound(push, inbox, body)]
    except (ValueError, RecursionError) as error:
        raise Malformed("Not a push of Weibo", inbox=inbox) from error


def _inbound(push: Push, inbox: str, raw: bytes) -> Inbound:
    sender = Address(channel=CHANNEL, user=str(push.sender_id))
    at = when(push.created_at)
    if push.type == "event":
        event = msgspec.convert(msgspec.json.decode(push.data), Event)
        name, window = EVENTS.get(event.subtype, ("event.unknown", ""))
        facts = event.facts if name != "event.unknown" else {**event.facts, "type": event.subtype}
        return Signal(inbox=inbox, provider_id=push.identity, sender=sender, sent_at=at, raw=raw, name=name,
                      facts=facts, window=window)  # fmt: skip
    return Said(inbox=inbox, provider_id=push.identity, sender=sender, sent_at=at, raw=raw, parts=_parts(push),
                window="mention" if push.type == "mention" else "message")  # fmt: skip


def _parts(push: Push) -> tuple[Part, ...]:
    """Return what was said. A type we do not know, or content that is not as the manual says, is kept and named."""
    try:
        match push.type:
            case "text":
                return (Text(body=push.text[:LONGEST]),) if push.text else (_unsupported(push.type),)
            case "image" | "voice":  # their `text` is a caption of Weibo's own: "分享图片"
                kept = msgspec.json.decode(push.data, type=Kept)
                return (Remote(kind="image" if push.type == "image" else "audio", ref=str(kept.tovfid)),)
            case "position":
                place = msgspec.convert(msgspec.json.decode(push.data, type=Position), _Place, from_attributes=True,
                                        strict=False)  # fmt: skip
                return (Location(latitude=place.latitude, longitude=place.longitude, label=push.text[:256]),)
            case "mention":
                return _mention(push)
            case other:
                return (_unsupported(other),)
    except ValueError:
        return (_unsupported(push.type),)


class _Place(Struct, frozen=True, kw_only=True):
    longitude: Annotated[float, Meta(ge=-180, le=180)]
    latitude: Annotated[float, Meta(ge=-90, le=90)]


def _mention(push: Push) -> tuple[Part, ...]:
    """Return the public words in which somebody named the account, and which post (`status`) or comment it was."""
    about = msgspec.json.decode(push.data, type=Event)
    note = Notice(code="mention", facts={"kind": about.subtype, **about.facts})
    return (Text(body=push.text[:LONGEST]), note) if push.text else (note,)


def _unsupported(type_: str) -> Notice:
    return Notice(code="unsupported", facts={"type": type_})


def when(told: str) -> datetime:
    """Read `Mon Jul 16 18:09:20 +0800 2012`, whatever language this machine speaks; raises ValueError."""
    _, month, day, clock, zone, year = told.split()
    hour, minute, second = clock.split(":")
    ahead = timedelta(hours=int(zone[:3]), minutes=int(zone[0] + zone[3:]))
    local = datetime(int(year), MONTHS.index(month) + 1, int(day), int(hour), int(minute), int(second),
                     tzinfo=timezone(ahead))  # fmt: skip
    return local.astimezone(UTC)

"""What may be sent on a channel now. Pure data and one check, made before anything is stored or called."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from msgspec import Struct

from conversations.model import Conversation
from hub.errors import Unsupported
from hub.model import Html, Part, Text


class Limit(Struct, frozen=True, kw_only=True):
    """What one conversation's channel carries: part tags, characters of text; `left` messages until `until`."""

    carries: frozenset[str]
    max_text: int = 20_000
    left: int | None = None
    until: datetime | None = None


class Limits(Protocol):
    """What may be sent in this conversation at `at`. Windows (WeChat: 5 in 48 h) will be kept behind this port."""

    def of(self, conversation: Conversation, at: datetime) -> Limit:
        """Return the limit that holds now."""
        ...


EVERYTHING = Limit(
    carries=frozenset(
        ("text", "html", "image", "audio", "video", "file", "location", "card", "choices", "form", "template", "notice")
    )
)  # fmt: skip


class ChannelLimits:
    """Limits by channel name, as the manifests tell them; filled once by the wiring."""

    def __init__(self, channels: Mapping[str, Limit], *, unknown: Limit = EVERYTHING) -> None:
        self._channels = channels
        self._unknown = unknown

    def of(self, conversation: Conversation, at: datetime) -> Limit:
        """Return what the conversation's channel carries; time plays no part yet."""
        return self._channels.get(conversation.address.channel, self._unknown)


def check(parts: Sequence[Part], limit: Limit, *, channel: str) -> None:
    """Return quietly, or raise `Unsupported` naming the first part that the channel cannot carry whole."""
    for part in parts:
        tag = tag_of(part)
        if tag not in limit.carries:
            raise Unsupported(
                f"This channel cannot carry {tag}", channel=channel, part=tag,
                hint=f"It carries {', '.join(sorted(limit.carries))}.",
            )  # fmt: skip
        length = _length(part)
        if length > limit.max_text:
            raise Unsupported(
                "The text is too long for this channel", channel=channel, length=length, most=limit.max_text,
                hint="Send it in several messages.",
            )  # fmt: skip


def tag_of(part: Part) -> str:
    """Return the part's name in the closed vocabulary: "text", "image"..."""
    return str(type(part).__struct_config__.tag)


def _length(part: Part) -> int:
    match part:
        case Text(body=body):
            return len(body)
        case Html(text=text):
            return len(text)
        case _:
            return 0

"""What may be sent on a channel now. Pure data and checks, made before anything is stored or called."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal, Protocol

from msgspec import Struct

from conversations.model import Conversation
from conversations.windows import Rule, is_open
from hub.errors import Unsupported
from hub.model import Attachment, Html, Part, Text, plain

TAGS = (
    "text", "html", "image", "audio", "video", "file", "location", "card", "choices", "form", "template", "notice",
)  # fmt: skip


class Limit(Struct, frozen=True, kw_only=True):
    """What a channel carries, as its manifest says it (`adapters/manifest.py` gives the meaning of every field).

    `max_text` counts characters, `text_bytes` their UTF-8; `attachment_bytes` None and no `attachment_types` set no
    bound. `parts` is how many parts one message holds, `outside` names those that need no open window.
    """

    carries: frozenset[str]
    max_text: int = 20_000
    text_bytes: int | None = None
    parts: int | None = None
    attachment_bytes: int | None = None
    attachment_types: tuple[str, ...] = ()
    by_type: dict[str, int] = {}
    windows: tuple[Rule, ...] = ()
    outside: frozenset[str] = frozenset()
    degrades: dict[str, Literal["text", "link"]] = {}
    mail: bool = False
    opt_out: bool = False


class Window(Struct, frozen=True, kw_only=True):
    """Whether we may write now: `until` is the last end of what is open, `left` all messages left (None: no limit)."""

    needed: bool
    open: bool
    until: datetime | None = None
    left: int | None = None


class Links(Protocol):
    """Makes addresses of stored files, for customers whose channel carries no files."""

    def link(self, part: Attachment) -> str:
        """Return a public, signed, expiring address of the file."""
        ...


class Limits(Protocol):
    """What may be sent, by conversation or by channel."""

    @property
    def links(self) -> Links | None:
        """Return who makes addresses of files; None: no file becomes a link."""
        ...

    def of(self, conversation: Conversation, at: datetime) -> Limit:
        """Return the limit that holds in this conversation."""
        ...

    def on(self, channel: str) -> Limit:
        """Return what a channel carries."""
        ...

    def window(self, conversation: Conversation, at: datetime) -> Window:
        """Return whether we may write to this customer at `at`."""
        ...


EVERYTHING = Limit(carries=frozenset(TAGS))


class ChannelLimits:
    """Limits by channel name, as the manifests tell them; filled once by the wiring."""

    def __init__(
        self, channels: Mapping[str, Limit], *, unknown: Limit = EVERYTHING, links: Links | None = None
    ) -> None:
        self._channels = channels
        self._unknown = unknown
        self._links = links

    @property
    def links(self) -> Links | None:
        """Return who makes addresses of files."""
        return self._links

    def of(self, conversation: Conversation, at: datetime) -> Limit:
        """Return what the conversation's channel carries."""
        return self.on(conversation.address.channel)

    def on(self, channel: str) -> Limit:
        """Return what a channel carries."""
        return self._channels.get(channel, self._unknown)

    def window(self, conversation: Conversation, at: datetime) -> Window:
        """Return whether we may write to this customer at `at`."""
        return window(conversation, self.of(conversation, at), at)


def window(conversation: Conversation, limit: Limit, at: datetime) -> Window:
    """Return what the ledger of this conversation allows at `at`."""
    if not limit.windows:
        return Window(needed=False, open=True)
    usable = [grant for grant in conversation.windows if is_open(grant, at)]
    if not usable:
        return Window(needed=True, open=False, left=0)
    lefts = [grant.left for grant in usable if grant.left is not None]
    left = sum(lefts) if len(lefts) == len(usable) else None
    return Window(needed=True, open=True, until=max(grant.until for grant in usable), left=left)


def check(parts: Sequence[Part], limit: Limit, *, channel: str) -> None:
    """Return quietly, or raise `Unsupported` naming the first part that the channel cannot carry whole."""
    for part in parts:
        tag = tag_of(part)
        if tag not in limit.carries:
            raise Unsupported(
                f"This channel cannot carry {tag}", channel=channel, part=tag,
                hint=f"It carries {', '.join(sorted(limit.carries))}.",
            )  # fmt: skip
        if isinstance(part, Attachment):
            _check_file(part, limit, channel)
        else:
            _check_text(words(part), limit, channel)


def fits(part: Part, limit: Limit) -> bool:
    """Say whether the channel carries this part as it is."""
    try:
        check((part,), limit, channel="")
    except Unsupported:
        return False
    return True


def tag_of(part: Part) -> str:
    """Return the part's name in the closed vocabulary: "text", "image"..."""
    return str(type(part).__struct_config__.tag)


def words(part: Part) -> str:
    """Return the text that the provider counts."""
    match part:
        case Text(body=body):
            return body
        case Html(text=text):
            return text
        case _:
            return plain((part,))


def _check_text(text: str, limit: Limit, channel: str) -> None:
    if len(text) > limit.max_text:
        raise Unsupported(
            "The text is too long for this channel", channel=channel, length=len(text), most=limit.max_text,
            hint="Send it in several messages.",
        )  # fmt: skip
    if limit.text_bytes is not None and (size := len(text.encode())) > limit.text_bytes:
        raise Unsupported(
            "The text is too long for this channel", channel=channel, bytes=size, most_bytes=limit.text_bytes,
            hint="Send it in several messages; a Chinese character counts three bytes.",
        )  # fmt: skip


def _check_file(part: Attachment, limit: Limit, channel: str) -> None:
    if limit.attachment_types and not any(_is(part.media_type, kind) for kind in limit.attachment_types):
        raise Unsupported(
            "This channel does not take files of this type", channel=channel, type=part.media_type,
            hint=f"It takes {', '.join(limit.attachment_types)}.",
        )  # fmt: skip
    bounds = [most for kind, most in limit.by_type.items() if _is(part.media_type, kind)]
    most = min(bounds, default=limit.attachment_bytes)
    if most is not None and part.size > most:
        raise Unsupported("The file is too large for this channel", channel=channel, size=part.size, most=most)


def _is(media_type: str, kind: str) -> bool:
    """Compare with a type or a prefix that ends in `*`."""
    return media_type.startswith(kind[:-1]) if kind.endswith("*") else media_type == kind

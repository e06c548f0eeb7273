"""Channels with limits as the manifests of real ones say them, and what their providers bring."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from conversations.limits import ChannelLimits, Limit
from conversations.windows import Rule
from hub.model import Address, Attachment, Envelope, Said, Signal
from tests.conversations.floor import SENT, Floor, words

if TYPE_CHECKING:
    from conversations.model import Conversation
    from hub.model import Part

HOUR = 3600
RULES = (
    Rule(opened_by=("message",), seconds=48 * HOUR, messages=5),
    Rule(opened_by=("menu", "follow", "scan"), seconds=60, messages=3),
)


class Addresses:
    """Makes addresses that a test can read."""

    def link(self, part: Attachment) -> str:
        """Name the blob."""
        return f"https://hub.example.cn/files/{part.blob[:4]}"


WECHAT = Limit(
    carries=frozenset({"text", "image", "template"}), windows=RULES, outside=frozenset({"template"}), parts=1,
    attachment_bytes=1000, attachment_types=("image/*",), degrades={"choices": "text"},
)  # fmt: skip
SMS = Limit(
    carries=frozenset({"text"}), parts=1, max_text=500, opt_out=True,
    degrades={"choices": "text", "location": "text", "card": "text", "html": "text", "image": "link", "file": "link"},
)  # fmt: skip
EMAIL = Limit(carries=frozenset({"text", "html", "image", "file"}), mail=True)
LIMITS = ChannelLimits({"wechat": WECHAT, "sms": SMS, "email": EMAIL}, links=Addresses())


def heard(
    text: str, *, id: str, channel: str = "wechat", user: str = "ann", inbox: str = "", at: datetime = SENT,
    parts: tuple[Part, ...] = (), **more: object,
) -> Said:  # fmt: skip
    """Return what a provider brings; the inbox is named after the channel unless told."""
    return Said(
        inbox=inbox or channel, provider_id=id, sender=Address(channel=channel, user=user), sent_at=at,
        parts=parts or words(text), **more,  # type: ignore[arg-type]  # a test's
    )  # fmt: skip


def did(
    name: str, *, id: str, channel: str = "wechat", user: str = "ann", at: datetime = SENT, **more: object
) -> Signal:
    """Return something a customer did that is no message."""
    return Signal(
        inbox=channel, provider_id=id, sender=Address(channel=channel, user=user), sent_at=at, name=name, **more,  # type: ignore[arg-type]
    )  # fmt: skip


def mail(
    text: str, *, id: str, user: str = "ann@example.cn", refs: tuple[str, ...] = (), proven: str = "",
    to: tuple[str, ...] = ("help@shop.example.cn",), cc: tuple[str, ...] = (), subject: str = "", **more: object,
) -> Said:  # fmt: skip
    """Return a mail; `id` is its Message-ID."""
    outside = Envelope(to=to, cc=cc, message_id=id, refs=refs, conversation=proven)
    return heard(
        text, id=f"{id}~1", channel="email", user=user, envelope=outside, subject=subject,
        reply_to=refs[-1] if refs else "", **more,  # type: ignore[arg-type]
    )  # fmt: skip


async def of(floor: Floor, user: str = "ann", channel: str = "wechat") -> Conversation:
    """Return a customer's newest conversation."""
    return (await floor.conversations(user, channel))[0]

"""Who wants no marketing on a channel: written by a word of theirs or of the provider's, ended by theirs."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from hub.errors import OptedOut
from hub.ids import new_id
from hub.model import Address, Text
from hub.store.port import Collection, Delete, Document, Eq, Index, Insert, Store, Write


class OptOut(Document, frozen=True, kw_only=True):
    """This address wants no marketing since `at`; `source` says who told us."""

    channel: str
    user: str
    at: datetime
    source: Literal["word", "provider"] = "word"


OPT_OUTS = Collection("opt_outs", OptOut, Index(("channel", "user"), unique=True))

CONFIRMED = {
    "out": (
        "您已退订，我们不会再向您发送营销消息。",
        "You have unsubscribed. You will receive no more marketing messages.",
    ),
    "in": ("您已恢复订阅营销消息。", "You are subscribed to marketing messages again."),
}
"""What is said once, in Chinese and in English."""


async def opted_out(store: Store, address: Address) -> OptOut | None:
    """Return the row that says so, or None."""
    found = await store.find(OPT_OUTS, Eq("channel", address.channel), Eq("user", address.user), limit=1)
    return found[0] if found else None


async def refuse_opted_out(store: Store, address: Address) -> None:
    """Return quietly when marketing may be sent; raises `OptedOut`."""
    row = await opted_out(store, address)
    if row is not None:
        raise OptedOut(
            "This person wants no marketing messages", channel=address.channel, since=row.at.isoformat(),
            hint="They opt in again by a word of their own.",
        )  # fmt: skip


async def told(
    store: Store, address: Address, opt: Literal["out", "in"], *, at: datetime, source: Literal["word", "provider"]
) -> Sequence[Write]:
    """Return the write that keeps what the person decided; none when it is so already."""
    row = await opted_out(store, address)
    if opt == "out":
        fresh = OptOut(id=new_id(), channel=address.channel, user=address.user, at=at, source=source)
        return () if row is not None else (Insert(OPT_OUTS, fresh),)
    return (Delete(OPT_OUTS, row),) if row is not None else ()


def confirmation(opt: Literal["out", "in"], language: str) -> Text:
    """Return the words that confirm it, in the customer's language."""
    chinese, english = CONFIRMED[opt]
    return Text(body=chinese if language.startswith("zh") else english)

"""What an adapter makes of a provider's request. Provider words stop at its door."""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

from hub.model.address import Address
from hub.model.envelope import Envelope
from hub.model.parts import Part
from hub.model.status import Status

Key = Annotated[str, Meta(min_length=1, max_length=512)]


class Sender(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the provider told about the person. `verified` names attributes that were proved (HMAC, log-in)."""

    name: Annotated[str, Meta(max_length=128)] = ""
    language: Annotated[str, Meta(max_length=35)] = ""
    avatar: Annotated[str, Meta(max_length=2048)] = ""
    attributes: dict[str, Annotated[str, Meta(max_length=2000)]] = {}
    verified: tuple[str, ...] = ()


class Arrived(Struct, frozen=True, kw_only=True):
    """What everything that comes in has in common.

    `provider_id` survives the provider's own retries and is unique within the inbox. `sent_at` is the provider's time.
    """

    inbox: str
    provider_id: Key
    sender: Address
    sent_at: datetime
    raw: bytes = b""

    def __post_init__(self) -> None:
        """Refuse a naive time: it cannot be compared with anything."""
        if self.sent_at.tzinfo is None:
            raise ValueError("sent_at must be aware")


class Said(Arrived, frozen=True, kw_only=True, tag="said"):
    """A customer said something. `reply_to` is the provider id of the message it answers, if told.

    `window` names the rule of the manifest's `windows` that it opens. `envelope` is a mail's outside; with it, threads
    are told apart by their references and not by their sender alone. `automatic`: a machine wrote it, and no machine
    answers it. `opt` is a word that ends or renews consent to marketing (`opt_confirmed`: the provider has confirmed it
    already). `original` is the blob hash of the raw form, when that is too large for `raw`.
    """

    parts: tuple[Part, ...]
    who: Sender = Sender()
    subject: Annotated[str, Meta(max_length=998)] = ""
    reply_to: str = ""
    window: str = "message"
    envelope: Envelope | None = None
    automatic: bool = False
    opt: Literal["", "out", "in"] = ""
    opt_confirmed: bool = False
    original: str = ""


class Receipt(Arrived, frozen=True, kw_only=True, tag="receipt"):
    """News of a message of ours, named by the provider's id for it (`message`)."""

    message: str
    status: Status
    reason: str = ""


class Signal(Arrived, frozen=True, kw_only=True, tag="signal"):
    """Something happened that is no message: `follow`, `unfollow`, `rated`, `left`, `identified`, `read`...

    `window` names the rule of the manifest's `windows` that it opens, if any (a follow, a scan, an opened chat).
    """

    name: Annotated[str, Meta(pattern="^[a-z_.]{1,64}$")]
    facts: dict[str, str] = {}
    who: Sender = Sender()
    window: str = ""


class Bell(Arrived, frozen=True, kw_only=True, tag="bell"):
    """The provider has something to be fetched (`Adapter.pull`). Bells of one `source` are answered one at a time.

    `token` is what the provider wants to see again when it is asked.
    """

    source: str
    token: str = ""


Inbound = Said | Receipt | Signal | Bell

"""What the outbox hands to an adapter."""

from typing import Literal

from msgspec import Struct

from hub.model.address import Address
from hub.model.envelope import Envelope
from hub.model.parts import Part


class Outbound(Struct, frozen=True, kw_only=True):
    """One message to one person. `id` is ours and the same at every attempt: the idempotency key.

    `author` is the name to show, `seq` the message's number in its conversation. `subject` and `envelope` are a mail's.
    `automatic`: a machine wrote it; `staff`: it is for a colleague, not for a customer. `facts` are what the
    conversation's last signal told (a welcome code, a scene).
    """

    id: str
    inbox: str
    to: Address
    parts: tuple[Part, ...]
    conversation: str
    seq: int
    author: str = ""
    reply_to: str = ""
    subject: str = ""
    envelope: Envelope | None = None
    automatic: bool = False
    staff: bool = False
    purpose: Literal["service", "marketing"] = "service"
    facts: dict[str, str] = {}

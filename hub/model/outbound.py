"""What the outbox hands to an adapter."""

from msgspec import Struct

from hub.model.address import Address
from hub.model.parts import Part


class Outbound(Struct, frozen=True, kw_only=True):
    """One message to one person. `id` is ours and the same at every attempt: the idempotency key.

    `author` is the name to show, `seq` the message's number in its conversation.
    """

    id: str
    inbox: str
    to: Address
    parts: tuple[Part, ...]
    conversation: str
    seq: int
    author: str = ""
    reply_to: str = ""

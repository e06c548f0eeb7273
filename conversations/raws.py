"""The raw form of what nobody understood: kept beside its message, for the administrator who looks into it."""

from hub.model import Notice, Said
from hub.store.port import Collection, Document, Insert

UNSUPPORTED = "unsupported"
"""The notice that stands for a kind of message the adapter does not know."""


class Raw(Document, frozen=True, kw_only=True):
    """What the provider brought, byte for byte; the id is the message's."""

    conversation: str
    raw: bytes


RAWS = Collection("raws", Raw)


def keep(said: Said, message: str, conversation: str) -> list[Insert[Raw]]:
    """Return the write that keeps the raw form of an unsupported message; none for what was understood."""
    known = not any(isinstance(part, Notice) and part.code == UNSUPPORTED for part in said.parts)
    if known or not said.raw:
        return []
    return [Insert(RAWS, Raw(id=message, conversation=conversation, raw=said.raw))]

"""What a channel can carry, asked of its manifest before any call is made: half a message never leaves."""

from adapters.manifest import Limits, Manifest
from hub.errors import Unsupported
from hub.model import Attachment, Outbound, Part, plain


def check(card: Manifest, message: Outbound) -> None:
    """Return quietly when the channel carries every part of the message; raises `Unsupported` saying which not."""
    for part in message.parts:
        tag = tag_of(part)
        if tag not in card.carries:
            raise Unsupported(
                f"{card.title.en} does not carry {tag}", part=tag, hint=f"It carries {', '.join(card.carries)}."
            )
        if isinstance(part, Attachment):
            _attachment(card.limits, part)
        elif len(plain((part,))) > card.limits.text:
            raise Unsupported(f"{card.title.en} takes shorter texts", part=tag, limit=card.limits.text)


def tag_of(part: Part) -> str:
    """Return the part's name on the wire."""
    return str(part.__struct_config__.tag)


def takes(limits: Limits, media_type: str) -> bool:
    """Say whether a media type is in the list; `image/*` and `*` are prefixes."""
    return any(
        media_type.startswith(kind[:-1]) if kind.endswith("*") else media_type == kind
        for kind in limits.attachment_types
    )


def _attachment(limits: Limits, part: Attachment) -> None:
    if part.size > limits.attachment_bytes:
        raise Unsupported("The file is too large for this channel", size=part.size, limit=limits.attachment_bytes)
    if not takes(limits, part.media_type):
        raise Unsupported("This channel does not take files of this type", type=part.media_type)

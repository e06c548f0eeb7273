"""What a channel can carry, asked of its manifest before any call is made: half a message never leaves."""

from adapters.manifest import Limits, Manifest
from hub.errors import Unsupported
from hub.model import Attachment, Choices, Outbound, Part, Text, plain


def check(card: Manifest, message: Outbound) -> None:
    """Return quietly when the channel carries every part of the message; raises `Unsupported` saying which not."""
    if card.limits.parts is not None and len(message.parts) > card.limits.parts:
        raise Unsupported(
            f"{card.title.en} takes fewer parts at once", parts=len(message.parts), limit=card.limits.parts
        )
    for part in message.parts:
        tag = tag_of(part)
        if tag not in card.carries:
            raise Unsupported(
                f"{card.title.en} does not carry {tag}", part=tag, hint=f"It carries {', '.join(card.carries)}."
            )
        if isinstance(part, Attachment):
            _attachment(card.limits, part)
        else:
            _length(card, part, tag)


def tag_of(part: Part) -> str:
    """Return the part's name on the wire."""
    return str(part.__struct_config__.tag)


def takes(limits: Limits, media_type: str) -> bool:
    """Say whether a media type is in the list; `image/*` and `*` are prefixes."""
    return any(_matches(kind, media_type) for kind in limits.attachment_types)


def _matches(kind: str, media_type: str) -> bool:
    return media_type.startswith(kind[:-1]) if kind.endswith("*") else media_type == kind


def _length(card: Manifest, part: Part, tag: str) -> None:
    words, limits = plain((part,)), card.limits
    if len(words) > limits.text:
        raise Unsupported(f"{card.title.en} takes shorter texts", part=tag, limit=limits.text)
    if limits.text_bytes is not None and isinstance(part, Text | Choices) and len(words.encode()) > limits.text_bytes:
        raise Unsupported(f"{card.title.en} takes shorter texts", part=tag, limit_bytes=limits.text_bytes)


def _attachment(limits: Limits, part: Attachment) -> None:
    narrower = [size for kind, size in limits.by_type.items() if _matches(kind, part.media_type)]
    limit = min([limits.attachment_bytes, *narrower])
    if part.size > limit:
        raise Unsupported("The file is too large for this channel", size=part.size, limit=limit)
    if not takes(limits, part.media_type):
        raise Unsupported("This channel does not take files of this type", type=part.media_type)

"""What a Rasa server says over REST or calls back, as reactions of ours. Pure.

Source: rasa 3.6.21, `core/channels/rest.py` and a running server (facts/bots, section 4): text, picture and `custom` of
one response come as messages of their own; an exception inside the bot is 200 with an empty list. The callback channel
POSTs the same messages one by one, each before it goes on, and answers `success` after the last.
"""

from collections.abc import Sequence
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from bots.contract import Ask, Handoff, Reaction, Say
from bots.dialogue.actions import Failed
from hub.errors import Malformed
from hub.model import Card, Choice, Part, Text

LABEL, VALUE, BUTTONS, TEXT = 64, 256, 20, 20_000
MESSAGES = 50


class Button(Struct, frozen=True, kw_only=True):
    """A quick reply."""

    title: str = ""
    payload: str = ""


class Message(Struct, frozen=True, kw_only=True):
    """One thing the bot said; what we do not know of it is read over."""

    text: str | None = None
    image: str | None = None
    buttons: list[Button] | None = None
    custom: Any = None


class Called(Message, frozen=True, kw_only=True):
    """One message of the callback channel; the recipient is whom we named as sender: the conversation."""

    recipient_id: Annotated[str, Meta(min_length=1, max_length=128)]


_called = msgspec.json.Decoder(Called).decode
_decode = msgspec.json.Decoder(Annotated[list[Message], Meta(max_length=MESSAGES)]).decode


def read(body: bytes) -> tuple[Reaction, ...]:
    """Return what the server said; raises `Failed` for nothing at all and for what is no answer of Rasa's."""
    try:
        messages = _decode(body)
    except ValueError as error:
        raise Failed("The answer is none of a Rasa server", hint="Is the bot's `url` that of Rasa itself?") from error
    reactions = tuple(_reactions(messages))
    if not reactions:
        raise Failed("Rasa said nothing: it has no answer, or failed inside")
    return reactions


def called(body: bytes) -> tuple[str, tuple[Reaction, ...]]:
    """Return the conversation and what is said in it, maybe nothing that we know; raises `Malformed`."""
    try:
        message = _called(body)
    except ValueError as error:
        raise Malformed("This is no message of Rasa's callback channel", reason=str(error)) from error
    return message.recipient_id, tuple(_reactions([message]))


def _reactions(messages: Sequence[Message]) -> list[Reaction]:
    found: list[Reaction] = []
    for one in messages:
        handoff = _handoff(one.custom)
        parts = _parts(one)
        choices = _choices(one.buttons or ())
        if choices:
            found.append(Ask(body=(one.text or "…")[:TEXT], choices=choices))
        elif parts:
            found.append(Say(parts=parts))
        if handoff is not None:
            return [*found, handoff]
    return found


def _parts(one: Message) -> tuple[Part, ...]:
    parts: list[Part] = []
    if one.text and one.text.strip():
        parts.append(Text(body=one.text[:TEXT]))
    if one.image and one.image.startswith(("http://", "https://")) and len(one.image) <= 2048:
        parts.append(Card(url=one.image, title=one.image[-256:], image=one.image))
    return tuple(parts)


def _choices(buttons: Sequence[Button]) -> tuple[Choice, ...]:
    return tuple(
        Choice(label=one.title.strip()[:LABEL], value=(one.payload.strip() or one.title.strip())[:VALUE])
        for one in buttons[:BUTTONS]
        if one.title.strip()
    )


def _handoff(custom: Any) -> Handoff | None:
    """Return what `custom: {handoff: true}` asks for, or `{handoff: {reason, summary, skill, slots}}`."""
    asked = custom.get("handoff") if isinstance(custom, dict) else None
    if asked is True:
        return Handoff(reason="asked")
    if not isinstance(asked, dict):
        return None
    slots = asked.get("slots")
    told = slots if isinstance(slots, dict) else {}
    return Handoff(
        reason=str(asked.get("reason") or "asked")[:64],
        summary=str(asked.get("summary") or "")[:2000],
        skill=str(asked["skill"])[:64] if asked.get("skill") else None,
        slots={str(name)[:64]: str(value)[:500] for name, value in told.items() if value is not None},
    )

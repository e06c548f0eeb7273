"""From changed rows to frames: every change is encoded once, and added to the stream of everyone who may see it."""

from collections import OrderedDict
from collections.abc import Callable
from typing import TypeVar

from msgspec import Struct, structs

from conversations.model import Conversation, Message
from conversations.views import may_see
from server.live.frames import Gone, Offered, OfferOver, Row, Told, encode
from server.live.stream import Stream, Streams

REMEMBERED = 20_000
T = TypeVar("T")


class Feed:
    """Tells the streams of this process. Older versions than the one told last are passed over."""

    def __init__(self, streams: Streams, changed: Callable[[Stream], None]) -> None:
        self._streams = streams
        self._changed = changed
        self._known: OrderedDict[str, Conversation] = OrderedDict()
        self._messages: OrderedDict[str, int] = OrderedDict()

    def knows(self, conversation: str) -> Conversation | None:
        """Return the conversation as it was told last, or None."""
        return self._known.get(conversation)

    def conversation(self, now: Conversation) -> None:
        """Tell a changed conversation."""
        before = self._known.get(now.id)
        if before is not None and before.version >= now.version:
            return
        _remember(self._known, now.id, now)
        body = encode(Row(row=now))
        gone = encode(Gone(conversation=now.id))
        for stream in self._streams:
            if may_see(stream.actor, now):
                self._add(stream, body)
            elif _may_have_seen(stream, before, now):
                self._add(stream, gone)
        self._offer(before, now)

    def message(self, message: Message, conversation: Conversation) -> None:
        """Tell a new or changed message of a conversation; who is mentioned hears it, though they just lost it."""
        if self._messages.get(message.id, -1) >= message.version:
            return
        _remember(self._messages, message.id, message.version)
        body = encode(Told(conversation=message.conversation, seq=message.seq, message=shown(message)))
        for stream in self._streams:
            if may_see(stream.actor, conversation) or stream.actor.user in message.mentions:
                self._add(stream, body)

    def reset(self, stream: Stream, frame: Struct) -> None:
        """Tell one user alone."""
        self._add(stream, encode(frame))

    def _offer(self, before: Conversation | None, now: Conversation) -> None:
        was = before.offer if before else None
        if now.offer == was:
            return
        if was and (now.offer is None or now.offer.agent != was.agent):
            self._tell(was.agent, OfferOver(conversation=now.id))
        if now.offer:
            self._tell(now.offer.agent, Offered(conversation=now.id, until=now.offer.until))

    def _tell(self, user: str, frame: Struct) -> None:
        stream = self._streams.of(user)
        if stream:
            self._add(stream, encode(frame))

    def _add(self, stream: Stream, body: bytes) -> None:
        stream.add(body)
        self._changed(stream)


def shown(message: Message) -> Message:
    """Return a message as people see it: without the words that only search needs."""
    return structs.replace(message, terms=())


def _may_have_seen(stream: Stream, before: Conversation | None, now: Conversation) -> bool:
    """Say whether it has to be taken from a screen; what was never told since the start may be on any."""
    if before is None:
        return now.version > 0
    return may_see(stream.actor, before)


def _remember(known: OrderedDict[str, T], id: str, value: T) -> None:
    known[id] = value
    known.move_to_end(id)
    if len(known) > REMEMBERED:
        known.popitem(last=False)

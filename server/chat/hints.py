"""Hints to open windows: this process's own commits, and the news of other processes over the bus."""

import asyncio
from collections.abc import Sequence

import msgspec
import structlog

from adapters.webchat.adapter import CHANNEL, TOPIC, Nudge
from adapters.webchat.protocol import StatusChanged, TheyType
from conversations.model import CONVERSATIONS, MESSAGES, READ_MARKS, Conversation, Direction, Message, ReadMark, State
from hub.bus import LOST, Bus
from hub.store.port import Delete, Put, Store, Write
from server.chat.crowd import Crowd
from server.live.frames import Typing
from server.live.live import TYPING

log = structlog.get_logger(__name__)
_nudge = msgspec.json.Decoder(Nudge)
_typing = msgspec.json.Decoder(Typing)


class Hints:
    """Turns commits and nudges into `wake` and `show`. Losing one costs time, never a message."""

    def __init__(self, crowd: Crowd) -> None:
        self._crowd = crowd
        self.queue_moved = False
        """Somebody left or entered a queue since this was last set back."""

    def saw(self, writes: Sequence[Write]) -> None:
        """Take note of a commit of this process (`Store.watch`)."""
        for write in writes:
            if isinstance(write, Delete):
                continue
            doc = write.doc
            if write.collection.name == CONVERSATIONS.name and isinstance(doc, Conversation):
                self._conversation(doc)
            elif write.collection.name == READ_MARKS.name and isinstance(doc, ReadMark):
                self._crowd.wake_thread(doc.conversation)
            elif write.collection.name == MESSAGES.name and isinstance(doc, Message) and isinstance(write, Put):
                self._changed(doc)

    def heard(self, payload: bytes) -> None:
        """Take note of a nudge from the bus; one that cannot be read is another version's and is left alone."""
        try:
            nudge = _nudge.decode(payload)
        except ValueError:
            log.info("chat_nudge_unread")
            return
        self._crowd.wake(nudge.visitor)
        self.queue_moved = True

    def typing(self, payload: bytes) -> None:
        """Show a visitor that an agent writes to them, or stopped."""
        try:
            told = _typing.decode(payload)
        except ValueError:
            log.info("chat_typing_unread")
            return
        visitor = self._crowd.visitor_of(told.conversation)
        if visitor and told.who != "customer":
            self._crowd.show(visitor, TheyType(on=told.on))

    async def listen(self, bus: Bus) -> None:
        """Hear the bus until cancelled."""
        async with bus.subscribe(TOPIC, TYPING) as news:
            async for topic, payload in news:
                if topic == LOST:
                    self._crowd.wake_all()
                elif topic == TYPING:
                    self.typing(payload)
                else:
                    self.heard(payload)

    def _conversation(self, doc: Conversation) -> None:
        self.queue_moved = self.queue_moved or doc.state is not State.BOT
        if doc.address.channel == CHANNEL:
            self._crowd.wake(doc.address.user)

    def _changed(self, message: Message) -> None:
        visitor = self._crowd.visitor_of(message.conversation)
        if visitor and message.direction is not Direction.NOTE:
            told = StatusChanged(conversation=message.conversation, seq=message.seq, status=message.status)
            self._crowd.show(visitor, told)


class Announcer:
    """Tells other processes which visitors have news. For every process when there is more than one."""

    def __init__(self, store: Store, bus: Bus) -> None:
        self._bus = bus
        self._pending: dict[tuple[str, str], None] = {}
        self._some = asyncio.Event()
        store.watch(self.saw)

    def saw(self, writes: Sequence[Write]) -> None:
        """Take note of a commit of this process."""
        for write in writes:
            doc = write.doc
            if isinstance(doc, Conversation) and doc.address.channel == CHANNEL:
                self._pending[doc.inbox, doc.address.user] = None
                self._some.set()

    async def run(self) -> None:
        """Publish what is pending until cancelled; several changes of one visitor are one nudge."""
        while True:
            await self._some.wait()
            self._some.clear()
            pending, self._pending = self._pending, {}
            for inbox, visitor in pending:
                await self._bus.publish(TOPIC, msgspec.json.encode(Nudge(inbox=inbox, visitor=visitor)))

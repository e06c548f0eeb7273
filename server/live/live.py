"""The live part of one process: hears of changed rows here and elsewhere, and keeps every socket told."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence

import msgspec
import structlog
from msgspec import Struct, structs

from accounts.actor import Actor
from accounts.permissions import GRANTS, Permission
from accounts.sessions import SESSIONS
from accounts.users import User
from conversations.model import CONVERSATIONS, DRAFTS, Conversation, Draft, Message
from hub.bus import LOST, Bus
from hub.clock import Clock
from hub.errors import HubError
from hub.ids import new_id
from hub.store.port import Store, Write
from routing.model import Desk
from server.live import company, hints
from server.live.company import Company, There
from server.live.feed import Feed
from server.live.frames import AtDesk, Counts, Reset, Trouble, Typing, Viewing
from server.live.hints import Ref
from server.live.socket import OVER, RESTART, Socket
from server.live.stream import Stream, Streams

log = structlog.get_logger(__name__)
RECHECK = 60
"""Seconds."""
TYPING = "live.typing"
"""Topic: somebody types (`frames.Typing`); web chat publishes what its visitors do here."""
TROUBLE = "inbox.trouble"
"""Topic: an inbox broke (`frames.Trouble`)."""
Count = Callable[[Actor], Awaitable[Sequence[Struct]]]


class Live:
    """Made once per process; `run` is its loop, `committed` its watcher on the store."""

    def __init__(self, store: Store, bus: Bus, clock: Clock, count: Count) -> None:
        self.origin = new_id()
        self.streams = Streams()
        self.sockets: set[Socket] = set()
        self.feed = Feed(self.streams, self._grown)
        self.company = Company(self.origin)
        self._store = store
        self._bus = bus
        self._clock = clock
        self._count = count
        self._writes: deque[Write] = deque()
        self._wake = asyncio.Event()
        self._stale: set[str] = set()

    def join(self, actor: Actor) -> Socket:
        """Let a socket listen."""
        socket = Socket(self.streams.join(actor), actor.session)
        self.sockets.add(socket)
        self._stale.add(actor.user)
        return socket

    async def leave(self, socket: Socket) -> None:
        """The socket is gone."""
        self.sockets.discard(socket)
        self.streams.leave(socket.stream, self._clock.now())
        await self.look(socket, None)

    def connected(self, user: str) -> bool:
        """Say whether the user has another socket here."""
        return any(socket.user == user for socket in self.sockets)

    def end(self, session: str) -> None:
        """The session is over: so are its sockets."""
        for socket in self.sockets:
            if socket.session == session:
                socket.close(OVER)

    def drain(self) -> None:
        """Send everybody away, to come back to another process or to this one when it is up again."""
        for socket in self.sockets:
            socket.close(RESTART)

    async def look(
        self, socket: Socket, conversation: str | None, *, listening: bool = False, unseen: bool = False
    ) -> None:
        """The user looks at this conversation now, or at none; of an `unseen` look nobody is told."""
        before, socket.viewing = socket.viewing, conversation
        was_unseen, socket.unseen = socket.unseen, unseen
        socket.listening = listening
        user = socket.user
        if before and not was_unseen and not self._looks(user, before):
            self.company.leave(before, user)
            await self._company_changed(before)
        if conversation and not unseen:
            self.company.enter(conversation, user, socket.stream.actor.name, listening=listening)
            await self._company_changed(conversation)

    async def types(self, socket: Socket, conversation: str, on: bool) -> None:
        """The user types, or stopped, in the conversation they look at; who listens in is not told to type."""
        if conversation != socket.viewing or socket.listening:
            return
        if self.company.types(conversation, socket.user, on, self._clock.monotonic()):
            await self._company_changed(conversation)
        await self._bus.publish(TYPING, msgspec.json.encode(Typing(conversation=conversation, who=socket.user, on=on)))

    def committed(self, writes: Sequence[Write]) -> None:
        """Take note of a commit of this process; quick, for the store's sake."""
        watched = hints.watched(writes)
        if watched:
            self._writes.extend(watched)
            self._wake.set()

    async def run(self) -> None:
        """Work until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._pump())
            tasks.create_task(self._listen())
            tasks.create_task(self._keep_house())

    async def _pump(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._writes:
                batch = [self._writes.popleft() for _ in range(min(200, len(self._writes)))]
                refs = [hints.ref(write) for write in batch]
                await self._bus.publish(hints.TOPIC, hints.encode(self.origin, refs))
                await self._safely(self._tell([(ref, write.doc) for ref, write in zip(refs, batch, strict=True)]))
                await asyncio.sleep(0)

    async def _listen(self) -> None:
        while True:
            async with self._bus.subscribe(hints.TOPIC, company.TOPIC, TYPING, TROUBLE) as heard:
                async for topic, payload in heard:
                    await self._safely(self._hear(topic, payload))

    async def _safely(self, work: Awaitable[None]) -> None:
        """A frame that could not be made is a lost hint; clients see the gap and fetch."""
        try:
            await work
        except (HubError, ValueError) as error:
            log.warning("live_hint_lost", why=str(error))
        except Exception:
            log.exception("live_hint_failed")

    async def _hear(self, topic: str, payload: bytes) -> None:
        if topic == LOST:
            for stream in self.streams:
                self.feed.reset(stream, Reset())
        elif topic == TYPING:
            self._typing(msgspec.json.decode(payload, type=Typing))
        elif topic == TROUBLE:
            self._trouble(msgspec.json.decode(payload, type=Trouble))
        elif topic == company.TOPIC:
            there = msgspec.json.decode(payload, type=There)
            self.company.hear(there, self._clock.monotonic())
            self._show_company(there.conversation)
        else:
            hint = hints.decode(payload)
            if hint.origin != self.origin:
                await self._tell(await self._read(hint.refs))

    async def _read(self, refs: Sequence[Ref]) -> list[tuple[Ref, Struct]]:
        """Fetch what other processes changed: the rows are the truth, and may be newer than the hint."""
        found: dict[tuple[str, str], Struct] = {}
        for name, collection in hints.WATCHED.items():
            ids = list(dict.fromkeys(ref.id for ref in refs if ref.collection == name and not ref.gone))
            for doc in await self._store.get_many(collection, ids) if ids else ():
                found[name, doc.id] = doc
        told: list[tuple[Ref, Struct]] = []
        for ref in refs:
            row = ref if ref.gone else found.get((ref.collection, ref.id))
            if row is not None:
                told.append((ref, row))
        return told

    async def _tell(self, changes: Sequence[tuple[Ref, Struct]]) -> None:
        for ref, doc in changes:
            if ref.collection == CONVERSATIONS.name and isinstance(doc, Conversation):
                self.feed.conversation(doc)
        for ref, doc in changes:
            if isinstance(doc, Message):
                await self._message(doc)
            elif isinstance(doc, User):
                self._user(doc)
            elif isinstance(doc, Desk):
                self._desk(doc)
            elif ref.collection == DRAFTS.name:
                await self._draft(ref, doc)
            elif ref.collection == SESSIONS.name and ref.gone:
                self.end(ref.id)

    async def _message(self, message: Message) -> None:
        conversation = self.feed.knows(message.conversation)
        if conversation is None:
            conversation = await self._store.get(CONVERSATIONS, message.conversation)
        if conversation:
            self.feed.message(message, conversation)

    def _user(self, user: User) -> None:
        stream = self.streams.of(user.id)
        if stream is None:
            return
        if not user.active:
            for socket in self.sockets:
                if socket.user == user.id:
                    socket.close(OVER)
        actor = structs.replace(
            stream.actor, name=user.name, role=user.role, teams=user.teams, permissions=GRANTS[user.role]
        )
        if (actor.role, actor.teams) != (stream.actor.role, stream.actor.teams):
            self.feed.reset(stream, Reset())
        stream.actor = actor

    def _desk(self, desk: Desk) -> None:
        frame = AtDesk(user=desk.id, status=desk.status, load=desk.load, capacity=desk.capacity, set_by=desk.set_by)
        for socket in self.sockets:
            socket.pass_on(f"presence:{desk.id}", frame)

    async def _draft(self, ref: Ref, doc: Struct) -> None:
        conversation, _, user = ref.id.partition(":")
        on = not ref.gone and isinstance(doc, Draft) and bool(doc.text)
        if self.company.drafts(conversation, user, on):
            await self._company_changed(conversation)

    def _typing(self, frame: Typing) -> None:
        for socket in self.sockets:
            if socket.viewing == frame.conversation and socket.user != frame.who:
                socket.pass_on(f"typing:{frame.conversation}:{frame.who}", frame)

    def _trouble(self, frame: Trouble) -> None:
        for socket in self.sockets:
            if socket.stream.actor.may(Permission.INBOXES_MANAGE):
                socket.pass_on(f"trouble:{frame.inbox}", frame)

    async def _company_changed(self, conversation: str) -> None:
        self._show_company(conversation)
        await self._bus.publish(company.TOPIC, msgspec.json.encode(self.company.here(conversation)))

    def _show_company(self, conversation: str) -> None:
        viewers = self.company.viewers(conversation)
        for socket in self.sockets:
            if socket.viewing == conversation:
                socket.pass_on(f"viewing:{conversation}", Viewing(conversation=conversation, users=viewers))

    def _looks(self, user: str, conversation: str) -> bool:
        return any(
            socket.user == user and socket.viewing == conversation and not socket.unseen for socket in self.sockets
        )

    def _grown(self, stream: Stream) -> None:
        self._stale.add(stream.actor.user)
        if stream.sockets:
            for socket in self.sockets:
                if socket.stream is stream:
                    socket.wake()

    async def _keep_house(self) -> None:
        """Once a second: tell the counts that may have changed, and forget what was not repeated."""
        ticks = 0
        while True:
            await self._clock.sleep(1)
            ticks += 1
            for conversation in self.company.lapse(self._clock.monotonic()):
                await self._company_changed(conversation)
            if ticks % company.REPEAT == 0:
                for there in self.company.all_here():
                    await self._bus.publish(company.TOPIC, msgspec.json.encode(there))
                self.streams.forget(self._clock.now())
            if ticks % RECHECK == 0:
                await self._safely(self.recheck())
            await self._safely(self._counts())

    async def recheck(self) -> None:
        """Ask the store whether every socket's session still is; a hint of its end may have been lost."""
        sessions = {socket.session for socket in self.sockets if socket.session}
        rows = await self._store.get_many(SESSIONS, sorted(sessions)) if sessions else []
        now = self._clock.now()
        for over in sessions - {row.id for row in rows if now < row.expires_at}:
            self.end(over)

    async def _counts(self) -> None:
        stale, self._stale = self._stale, set()
        for user in stale:
            stream = self.streams.of(user)
            if stream and stream.sockets:
                views = await self._count(stream.actor)
                for socket in self.sockets:
                    if socket.stream is stream:
                        socket.pass_on("counts", Counts(views=tuple(views)))

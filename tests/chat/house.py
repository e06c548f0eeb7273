"""A hub of one process with one web-chat inbox behind a real server: store, work, bus and sockets are the real ones."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Any

import msgspec
from aiohttp import ClientSession, WSMsgType, web
from aiohttp.test_utils import TestServer
from msgspec import structs

from accounts.users import USERS
from adapters import registry
from adapters.webchat.protocol import VERSION
from conversations.acts import Acts
from conversations.deliveries import Deliveries
from conversations.hours import load_zones
from conversations.inboxes import INBOXES, Inbox
from conversations.model import (
    CONVERSATIONS,
    DRAFTS,
    MESSAGES,
    PROFILES,
    READ_MARKS,
    Author,
    AuthorKind,
    Conversation,
    Message,
)  # fmt: skip
from conversations.receive import Receive
from conversations.reply import Replies, Reply
from hub import keys
from hub.bus import LocalBus
from hub.clock import SystemClock
from hub.errors import NotFound
from hub.events import Events
from hub.ingest import RECEIVE, Ingest
from hub.model import Part, Text
from hub.outbox import Outbox
from hub.secrets import Vault
from hub.store.port import By, Eq, Insert, put
from hub.work.engine import Engine
from hub.work.jobs import JOBS
from hub.work.local import LocalDispatch
from server.attachments import Kept
from server.channels import Channels
from server.chat.parts import CHAT, Chat, Limits
from server.chat.service import mount, running
from server.chat.uploads import UPLOADS
from server.origin import Proxies
from server.rates import Buckets
from tests.stores import open_store
from tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from hub.store.port import Store

KEY = "demo-site-key"
INBOX = "inbox-1"
SECRET = "identity-secret-of-the-host-page"
ALL = (JOBS, CONVERSATIONS, MESSAGES, PROFILES, DRAFTS, READ_MARKS, USERS, INBOXES, UPLOADS)
AGENT = Author(kind=AuthorKind.AGENT, id="agent-1", name="小林")
REGISTRY = registry.find()
load_zones()
RING = keys.parse(keys.fresh("k1"))


class Drawer:
    """Blobs in memory, by content hash."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    async def put(self, chunks: AsyncIterator[bytes]) -> Kept:
        """Keep it."""
        data = b"".join([chunk async for chunk in chunks])
        name = hashlib.sha256(data).hexdigest()
        self.kept[name] = data
        return Kept(hash=name, size=len(data))

    async def open(self, hash: str) -> AsyncIterator[bytes]:
        """Give it."""
        if hash not in self.kept:
            raise NotFound("no such blob")
        yield self.kept[hash]


class House:
    """What a test holds in its hands."""

    work: asyncio.Task[None]

    def __init__(self, chat: Chat, engine: Engine, events: Events, url: str, http: ClientSession) -> None:
        self.chat = chat
        self.store: Store = chat.store
        self.engine = engine
        self.url = url
        self.http = http
        self.replies = Replies(chat.store, events, chat.clock)
        self.acts = Acts(chat.store, events, chat.clock)
        self.tokens: list[str] = []
        self._said = 0

    async def session(self, **body: Any) -> dict[str, Any]:
        """Open a session as the widget does."""
        async with self.http.post(f"{self.url}/chat/{KEY}/session", json=body, headers=self.origin) as answer:
            assert answer.status == 200, await answer.text()
            opened: dict[str, Any] = await answer.json()
        self.tokens.append(opened["token"])
        return opened

    @property
    def origin(self) -> dict[str, str]:
        """Return the header of a page of the hub itself."""
        return {"Origin": self.url}

    async def window(self, token: str, seq: int = 0, conversation: str = "", *, hello: bool = True) -> Window:
        """Open a socket and say hello."""
        ws = await self.http.ws_connect(
            f"{self.url}/chat/{KEY}/socket", protocols=(VERSION, f"token.{token}"), headers=self.origin
        )
        window = Window(ws)
        if hello:
            await window.send(type="hello", seq=seq, conversation=conversation)
        return window

    async def thread(self) -> Conversation:
        """Return the one conversation there is."""
        await until(self.threads)
        (only,) = await self.threads()
        return only

    async def threads(self) -> list[Conversation]:
        """Return every conversation."""
        people = await self.store.find(PROFILES, order=(By("last_seen"), By("id")), limit=5)
        order = (By("last_at"), By("id"))
        found = [await self.store.find(CONVERSATIONS, Eq("profile", one.id), order=order, limit=5) for one in people]
        return [conversation for some in found for conversation in some]

    async def messages(self, conversation: str) -> list[Message]:
        """Return every entry of a thread."""
        return await self.store.find(MESSAGES, Eq("conversation", conversation), order=(By("seq"),), limit=1000)

    async def say_seq(self, conversation: str, seq: int) -> None:
        """Count entries that were put into the store by hand, as every commit of a message does."""
        thread = await self.store.get(CONVERSATIONS, conversation)
        assert thread is not None
        await self.store.commit(put(CONVERSATIONS, thread, structs.replace(thread, seq=seq)))

    async def stop_working(self) -> None:
        """Let what comes in lie."""
        await _end(self.work)

    async def say(self, conversation: str, *parts: Part | str, note: bool = False) -> Message:
        """Let the agent say something."""
        self._said += 1
        told = tuple(Text(body=part) if isinstance(part, str) else part for part in parts)
        reply = Reply(author=AGENT, parts=told, client_id=f"agent-{self._said}", note=note)
        return (await self.replies.reply(conversation, reply)).message


class Window:
    """A visitor's socket, as a test reads it."""

    def __init__(self, ws: Any) -> None:
        self.ws = ws

    async def send(self, **frame: Any) -> None:
        """Send one frame."""
        await self.ws.send_str(msgspec.json.encode(frame).decode())

    async def next(self, seconds: float = 5) -> dict[str, Any]:
        """Return the next frame; the close as {"type": "closed", "code": ...}."""
        got = await self.ws.receive(timeout=seconds)
        if got.type is WSMsgType.TEXT:
            return msgspec.json.decode(got.data)  # type: ignore[no-any-return]
        return {"type": "closed", "code": self.ws.close_code}

    async def until(self, type: str, **facts: Any) -> list[dict[str, Any]]:
        """Return every frame up to the first of this type with these facts."""
        frames: list[dict[str, Any]] = []
        while True:
            frame = await self.next()
            frames.append(frame)
            if frame["type"] == type and all(frame.get(name) == value for name, value in facts.items()):
                return frames
            assert frame["type"] != "closed", frames

    async def cut(self) -> None:
        """Pull the cable: no close frame, no good-bye."""
        transport = self.ws._response.connection.transport if self.ws._response.connection else None
        if transport is not None:
            transport.abort()
        await self.ws.close()


@asynccontextmanager
async def house(folder: Path, *, limits: Limits | None = None, **settings: str) -> AsyncIterator[House]:
    """A running hub; `settings` are those of the web-chat inbox."""
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(open_store(folder, ALL))
        clock, bus, events = SystemClock(), LocalBus(), Events()
        engine = Engine(store, LocalDispatch(), clock, alone=True)
        engine.register(RECEIVE, Receive(store, events).handle)
        vault = Vault(RING)
        await store.commit(Insert(INBOXES, inbox(vault, clock, settings)))
        channels = Channels(store=store, registry=REGISTRY, vault=vault, push=bus.publish, base_url="", keyring=RING)
        await channels.open()
        Outbox(channels, Deliveries(store), clock).attach(engine)
        stack.push_async_callback(channels.close)
        server = TestServer(web.Application())
        chat = Chat(
            store=store, clock=clock, ingest=Ingest(store, clock), channels=channels, bus=bus, buckets=Buckets(),
            proxies=Proxies(()), blobs=Drawer(), address="http://hub.example", limits=limits or Limits(),
        )  # fmt: skip
        server.app[CHAT] = chat
        mount(server.app)
        await server.start_server()
        stack.push_async_callback(server.close)
        work = asyncio.create_task(engine.run())
        stack.push_async_callback(_end, work)
        keeping = running(chat)
        await anext(keeping)
        stack.push_async_callback(_finish, keeping)
        http = await stack.enter_async_context(ClientSession())
        held = House(chat, engine, events, f"http://127.0.0.1:{server.port}", http)
        held.work = work
        yield held


def inbox(vault: Vault, clock: SystemClock, settings: dict[str, str]) -> Inbox:
    """The inbox row, secrets sealed."""
    secrets = {name: vault.seal(value, INBOX, name) for name, value in settings.items() if "secret" in name}
    plain = {name: value for name, value in settings.items() if "secret" not in name}
    return Inbox(
        id=INBOX, name="云溪水务", channel="webchat", site_key=KEY, settings=plain, secrets=secrets,
        created_at=clock.now(),
    )  # fmt: skip


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def _finish(keeping: AsyncIterator[None]) -> None:
    with contextlib.suppress(StopAsyncIteration):
        await anext(keeping)

"""Any order of messages, repeats, colleagues, reminders, restarts and changes of bots: who owns a conversation speaks.

The thread itself is the witness. Read from its beginning it says who had the conversation when each entry was made;
no bot may have spoken while a person had it, no message may have two answers, and no number may be missing.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from msgspec import structs

from bots.contract import Answer, Handoff, Remind, Silence, Turn
from conversations.acts import Acts
from conversations.inboxes import INBOXES, Inbox
from conversations.limits import ChannelLimits
from conversations.model import CONVERSATIONS, MESSAGES, Author, AuthorKind, Conversation, Direction, Message, State
from conversations.reply import Replies, Reply
from hub.errors import WrongMove
from hub.model import Address, Notice, Said, Text
from hub.store.port import By, Eq, Insert, put
from hub.work.jobs import JOBS, JobState
from tests.bots.scripted import Scripted, say
from tests.bots.test_turns import ALL, Chat
from tests.clocks import START, FakeClock
from tests.stores import open_store

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine

T = TypeVar("T")
ANNA = Author(kind=AuthorKind.AGENT, id="anna", name="Anna")
WORDS = ("hi", "转人工", "气死我了", "lost", "later", "leave", "hush", "break")


class Moody(Scripted):
    """A bot that does everything a bot may do; a colleague may come in while it thinks."""

    def __init__(self, name: str, machine: Owners) -> None:
        super().__init__(before=self.think)
        self.name = name
        self.machine = machine

    async def think(self, turn: Turn) -> None:
        """Be overtaken, break, or decide by what is heard."""
        if turn.text == "break":
            raise RuntimeError("broken")
        at = turn.at + timedelta(hours=1)
        self.script = {
            "lost": Answer(reactions=(say("pardon?"),), doubt=True),
            "later": (say("later"), Remind(name="r", at=at, intent="EXTERNAL_r", until_heard=turn.seq % 2 == 0)),
            "leave": (say("bye"), Handoff(reason="asked")),
            "hush": (Silence(),),
        }
        if self.machine.overtaken:
            self.machine.overtaken = False
            await self.machine.acts().transfer(turn.conversation, ANNA, agent=ANNA.id)


class Owners(RuleBasedStateMachine):
    """One customer, one colleague, two bots, one process after the other."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.folder = Path(tempfile.mkdtemp())
        self.stack = AsyncExitStack()
        self.clock = FakeClock()
        self.overtaken = False
        self.sent = self.replied = 0
        self.bots = {name: Moody(name, self) for name in ("one", "two")}
        self.run(self.begin())

    async def begin(self) -> None:
        self.store = await self.stack.enter_async_context(open_store(self.folder, ALL))
        inbox = Inbox(id="web", name="web", channel="webchat", bot="one", team="water", created_at=START)
        await self.store.commit(Insert(INBOXES, inbox))
        self.start()

    def start(self) -> None:
        """Begin a process on what the store holds."""
        self.chat = Chat(self.store, self.bots["one"], ChannelLimits({}), bots=self.bots, clock=self.clock)

    def run(self, work: Coroutine[object, object, T]) -> T:
        return self.loop.run_until_complete(work)

    def teardown(self) -> None:
        self.run(self.stack.aclose())
        self.loop.close()
        shutil.rmtree(self.folder)

    def acts(self) -> Acts:
        return Acts(self.store, self.chat.events, self.clock)

    async def threads(self) -> list[Conversation]:
        found: list[Conversation] = []
        for state in State:
            found += await self.store.find(CONVERSATIONS, Eq("state", state), order=(By("last_at"), By("id")), limit=50)
        return found

    async def newest(self) -> str | None:
        threads = sorted(await self.threads(), key=lambda one: one.opened_at)
        return threads[-1].id if threads else None

    async def arrive(self, number: int, words: str) -> None:
        said = Said(
            inbox="web", provider_id=str(number), sender=Address(channel="webchat", user="v"),
            sent_at=self.clock.now(), parts=(Text(body=words),),
        )  # fmt: skip
        await self.chat.ingest.accept([said])

    @rule(words=st.sampled_from(WORDS), worked=st.booleans(), twice=st.booleans())
    def customer_writes(self, words: str, worked: bool, twice: bool) -> None:
        self.sent += 1
        for _ in range(1 + twice):
            self.run(self.arrive(self.sent, words))
        if worked:
            self.run(self.chat.engine.settle())

    @rule()
    def work(self) -> None:
        self.run(self.chat.engine.settle())

    @rule()
    def overtake(self) -> None:
        """The colleague takes it while the bot thinks of its next answer."""
        self.overtaken = True

    @rule(act=st.sampled_from(["reply", "take", "to_bot", "queue", "resolve", "reopen"]))
    def colleague_acts(self, act: str) -> None:
        id = self.run(self.newest())
        if id is not None:
            self.run(self._act(act, id))

    async def _act(self, act: str, id: str) -> None:
        acts = self.acts()
        self.replied += 1
        reply = Reply(author=ANNA, parts=(Text(body="hello"),), client_id=f"a{self.replied}")
        doing: dict[str, Callable[[], Awaitable[object]]] = {
            "reply": lambda: Replies(self.store, self.chat.events, self.clock).reply(id, reply),
            "take": lambda: acts.transfer(id, ANNA, agent=ANNA.id),
            "to_bot": lambda: acts.hand_to_bot(id, ANNA),
            "queue": lambda: acts.transfer(id, ANNA, team="water"),
            "resolve": lambda: acts.resolve(id, ANNA, ask_rating=False),
            "reopen": lambda: acts.reopen(id, ANNA),
        }
        try:
            await doing[act]()
        except WrongMove:
            return

    @rule(hours=st.sampled_from([1, 2, 30]))
    def time_passes(self, hours: int) -> None:
        self.clock.jump(timedelta(hours=hours))
        self.run(self.chat.engine.settle())

    @rule()
    def restart(self) -> None:
        self.start()
        self.run(self.chat.engine.settle())

    @rule(bot=st.sampled_from(["one", "two", None]))
    def inbox_changes_its_bot(self, bot: str | None) -> None:
        inbox = self.run(self.store.get(INBOXES, "web"))
        assert inbox is not None
        self.run(self.store.commit(put(INBOXES, inbox, structs.replace(inbox, bot=bot))))

    @invariant()
    def who_owns_it_speaks(self) -> None:
        for thread in self.run(self.threads()):
            entries = self.run(self.store.find(MESSAGES, Eq("conversation", thread.id), order=(By("seq"),), limit=1000))
            assert [entry.seq for entry in entries] == list(range(1, thread.seq + 1))
            witness = Witness()
            for entry in entries:
                witness.read(entry)

    @invariant()
    def nothing_is_given_up(self) -> None:
        dead = self.run(self.store.find(JOBS, Eq("state", JobState.DEAD), order=(By("ended_at"), By("id")), limit=5))
        assert [(job.kind, job.reason) for job in dead if job.kind != "deliver"] == []


class Witness:
    """Reads a thread from its beginning: who has it, and what a bot says although it should not."""

    def __init__(self) -> None:
        self.person = self.closed = self.answered = False
        self.turns: dict[str, str] = {}

    def read(self, entry: Message) -> None:
        """Look at one entry."""
        match entry.direction, entry.author.kind:
            case Direction.OUT, AuthorKind.BOT:
                assert not self.person, (entry.seq, entry.parts)
                assert not self.closed, (entry.seq, entry.parts)
                turn = (entry.client_id or "").rpartition(":")[0]
                assert self.turns.setdefault(turn, entry.author.id) == entry.author.id
            case Direction.OUT, AuthorKind.AGENT:
                self.person, self.closed, self.answered = True, False, True
            case Direction.IN, _:
                # Who comes back is with the people who answered before; who never had one, with the bot.
                self.person, self.closed = self.answered if self.closed else self.person, False
            case Direction.NOTE, _:
                self._note(entry)
            case _:
                pass

    def _note(self, entry: Message) -> None:
        match entry.parts[0]:
            case Text():
                self.person = True  # the note of a hand-over
            case Notice(code="resolved"):
                self.person, self.closed = False, True
            case Notice(code="handed_to_bot"):
                self.person = False
            case Notice(code="transferred" | "reopened"):
                self.person, self.closed = True, False
            case _:
                pass


Owners.TestCase.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)
TestOwners = Owners.TestCase

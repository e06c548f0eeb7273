"""A life in any order of events: numbers without gaps, statuses forward, one live thread, nothing lost."""

from __future__ import annotations

import asyncio
import tempfile
from collections import Counter
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from msgspec import structs

from conversations.model import Author, Conversation, Direction, Message
from hub.errors import HubError, Refused, WrongMove
from hub.model import LADDER, Status
from tests.conversations.floor import COLLECTIONS, LI, WANG, Floor, said, texts
from tests.conversations.test_moves import sound
from tests.stores import open_store

if TYPE_CHECKING:
    from collections.abc import Coroutine

T = TypeVar("T")
USERS = ("ann", "bob")
users = st.sampled_from(USERS)
agents = st.sampled_from((LI, WANG))
picks = st.integers(0, 999)


class Story(RuleBasedStateMachine):
    """Each rule is something that happens; the invariants are read from the store after each."""

    @initialize(bot=st.booleans())
    def begin(self, bot: bool) -> None:
        self.runner = asyncio.Runner()
        self.stack = AsyncExitStack()
        self.folder = tempfile.TemporaryDirectory()
        self.said: list[str] = []
        self.replied: list[str] = []
        self.seen: dict[str, Message] = {}
        self.floor = self.run(self._open(bot))

    async def _open(self, bot: bool) -> Floor:
        store = await self.stack.enter_async_context(open_store(Path(self.folder.name), COLLECTIONS))
        floor = Floor(store)
        await floor.open_inbox(bot="faq" if bot else None)
        return floor

    def run(self, story: Coroutine[object, object, T]) -> T:
        return self.runner.run(story)

    def teardown(self) -> None:
        if hasattr(self, "runner"):
            self.run(self.stack.aclose())
            self.runner.close()
            self.folder.cleanup()

    @rule(user=users)
    def speak(self, user: str) -> None:
        id = f"{user}-{len(self.said)}"
        self.said.append(id)
        self.run(self.floor.arrive(said(id, user=user, id=id)))

    @precondition(lambda self: self.said)
    @rule(pick=picks)
    def repeat(self, pick: int) -> None:
        id = self.said[pick % len(self.said)]
        self.run(self.floor.arrive(said(id, user=id.partition("-")[0], id=id)))

    @precondition(lambda self: self.said)
    @rule(pick=picks, agent=agents, note=st.booleans(), refused=st.booleans())
    def answer(self, pick: int, agent: Author, note: bool, refused: bool) -> None:
        self.floor.provider.faults = [Refused("No")] if refused and not note else []
        id = f"r{len(self.replied)}"
        conversation = self._one(pick)
        if self._do(self.floor.answer(conversation, id, agent, note=note, client_id=id)):
            self.replied.append(id)
            self._do(self.floor.answer(conversation, id, agent, note=note, client_id=id))

    @precondition(lambda self: self.said)
    @rule(
        pick=picks, agent=agents,
        name=st.sampled_from(("resolve", "reopen", "snooze", "wake", "team", "agent", "bot", "label", "retry", "end")),
    )  # fmt: skip
    def act(self, pick: int, agent: Author, name: str) -> None:
        conversation, acts = self._one(pick), self.floor.acts
        until = self.floor.clock.now() + timedelta(hours=1)
        deeds: dict[str, Coroutine[object, object, object]] = {
            "resolve": acts.resolve(conversation.id, agent),
            "reopen": acts.reopen(conversation.id, agent),
            "snooze": acts.snooze(conversation.id, agent, until),
            "wake": acts.snooze(conversation.id, agent, None),
            "team": acts.transfer(conversation.id, agent, team="support"),
            "agent": acts.transfer(conversation.id, agent, agent="wang"),
            "bot": acts.hand_to_bot(conversation.id, agent),
            "label": acts.annotate(conversation.id, agent, labels=[f"l{pick % 3}"]),
            "retry": self.floor.replies.retry(conversation.id, pick % (conversation.seq + 1)),
            "end": self.floor.signal("end", user=conversation.address.user),
        }
        chosen = deeds.pop(name)
        for other in deeds.values():
            other.close()
        self._do(chosen)

    @precondition(lambda self: self.replied)
    @rule(pick=picks, status=st.sampled_from(Status))
    def receipt(self, pick: int, status: Status) -> None:
        sent = [message for message in self.seen.values() if message.direction is Direction.OUT]
        if sent:
            self.run(self.floor.receipt(sent[pick % len(sent)], status))

    @rule(hours=st.sampled_from((0.01, 2, 25)))
    def wait(self, hours: float) -> None:
        self.run(self.floor.let(timedelta(hours=hours)))

    @invariant()
    def the_store_tells_a_sound_story(self) -> None:
        if hasattr(self, "floor"):
            self.run(self._check())

    async def _check(self) -> None:
        everyone = await self.floor.everyone()
        live = Counter((one.inbox, one.profile) for one in everyone if one.live)
        assert all(number == 1 for number in live.values())
        found: list[str] = []
        for one in everyone:
            assert sound(one), one
            messages = await self.floor.messages(one)
            assert [message.seq for message in messages] == list(range(1, one.seq + 1))
            assert [message.at for message in messages] == sorted(message.at for message in messages)
            found += texts(messages)
            for message in messages:
                self._compare(message)
        assert sorted(found) == sorted([*self.said, *self.replied])

    def _compare(self, message: Message) -> None:
        """What was once written stays as it was, but for its status, and that goes forward only."""
        before = self.seen.get(message.id)
        self.seen[message.id] = message
        if before is None:
            return
        assert message.status in _reachable(before.status)
        same = structs.replace(
            message,
            status=before.status,
            reason=before.reason,
            detail=before.detail,
            provider_id=before.provider_id,
            version=before.version,
        )
        assert same == before

    def _one(self, pick: int) -> Conversation:
        everyone = self.run(self.floor.everyone())
        return everyone[pick % len(everyone)]

    def _do(self, deed: Coroutine[object, object, object]) -> bool:
        """Do it, or hear why not: a refusal is part of the story, a fault is not."""
        try:
            self.run(deed)
        except WrongMove:
            return False
        except HubError as error:
            assert error.code in ("not_found", "invalid")  # noqa: PT017 - any other is a fault
            return False
        self.run(self.floor.engine.settle())
        return True


def _reachable(status: Status) -> set[Status]:
    """Every status that may be reached from here in any number of steps."""
    reached = {status}
    while True:
        more = {after for before in reached for after in LADDER[before]} | reached
        if more == reached:
            return reached
        reached = more


TestStory = Story.TestCase
TestStory.settings = settings(
    max_examples=25, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)

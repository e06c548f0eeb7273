"""What a tracker is told when things cross on the way, when a thread is long, and when nobody told it anything yet."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from msgspec import structs

from bots.contract import Answer, Turn
from bots.rasa.lines import LINES, Lines
from bots.rasa.owing import PAGE, Account
from bots.rasa.shadow import Logged, Shadow
from bots.rasa.tracking import Tell, Trackers, distant
from conversations import moves
from conversations.events import Attended
from conversations.model import CONVERSATIONS, MESSAGES, Author, AuthorKind, Direction, Message, State
from hub.model import Text
from hub.store.port import Insert, put
from hub.work.jobs import JOBS, Job
from tests.conversations.test_moves import AT, LATER, conversation
from tests.stores import open_store

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
    from pathlib import Path

    from conversations.model import Conversation
    from hub.model import Part
    from hub.store.port import Store

NOW = datetime(2026, 12, 1, 8, tzinfo=UTC)
JOB = Job(id="j", kind="rasa.tell", lane="rasa:c", seq=0, due=AT, body="", made_at=AT)


class Far:
    """A bot with a tracker elsewhere; something may happen while it is told."""

    name = "far"

    def __init__(self) -> None:
        self.told: list[str] = []
        self.meanwhile: Callable[[], Awaitable[None]] | None = None

    async def tell(self, conversation: str, events: Sequence[dict[str, Any]], at: datetime) -> None:
        """Write it down."""
        self.told += [event.get("text", event["event"]) for event in events]
        if self.meanwhile is not None:
            happens, self.meanwhile = self.meanwhile, None
            await happens()

    async def answer(self, turn: Turn) -> Answer:
        """Say nothing."""
        raise NotImplementedError

    def greeting(self, language: str) -> Sequence[Part]:
        """Nothing."""
        return ()

    def excuse(self, language: str) -> Sequence[Part]:
        """Nothing."""
        return ()


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    """A store with one conversation, which the bot just gave up."""
    async with open_store(tmp_path, (LINES, JOBS, CONVERSATIONS, MESSAGES)) as opened:
        row = structs.replace(conversation(State.BOT), bot="far", seq=1)
        await opened.commit(Insert(CONVERSATIONS, moves.to_queue(row, None, at=LATER)))
        yield opened


async def now(store: Store) -> Conversation:
    read = await store.get(CONVERSATIONS, "c")
    assert read is not None
    return read


async def attended(store: Store, trackers: Trackers, seq: int) -> None:
    writes = await trackers.on_attended(Attended(conversation="c", bot="far", seq=seq), NOW)
    await store.commit(*writes)


async def tell(store: Store, trackers: Trackers) -> None:
    record = await trackers.tell(Tell(conversation="c", bot="far"), JOB, NOW)
    await store.commit(*await record(NOW))


async def says(store: Store, *numbers: int) -> None:
    author = Author(kind=AuthorKind.AGENT, id="li", name="李")
    for number in numbers:
        said = Message(
            id=f"m{number}", conversation="c", inbox="web", seq=number, direction=Direction.OUT, author=author,
            parts=(Text(body=str(number)),), at=AT,
        )  # fmt: skip
        await store.commit(Insert(MESSAGES, said))


async def test_a_pause_that_crosses_the_return_is_taken_back(store: Store) -> None:
    far = Far()
    trackers = Trackers(store, {"far": far})
    await attended(store, trackers, 1)

    async def back() -> None:
        read = await now(store)
        await store.commit(put(CONVERSATIONS, read, moves.to_bot(read, "far", at=LATER)))

    far.meanwhile = back
    await tell(store, trackers)
    assert far.told == ["pause", "resume"]
    line = await store.get(LINES, "c")
    assert line is not None
    assert (line.paused, line.people) == (False, True)
    due = await Account(store, "far").due("c")
    assert due is not None
    assert [event["event"] for event in due.events] == ["resume", "slot", "active_loop"]


async def test_what_people_do_while_a_turn_catches_up_is_not_forgotten(store: Store) -> None:
    trackers, account = Trackers(store, {"far": Far()}), Account(store, "far")
    await attended(store, trackers, 1)
    read = await now(store)
    await store.commit(put(CONVERSATIONS, read, moves.to_bot(read, "far", at=LATER)))
    due = await account.due("c")
    assert due is not None
    await attended(store, trackers, 2)
    await account.settle("c", due)
    assert await account.due("c") is not None
    again = await account.due("c")
    assert again is not None
    await account.settle("c", again)
    assert await account.due("c") is None


async def test_a_long_thread_is_told_page_by_page_in_order_and_once(store: Store) -> None:
    far = Far()
    trackers = Trackers(store, {"far": far})
    await attended(store, trackers, 1)
    await says(store, *range(2, PAGE + 5))
    await tell(store, trackers)
    assert len(far.told) == PAGE + 1
    await tell(store, trackers)
    await tell(store, trackers)
    assert far.told == ["pause", *(str(number) for number in range(2, PAGE + 5))]


async def test_another_bots_words_are_not_this_ones(store: Store) -> None:
    await store.commit(*await Lines(store, "other").stir("c", 1))
    assert await Account(store, "far").due("c") is None


def test_a_bot_in_the_shadow_of_another_is_not_the_one_that_is_told() -> None:
    far = Far()
    assert distant(Shadow(far, lambda: None, Logged("far"))) is far
    assert distant(None) is None

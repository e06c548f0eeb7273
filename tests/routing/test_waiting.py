"""What is told to who waits, and what they choose instead: through the one door out, in their language."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from msgspec import structs

from conversations.change import Change
from conversations.events import CustomerSaid
from conversations.limits import ChannelLimits, Limit
from conversations.model import MESSAGES, Author, AuthorKind, Conversation, Direction, State
from conversations.moves import close
from hub.model import Choices, Text, plain
from hub.store.port import By, Eq
from routing.model import Outcome
from routing.settings import QueuePromise
from routing.wording import waiting_words
from server.chat.thread import Thread
from tests.routing.house import House, house

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.stores import Engine

LIMITS = ChannelLimits({"webchat": Limit(carries=frozenset({"text", "choices"}))})
QUEUE = QueuePromise(target=60, sticky=0, handle=120)
ALL = ("call_back", "message", "self_service")


@pytest.fixture
async def at_work(engine: Engine) -> AsyncIterator[House]:
    """A house with a team, an agent who is busy, and a queue that tells."""
    async with house(engine, LIMITS) as made:
        await made.team("water", auto_accept=True)
        await made.queue("water", QUEUE, choices=ALL, self_service="请看 https://example.cn/help")
        await made.agent("anna", "water", capacity=1)
        await made.customer("busy", "water")
        await made.engine.settle()
        yield made


async def _told(at_work: House, id: str) -> list[str]:
    found = await at_work.store.find(MESSAGES, Eq("conversation", id), order=(By("seq"),), limit=50)
    return [plain(one.parts) for one in found if one.direction is Direction.OUT]


async def _say(at_work: House, id: str, words: str) -> Conversation:
    read, at = await at_work.conversation(id), at_work.clock.now()
    change = Change(read)
    said = change.add(Author(kind=AuthorKind.CUSTOMER), (Text(body=words),), direction=Direction.IN, at=at)
    change.tell(CustomerSaid(conversation=id, seq=said.seq, state=read.state))
    await at_work.store.commit(*change.writes(at_work.events, at))
    await at_work.engine.settle()
    return await at_work.conversation(id)


async def test_who_waits_is_told_once_the_place_and_a_range_with_what_they_may_do(at_work: House) -> None:
    await at_work.customer("c1", "water")
    await at_work.customer("c2", "water")
    await at_work.engine.settle()
    (first,), (second,) = await _told(at_work, "c1"), await _told(at_work, "c2")
    assert first.startswith("您是下一位，预计等待")
    assert second.startswith("您前面还有 1 位，预计等待")
    found = await at_work.store.find(MESSAGES, Eq("conversation", "c1"), order=(By("seq"),), limit=5)
    labels = [one.label for one in found[0].parts[0].choices] if isinstance(found[0].parts[0], Choices) else []
    assert labels == ["继续等待", "请回电给我", "留言", "自助办理"]
    await _say(at_work, "c1", "你好？")
    assert len(await _told(at_work, "c1")) == 1
    told = await at_work.routing.announcing.told(await at_work.conversation("c2"))
    assert told is not None
    assert told.low is not None
    assert told.high is not None
    assert (told.position, told.low <= told.high) == (2, True)


async def test_a_call_back_keeps_the_place_and_the_wish_is_seen(at_work: House) -> None:
    before = await at_work.customer("c1", "water")
    await at_work.customer("c2", "water")
    await at_work.engine.settle()
    row = await _say(at_work, "c1", "请回电给我")
    assert (row.wants.wish, row.wants.deferred, row.queued_at) == ("call_back", "", before.queued_at)
    again = await _say(at_work, "c1", "/queue.call_back")
    assert again.queued_at == before.queued_at
    assert len(await _told(at_work, "c1")) == 2, "the wait, and one confirmation"
    await at_work.change("busy", lambda read: close(read, at=at_work.clock.now()))
    assert (await at_work.conversation("c1")).agent == "anna"


async def test_who_leaves_a_message_waits_no_longer_and_is_answered_when_there_is_time(at_work: House) -> None:
    await at_work.customer("c1", "water")
    await at_work.customer("c2", "water")
    await at_work.engine.settle()
    row = await _say(at_work, "c1", "留言")
    assert (row.wants.deferred, row.state) == ("message", State.WAITING)
    assert await at_work.routing.announcing.told(row) is None
    await at_work.change("busy", lambda read: close(read, at=at_work.clock.now()))
    assert (await at_work.conversation("c2")).agent == "anna"
    await at_work.change("c2", lambda read: close(read, at=at_work.clock.now()))
    assert (await at_work.conversation("c1")).agent == "anna"
    ended = [one for one in await at_work.decisions("c1") if one.outcome is Outcome.DEFERRED]
    assert [(one.why, one.ending) for one in ended] == [("asked", "message")]


async def test_other_words_choose_nothing(at_work: House) -> None:
    await at_work.customer("c1", "water")
    await at_work.engine.settle()
    for words in ("我要留言板", "/queue.nothing", "继续等待", ""):
        row = await _say(at_work, "c1", words or "。")
        assert (row.wants.deferred, row.wants.wish) == ("", "")


async def test_the_place_survives_a_change_of_name_and_a_later_message(at_work: House) -> None:
    before = await at_work.customer("c1", "water")
    await at_work.engine.settle()
    await at_work.change("c1", lambda read: structs.replace(read, name="Mei"))
    row = await _say(at_work, "c1", "还在吗")
    assert (row.queued_at, row.lane != "") == (before.queued_at, True)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ((1, 15, 60, "zh-CN"), "您是下一位，预计等待 15 至 60 秒。"),
        ((3, 60, 300, "zh"), "您前面还有 2 位，预计等待 1 至 5 分钟。"),
        ((1, None, None, ""), "您是下一位，请稍候。"),
        ((2, 300, 300, "en"), "1 before you; it will probably take 5 minutes."),
        ((2, 60, 180, "en-GB"), "1 before you; it will probably take 1 to 3 minutes."),
    ],
)
def test_a_range_is_said_in_one_unit(given: tuple[int, int | None, int | None, str], words: str) -> None:
    assert waiting_words(*given) == words


async def test_the_chat_window_shows_the_place_and_the_range_and_both_survive_a_reconnection(at_work: House) -> None:
    await at_work.customer("c1", "water")
    await at_work.customer("c2", "water")
    await at_work.engine.settle()
    row = await at_work.conversation("c2")
    standings = [
        await Thread(at_work.store, "web", "c2", at_work.routing.announcing).standing(row) for _reconnection in range(2)
    ]
    assert standings[0] == standings[1]
    shown = standings[0]
    assert (shown.state, shown.queue_position) == ("waiting", 2)
    assert shown.wait_low is not None
    assert shown.wait_high is not None
    assert 0 < shown.wait_low <= shown.wait_high

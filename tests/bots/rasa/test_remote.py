"""A Rasa server behind the contract of every bot: what it says, what it does not say, and who stands in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from msgspec import structs

from bots.actions.port import Breakers
from bots.contract import Answer, Ask, Handoff, Say, Silence, Turn
from bots.dialogue.actions import Failed
from bots.rasa.remote import HANDED, RasaBot
from hub import egress
from hub.breaker import LIMIT
from hub.model import Card, Choice, Text
from tests.bots.actions.hostile import Hostile, hostile
from tests.bots.actions.told import LOOPBACK
from tests.bots.rasa.playing import Rasa, rasa

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from aiohttp import ClientSession

    from hub.model import Part

AT = datetime(2026, 12, 1, 8, tzinfo=UTC)
TURN = Turn(
    conversation="c 1/x", channel="webchat:i", profile="p", name="王", language="zh-CN", seq=3,
    parts=(Text(body="查水费"),), text="查水费", at=AT,
)  # fmt: skip


@pytest.fixture
async def played() -> AsyncIterator[Rasa]:
    """A Rasa server that plays."""
    async with rasa() as server:
        yield server


@pytest.fixture
async def http() -> AsyncIterator[ClientSession]:
    """The hub's own guarded door, open to this machine."""
    async with egress.session(allow=LOOPBACK) as session:
        yield session


class Other:
    """A bot that stands in: it counts in its memory."""

    name = "other"

    async def answer(self, turn: Turn) -> Answer:
        """Say how often it was asked."""
        times = int(turn.memory.get("times", "0")) + 1
        return Answer(reactions=(Say(parts=(Text(body=f"第{times}次"),)),), memory={"times": str(times)})

    def greeting(self, language: str) -> Sequence[Part]:
        """Nothing."""
        return ()

    def excuse(self, language: str) -> Sequence[Part]:
        """Nothing."""
        return ()


def bot(url: str, http: ClientSession, **more: Any) -> RasaBot:
    """The bot of that server, whose token is a secret with a sign in it."""

    async def token() -> str:
        return "t&1"

    return RasaBot("小云", url, lambda: http, token, Breakers(), **more)


async def test_what_it_says_becomes_reactions_in_order(played: Rasa, http: ClientSession) -> None:
    buttons = [{"title": "查订单", "payload": "/order_status"}, {"title": "人工"}]
    played.answers = [
        [
            {"recipient_id": "c", "text": "您好"},
            {"recipient_id": "c", "text": "请选", "buttons": buttons},
            {"recipient_id": "c", "image": "https://example.com/a.png"},
            {"recipient_id": "c", "custom": {"card": 1}},
        ]
    ]
    answer = await bot(played.url, http).answer(TURN)
    assert answer.reactions == (
        Say(parts=(Text(body="您好"),)),
        Ask(
            body="请选",
            choices=(Choice(label="查订单", value="/order_status"), Choice(label="人工", value="人工")),
        ),
        Say(parts=(Card(url="https://example.com/a.png", title="https://example.com/a.png",
                        image="https://example.com/a.png"),)),
    )  # fmt: skip
    told = played.told[0]
    assert (told["sender"], told["message"], told["input_channel"]) == ("c 1/x", "查水费", "webchat")
    assert told["metadata"]["language"] == "zh-CN"
    assert played.tokens == ["t&1"]


async def test_a_turn_that_is_asked_again_is_not_heard_twice(played: Rasa, http: ClientSession) -> None:
    asked = bot(played.url, http)
    first = await asked.answer(TURN)
    assert await asked.answer(TURN) == first
    assert len(played.told) == 1
    await asked.answer(structs.replace(TURN, seq=4))
    assert len(played.told) == 2


async def test_a_hand_over_with_what_was_collected_and_forms_are_left_afterwards(
    played: Rasa, http: ClientSession
) -> None:
    wish = {"reason": "topic", "summary": "漏水", "skill": "repair", "slots": {"address": "东街1号", "empty": None}}
    played.answers = [[{"text": "马上转接"}, {"custom": {"handoff": wish}}, {"text": "不会说出"}]]
    asked = bot(played.url, http)
    answer = await asked.answer(TURN)
    assert answer.reactions == (
        Say(parts=(Text(body="马上转接"),)),
        Handoff(reason="topic", summary="漏水", skill="repair", slots={"address": "东街1号"}),
    )
    assert answer.memory == {HANDED: "1"}
    back = await asked.answer(structs.replace(TURN, seq=9, memory=answer.memory))
    assert back.memory == {}
    assert played.events[0][0] == "c 1/x"
    assert {"event": "active_loop", "name": None} in played.events[0][1]


@pytest.mark.parametrize("answer", [[], b"{}", b"not json", b'[{"text": 1}]', [{"recipient_id": "c"}], 401, 404, 500])
async def test_nothing_and_nonsense_are_a_failure_and_never_silence(
    answer: Any, played: Rasa, http: ClientSession
) -> None:
    played.answers = [answer]
    with pytest.raises(Failed) as caught:
        await bot(played.url, http).answer(TURN)
    assert "t&1" not in str(caught.value)
    assert "t%261" not in str(caught.value)


async def test_a_server_that_is_away_is_replaced_and_then_left_alone(http: ClientSession) -> None:
    asked = bot("http://127.0.0.1:9", http, instead=Other, seconds=0.5)
    memory: dict[str, str] = {"kept": "1"}
    for number in range(LIMIT + 2):
        turn = structs.replace(TURN, seq=number, memory=memory, at=AT + timedelta(seconds=number / 100))
        answer = await asked.answer(turn)
        memory = answer.memory
        assert answer.reactions == (Say(parts=(Text(body=f"第{number + 1}次"),)),)
    assert memory == {"kept": "1", "instead.times": str(LIMIT + 2)}
    alone = bot("http://127.0.0.1:9", http, seconds=0.5)
    with pytest.raises(Failed):
        await alone.answer(TURN)
    assert alone.excuse("en")[0] != alone.excuse("zh-CN")[0]


@pytest.mark.parametrize("way", ["hangs", "ten_megabytes", "says_nothing", "html"])
async def test_a_hostile_server_costs_one_bounded_call(way: str, http: ClientSession) -> None:
    async with hostile() as bad:
        assert isinstance(bad, Hostile)
        with pytest.raises(Failed):
            await bot(f"{bad.url}/{way}", http, seconds=0.3).answer(TURN)
        assert bad.calls == 1


async def test_nobody_is_asked_in_a_rehearsal(played: Rasa, http: ClientSession) -> None:
    answer = await bot(played.url, http).answer(structs.replace(TURN, rehearsal=True, memory={"a": "b"}))
    assert answer == Answer(reactions=(Silence(),), memory={"a": "b"})
    assert played.told == []

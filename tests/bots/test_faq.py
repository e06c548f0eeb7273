"""The FAQ bot: answers, doubts, and hands over when asked to."""

from datetime import UTC, datetime

import pytest

from bots.contract import Answer, Ask, Handoff, Say, Turn
from bots.shelf import LIBRARY, stock
from hub.model import Text

BOT = stock(LIBRARY)["water"]
AT = datetime(2026, 11, 21, 9, tzinfo=UTC)


async def said(text: str, *, language: str = "zh-CN", memory: dict[str, str] | None = None) -> Answer:
    turn = Turn(
        conversation="c",
        channel="webchat",
        profile="p",
        name="",
        language=language,
        seq=1,
        parts=(Text(body=text),),
        text=text,
        memory=memory or {},
        at=AT,
    )
    return await BOT.answer(turn)


@pytest.mark.parametrize(
    ("text", "entry"),
    [
        ("怎么查水费", "bill"),
        ("我家水费多少钱啊", "bill"),
        ("家里突然没水了！", "outage"),
        ("水管漏水，怎么报修？", "leak"),
        ("水 发 黄", "quality"),
        ("怎么办理过户", "new_account"),
        ("谢谢", "thanks"),
    ],
)
async def test_a_question_gets_its_answer(text: str, entry: str) -> None:
    answer = await said(text)
    assert answer.memory["asked"] == entry
    assert isinstance(answer.reactions[0], Say | Ask)


async def test_english_is_answered_in_english() -> None:
    (reaction,) = (await said("How do I report a leak?", language="en-GB")).reactions
    assert isinstance(reaction, Say)
    assert isinstance(reaction.parts[0], Text)
    assert "valve" in reaction.parts[0].body


@pytest.mark.parametrize("text", ["人工", "转人工！", "我要找真人客服", "agent"])
async def test_asking_for_a_person_hands_over_at_once_with_what_was_asked(text: str) -> None:
    answer = await said(text, memory={"asked": "bill leak", "doubts": "0"})
    assert answer.reactions[-1] == Handoff(reason="asked", summary="怎么查水费 / 水管漏水怎么报修")


async def test_a_story_in_which_an_agent_occurs_is_not_a_request() -> None:
    answer = await said("昨天你们的客服跟我说今天会有师傅上门来看一看的，我等了整整一天也没有任何人来过，水表还是在转")
    assert not any(isinstance(reaction, Handoff) for reaction in answer.reactions)


async def test_doubt_first_greets_then_excuses_then_hands_over() -> None:
    first = await said("qwerty")
    assert isinstance(first.reactions[0], Ask)
    second = await said("qwerty", memory=first.memory)
    assert isinstance(second.reactions[0], Ask)
    third = await said("qwerty", memory=second.memory)
    assert isinstance(third.reactions[-1], Handoff)
    assert third.reactions[-1].reason == "doubt"


async def test_understanding_again_forgets_the_doubts() -> None:
    answer = await said("怎么查水费", memory={"doubts": "1"})
    assert answer.memory["doubts"] == "0"

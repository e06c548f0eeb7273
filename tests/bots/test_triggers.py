"""The rules that call a person, as tables, and as settings."""

from __future__ import annotations

from typing import Any

import pytest

from bots.contract import REASONS, Reminder, Triggers, Turn
from bots.summary import REASONS as WORDS
from bots.triggers import DEFAULT, asks_for_person, called, handing_over, read
from hub.errors import Invalid
from tests.clocks import START


def turn(text: str, **more: Any) -> Turn:
    return Turn(
        conversation="c", channel="webchat", profile="p", name="", language="zh-CN", seq=1, parts=(), text=text,
        at=START, **more,
    )  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "转人工", "人工", "能不能转人工", "要不要转人工", "找客服", "我要找真人", "帮我转一下人工客服",
        "转 人工！", "human",
        "Agent!", "can I talk to a real person please", "I want to speak with an agent",
        "transfer me to a representative",
    ],
)  # fmt: skip
def test_who_asks_for_a_person_gets_one(text: str) -> None:
    assert asks_for_person(text)
    assert called(turn(text), DEFAULT) == "asked"


@pytest.mark.parametrize(
    "text",
    [
        "我不要人工", "不用转人工了", "别给我转人工", "人工智能是什么", "人工费多少", "你是人工吗",
        "are you a real person?",
        "I don't want to talk to a human", "my real estate agent said no", "get someone to fix my tap",
        "客服电话是多少",
        "昨天我打电话找客服，排了半个小时的队，后来有一位女士说我家的水表读数有问题，请问现在处理得怎么样了",
    ],
)  # fmt: skip
def test_who_does_not_is_left_to_the_bot(text: str) -> None:
    assert not asks_for_person(text)


def test_a_bot_has_words_of_its_own_and_may_leave_asking_to_itself() -> None:
    assert called(turn("叫你们主管来"), Triggers(words=("主管",))) == "asked"
    assert called(turn("转人工"), Triggers(asked=False)) is None
    own = Triggers(words=("人工", "agent", "导诊台"))
    said = ("an agent please", "导诊台", "不要导诊台", "no agent", "人工智能")
    assert [called(turn(text), own) for text in said] == ["asked", "asked", None, None, None]


@pytest.mark.parametrize(
    ("triggers", "more", "reason"),
    [
        (Triggers(forbidden=("律师", "lawsuit")), {"text": "我要找律师起诉"}, "topic"),
        (Triggers(forbidden=("sue",)), {"text": "an issue with my bill"}, None),
        (Triggers(), {"text": "气死我了"}, "feeling"),
        (Triggers(feeling=False), {"text": "气死我了"}, None),
        (Triggers(vip=("VIP",)), {"text": "hi", "labels": ("VIP",)}, "vip"),
        (Triggers(vip=("level=gold",)), {"text": "hi", "attributes": {"level": "gold"}}, "vip"),
        (Triggers(vip=("level=gold",)), {"text": "hi", "attributes": {"level": "silver"}}, None),
        (Triggers(), {"text": "/request{\"what\": \"人工\"}"}, None),
        (Triggers(vip=("VIP",)), {"text": "", "labels": ("VIP",), "reminder": Reminder(name="r", intent="x")}, None),
    ],
)  # fmt: skip
def test_the_rules_one_by_one(triggers: Triggers, more: dict[str, Any], reason: str | None) -> None:
    assert called(turn(**more), triggers) == reason


def test_a_vip_who_had_a_person_is_not_sent_round_in_circles() -> None:
    told = turn("hi", labels=("VIP",))
    assert called(told, Triggers(vip=("VIP",)), served=True) is None


def test_settings_are_read_strictly() -> None:
    assert read({}) == DEFAULT
    assert read({"skills": {"pay": "billing"}, "handoff": {"skills": {"a": "b"}}}).skills == {
        "a": "b",
        "pay": "billing",
    }
    given = {"words": ["主管"], "feeling": False, "forbidden": ["律师"], "vip": ["VIP"], "doubts": 3, "team": "维修"}
    assert read({"handoff": given}) == Triggers(
        words=("主管",), feeling=False, forbidden=("律师",), vip=("VIP",), doubts=3, team="维修"
    )
    assert read({"handoff": {"forbidden": [12315]}}).forbidden == ("12315",)
    wrongs: tuple[Any, ...] = ({"feelings": True}, {"words": "主管"}, {"doubts": -1}, {"words": [True]}, [1])
    for wrong in wrongs:
        with pytest.raises(Invalid) as caught:
            read({"handoff": wrong})
        assert caught.value.path.startswith("handoff")


def test_what_the_customer_hears_is_in_their_language() -> None:
    own = Triggers(say={"zh-CN": "马上转接", "en": "One moment"})
    assert [handing_over(own, tag) for tag in ("zh-CN", "en-GB", "zh")] == [
        "马上转接", "One moment", handing_over(DEFAULT, "zh-CN"),
    ]  # fmt: skip
    assert handing_over(DEFAULT, "en").startswith("I am passing")
    assert handing_over(DEFAULT, "") == handing_over(DEFAULT, "zh")


def test_every_reason_is_told_in_both_languages() -> None:
    assert set(WORDS) == set(REASONS)
    assert all(len(pair) == 2 and all(pair) for pair in WORDS.values())

"""Anger as it is written, and what only looks like it."""

from __future__ import annotations

import pytest

from bots.feelings import ANGRY, feeling


@pytest.mark.parametrize(
    "text",
    [
        "你们太差劲了，气死我了", "什么垃圾服务", "我非常生气，要投诉", "你们他妈的", "什么破玩意",
        "简直忍无可忍！", "骗子",
        "等了三天没人管，太离谱", "推卸责任，态度差", "ＷＴＦ", "This is ridiculous",
        "I am very angry and disappointed",
        "worst service ever", "so frustrated, this is terrible", "I'm fed up with you", "烦死了，真让人生气",
    ],
)  # fmt: skip
def test_angry_sentences_are_found(text: str) -> None:
    assert feeling(text).angry, feeling(text)


@pytest.mark.parametrize(
    "text",
    [
        "麻烦您帮我查一下", "垃圾处理费怎么算", "倒垃圾的时间", "我不生气", "我有点生气", "恶心想吐挂什么科",
        "他妈妈生病了",
        "水管破了怎么办", "你好", "", "不太满意", "滚动更新什么时候", "what is the worst case", "I'm not angry",
        "a bit annoyed", "garbage collection day", "投诉电话是多少", "不耐烦", "the pipe is broken", "我要投诉",
    ],
)  # fmt: skip
def test_sentences_without_anger_or_with_little_are_not(text: str) -> None:
    assert not feeling(text).angry, feeling(text)


def test_what_stands_before_a_word_changes_it() -> None:
    scores = [feeling(text).score for text in ("不生气", "有点生气", "生气", "非常生气", "生气！！！")]
    assert scores == [0.0, 0.5, 1.0, 1.5, 1.5]


def test_a_word_said_ten_times_counts_once() -> None:
    assert feeling("生气" * 10).score < ANGRY


def test_a_message_of_any_length_is_looked_at_quickly() -> None:
    assert not feeling("不" * 100_000).angry
    assert feeling("气死我了" + "啊" * 100_000).angry

"""Whatever is typed: nothing is raised, spans point at text, values are dates; and it takes bounded time."""

import time
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.nlu.entities.finders import KINDS
from bots.nlu.parse import Entity
from tests.bots.entities.saying import AT, extractor, found

ALL = tuple(sorted(KINDS))
WORDS = (
    "明天 后天 下周 上个月 周 星期 五 日 天 月 年 号 点 半 刻 分 晚 早上 下午 到 前 后 小时 个 12 31 2 30 2026 "
    "/ - : . , 一 十 百 千 万 亿 两 零 块 元 毛 角 $ ¥ next last friday monday in days ago at pm am half past "
    "to march 5th the of hundred thousand and one twenty point 粤 B A 省 市 区 路 街 栋 室 深圳 广东 @ x.com "
    "13912345678 ( ) + 负 百分之 % 每 节 国庆 "
)
PIECES = [*WORDS.split(), " "]
SENTENCES = st.lists(st.sampled_from(PIECES), max_size=14).map("".join)
HUNDRED_KB = 100_000
SECONDS = 1.0
"""CPU time in which a message of 100 KB is done with. Only its first 4,000 code points are searched."""


def sound(text: str, entities: tuple[Entity, ...]) -> None:
    """Assert what holds for all entities."""
    last = 0
    for one in entities:
        assert last <= one.start < one.end <= len(text)
        last = one.end
        if one.entity in ("date", "time"):
            dated(one.value)


def dated(value: Any) -> None:
    """Assert that it is a day, a moment or a longer time of the calendar."""
    if isinstance(value, dict):
        start, end = (datetime.fromisoformat(value[side]) for side in ("from", "to"))
        assert start < end
    elif "T" in value:
        assert datetime.fromisoformat(value).tzinfo is not None
    elif "W" in value:
        assert date.fromisoformat(f"{value}-1").isoweekday() == 1
    else:
        assert date.fromisoformat((value + "-01-01")[:10]).isoformat().startswith(value)


@given(st.one_of(st.text(max_size=60), SENTENCES))
def test_any_sentence_is_sound(text: str) -> None:
    sound(text, extractor(*ALL).extract(text, AT))


@given(SENTENCES, st.sampled_from(ALL))
def test_any_sentence_is_sound_for_a_bot_of_one_kind(text: str, kind: str) -> None:
    sound(text, found(kind, text))


@given(st.datetimes(datetime(1980, 1, 1), datetime(2090, 1, 1)), SENTENCES)  # noqa: DTZ001  (made aware below)
def test_any_day_of_asking_is_sound(now: datetime, text: str) -> None:
    sound(text, extractor("date", "time").extract(text, now.replace(tzinfo=UTC)))


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_every_day_written_out_is_itself(day: date) -> None:
    for text in (f"{day.year}年{day.month}月{day.day}日", day.isoformat(), f"{day:%B} {day.day}, {day.year}"):
        assert [one.value for one in found("date", text)] == [day.isoformat()]


@pytest.mark.parametrize(
    "piece",
    [
        "一二三四五六七八九十百千万亿点半明天下周路号", "1", "1-", "a1 ", "下午三点到", "(1 ", "a@", "a.", "三块五毛",
        "twenty ",
        "路", "半", "1,111", "\u3000", "m", "明",
    ],
)  # fmt: skip
def test_a_message_of_a_hundred_kilobytes_takes_bounded_time(piece: str) -> None:
    text = (piece * HUNDRED_KB)[:HUNDRED_KB]
    extractor(*ALL).extract("warm", AT)
    before = time.thread_time()
    sound(text, extractor(*ALL).extract(text, AT))
    assert time.thread_time() - before < SECONDS


@pytest.mark.parametrize("text", ["我想问问怎么办理过户手续", "how do I cancel my subscription please"])
def test_a_sentence_without_any_costs_next_to_nothing(text: str) -> None:
    medians = []
    for _ in range(5):
        times = []
        for _ in range(200):
            before = time.thread_time_ns()
            extractor(*ALL).extract(text, AT)
            times.append(time.thread_time_ns() - before)
        medians.append(sorted(times)[100])
    assert min(medians) <= 30_000

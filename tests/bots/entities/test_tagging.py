"""The tagger learns a small task, keeps roles and groups, and is the same bytes each time."""

import tempfile
from pathlib import Path

import pytest

from bots.nlu.entities import Extractor, train_crf
from bots.project.model import Example, Nlu, Place, Project, Span
from tests.bots.entities.saying import AT, project

HERE = Place("nlu.yml", 1)
CITIES = "北京 上海 广州 深圳 杭州 成都 武汉 西安 南京 苏州".split()  # noqa: SIM905  (a list of words reads better so)
FRAMES = ("从{}飞到{}", "我要从{}去{}", "{}到{}的机票", "订一张{}到{}的票", "帮我看看{}飞{}的航班")


def example(frame: str, first: str, second: str) -> Example:
    """Return an example with where from and where to."""
    text = frame.format(first, second)
    start, end = text.index(first), text.index(second)
    spans = (
        Span(start=start, end=start + len(first), entity="city", value=first, role="from", group="1"),
        Span(start=end, end=end + len(second), entity="city", value=second, role="to"),
    )
    return Example(text=text, intent="book", spans=spans, place=HERE)


@pytest.fixture(scope="module")
def bot() -> Project:
    pairs = [(CITIES[place], CITIES[(3 * place + 1) % 10]) for place in range(10) if place != (3 * place + 1) % 10]
    marked = [example(frame, *pair) for frame in FRAMES for pair in pairs]
    bare = [Example(text=text, intent="greet", place=HERE) for text in ("你好", "在吗", "谢谢", "再见", "多少钱")]
    return project("city", nlu=Nlu(examples=(*marked, *bare)))


@pytest.fixture(scope="module")
def learned(bot: Project) -> bytes:
    data = train_crf(bot)
    assert data is not None
    return data


def test_cities_never_seen_are_found_with_their_roles(bot: Project, learned: bytes) -> None:
    found = Extractor(bot, learned).extract("我要从长沙去南宁", AT)
    assert [(one.value, one.role, one.group, one.extractor) for one in found] == [
        ("长沙", "from", "1", "CRFEntityExtractor"),
        ("南宁", "to", None, "CRFEntityExtractor"),
    ]
    assert all(0.5 < one.confidence_entity <= 1.0 for one in found)


def test_a_sentence_without_an_entity_has_none(bot: Project, learned: bytes) -> None:
    assert Extractor(bot, learned).extract("你好", AT) == ()
    assert Extractor(bot, learned).extract("", AT) == ()
    assert Extractor(bot, learned).extract(" \n", AT) == ()


def test_the_same_examples_give_the_same_bytes_and_leave_no_file(
    bot: Project, learned: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert train_crf(bot) == learned
    assert list(tmp_path.iterdir()) == []


def test_a_normalised_value_keeps_the_role_that_was_learned() -> None:
    pairs = [(first, second) for first in ("明天", "后天", "周五") for second in ("周六", "下周一")]
    texts = [(f"{first}入住{second}退房", first, second) for first, second in pairs]
    examples = tuple(
        Example(
            text=text, intent="book", place=HERE,
            spans=(
                Span(start=0, end=len(first), entity="date", value=first, role="arrival"),
                Span(start=len(first) + 2, end=len(text) - 2, entity="date", value=second, role="departure"),
            ),
        )
        for text, first, second in texts
    )  # fmt: skip
    bot = project("date", nlu=Nlu(examples=examples))
    found = Extractor(bot, train_crf(bot)).extract("后天入住周六退房", AT)
    assert [(one.value, one.role) for one in found] == [("2026-12-03", "arrival"), ("2026-12-05", "departure")]

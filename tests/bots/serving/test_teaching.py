"""A sentence becomes an example, as the reader of projects reads it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.project.reading import checked
from bots.serving.library import smallest
from bots.serving.teaching import TAUGHT, taught


def _learned(files: dict[str, str], intent: str) -> list[str]:
    project, faults = checked(files)
    assert project is not None, faults
    return [one.text for one in project.nlu.examples if one.intent == intent and one.place.file == TAUGHT]


def test_sentences_gather_under_their_intents() -> None:
    files = smallest("zh")
    for intent, text in (("greet", "哈喽啊"), ("goodbye", "回头见"), ("greet", "嗨 在不在"), ("greet", "哈喽啊")):
        files = taught(files, intent, text)
    assert _learned(files, "greet") == ["哈喽啊", "嗨 在不在"]
    assert _learned(files, "goodbye") == ["回头见"]


@pytest.mark.parametrize(
    "text", ["两\n行", "[户号](account)", "- 开头", "# 不是注释", "a: b", '引"号', "{x} & *y", "'"]
)
def test_whatever_people_write_is_one_example(text: str) -> None:
    found = _learned(taught(smallest("zh"), "greet", text), "greet")
    assert len(found) == 1
    assert found[0].replace("(", "[").replace(")", "]") == " ".join(text.split()).replace("(", "[").replace(")", "]")


def test_lines_that_people_added_stay() -> None:
    files = taught(smallest("zh"), "greet", "一")
    edited = files[TAUGHT] + "- intent: goodbye\n  examples: |\n    - 二\n"
    files = taught({**files, TAUGHT: edited}, "goodbye", "三")
    assert _learned(files, "goodbye") == ["二", "三"]


@given(st.text(min_size=1, max_size=80).filter(lambda text: text.split() != []))
def test_no_sentence_breaks_the_file(text: str) -> None:
    project, faults = checked(taught(smallest("en"), "greet", text))
    assert project is not None, faults

"""Likeness and mentions: the two measures the FAQ bot decides by."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.likeness import likeness, mentions, normal


@pytest.mark.parametrize(
    ("text", "folded"),
    [("ＡＢＣ！ ", "abc"), ("停 水 了？！", "停水了"), ("A_b-c", "abc"), ("…", ""), ("１２３", "123")],
)
def test_width_case_punctuation_and_spaces_fold_away(text: str, folded: str) -> None:
    assert normal(text) == folded


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("我要转人工", True),
        ("人 工！", True),
        ("Can I talk to an AGENT, please", True),
        ("the reagent is empty", False),
        ("为人工作", True),
        ("你好", False),
        ("", False),
    ],
)
def test_a_request_for_a_person_is_heard_in_both_languages(text: str, said: bool) -> None:
    assert mentions(text, ("人工", "agent")) is said


@given(st.text(), st.text())
def test_likeness_is_symmetric_bounded_and_one_for_the_same(one: str, other: str) -> None:
    left, right = normal(one), normal(other)
    assert likeness(left, right) == likeness(right, left)
    assert 0.0 <= likeness(left, right) <= 1.0
    assert likeness(left, left) == (1.0 if left else 0.0)

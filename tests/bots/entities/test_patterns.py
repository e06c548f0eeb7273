"""A designer's pattern that explodes costs little, is told, and stops no bot."""

import logging
import time

import pytest

from bots.nlu.entities import Extractor
from bots.nlu.entities.patterns import LIMIT, PATIENCE, compiled, faults
from bots.project.model import Nlu, Pattern, Place
from tests.bots.entities.saying import AT, project

HERE = Place("nlu.yml", 7)
LATE = r"x(?:\w|\w\w|\s)+z"
"""It does not explode on a run of one sign, for that has no x."""


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("(", "compile"),
        ("a*", "empty"),
        ("a" * 1001, "longer"),
        (r"(a|aa)+$", "exponential"),
        (r"^(\d|\d\d|\d?)+[a-z]$", "exponential"),
    ],
)  # fmt: skip
def test_patterns_that_are_refused_say_why(written: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        compiled(written)
    told = faults(project("code", nlu=Nlu(patterns=(Pattern(name="code", regex=written, place=HERE),))))
    assert [(one.place, one.severity) for one in told] == [(HERE, "warning")]
    assert reason in told[0].message


def test_a_refused_pattern_stops_no_other(caplog: pytest.LogCaptureFixture) -> None:
    patterns = tuple(Pattern(name="code", regex=regex, place=HERE) for regex in ("(a|aa)+$", r"[A-Z]\d{3}"))
    with caplog.at_level(logging.WARNING):
        own = Extractor(project("code", nlu=Nlu(patterns=patterns)), None)
    assert "refused" in caplog.text
    assert [one.value for one in own.extract("b123", AT)] == ["b123"]


def test_a_pattern_that_explodes_is_cut_short_and_then_rests(caplog: pytest.LogCaptureFixture) -> None:
    patterns = tuple(Pattern(name="code", regex=regex, place=HERE) for regex in (r"[A-Z]\d{3}", LATE))
    own = Extractor(project("code", nlu=Nlu(patterns=patterns)), None)
    text = "b123 x" + "ab " * 40
    with caplog.at_level(logging.WARNING):
        for count in range(PATIENCE):
            assert own.patterns.resting() == (), count
            before = time.thread_time()
            assert [one.value for one in own.extract(text, AT)] == ["b123"]
            assert time.thread_time() - before < 10 * LIMIT
    assert own.patterns.resting() == (HERE,)
    assert caplog.text.count("took too long") == PATIENCE
    assert [one.value for one in own.extract(text, AT)] == ["b123"]
    assert caplog.text.count("took too long") == PATIENCE


def test_matches_of_one_pattern_are_bounded() -> None:
    own = Extractor(project("code", nlu=Nlu(patterns=(Pattern(name="code", regex="[ab]", place=HERE),))), None)
    assert len(own.extract("a b " * 500, AT)) == 50

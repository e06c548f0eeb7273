"""Every code that the facts name means what they say, and every failure says what to do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from adapters.weixin.meanings import ACCOUNT, COMMON, Fate, error, until_midnight
from adapters.weixin.pace import Pace
from hub.errors import ChannelBroken, HubError, OptedOut, Refused, TryLater, Unsupported, WindowClosed

AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
CLASSES: dict[type[HubError], tuple[int, ...]] = {
    TryLater: (-1, 45011, 61450, 45009, 45033, 45066),
    ChannelBroken: (40001, 40014, 42001, 40013, 40125, 40164, 41002, 41004, 40243, 48004, 50002),
    WindowClosed: (45015, 45047),
    OptedOut: (48002,),
    Unsupported: (40200,),
    Refused: (40003, 43004, 43019, 48001, 48008, 50005, 44004, 45002, 40007, 46001, 40037, 47003, 43101, 45065, 48006),
}


@pytest.mark.parametrize(("kind", "code"), [(kind, code) for kind, codes in CLASSES.items() for code in codes])
def test_a_code_means_what_is_to_be_done(kind: type[HubError], code: int) -> None:
    made = error(ACCOUNT, code, "words", at=AT, call="/x")
    assert type(made) is kind
    assert made.facts == {"code": code, "told": "words", "call": "/x"}
    assert made.hint or kind not in (ChannelBroken, WindowClosed)


def test_no_code_is_forgotten() -> None:
    assert {code for codes in CLASSES.values() for code in codes} == set(ACCOUNT)


def test_only_a_refused_token_is_fetched_again() -> None:
    assert {code for code, meaning in COMMON.items() if meaning.fate is Fate.REFRESH} == {40001, 40014, 42001}


def test_what_no_table_knows_is_refused_in_the_providers_words_and_not_too_many() -> None:
    made = error(ACCOUNT, 99999, "x" * 999, at=AT, call="/x")
    assert type(made) is Refused
    assert len(str(made.facts["told"])) == 200


@pytest.mark.parametrize(
    ("at", "hours"),
    [
        (AT, 7.0),
        (datetime(2026, 11, 20, 16, 0, tzinfo=UTC), 24.0),
        (datetime(2026, 11, 20, 15, 59, tzinfo=UTC), 1 / 60),
    ],
)
def test_quotas_begin_anew_at_midnight_in_china(at: datetime, hours: float) -> None:
    assert until_midnight(at) == timedelta(hours=hours)


def test_pace_forgets_people_and_counts_each_by_themselves() -> None:
    pace = Pace(2, 60)
    assert [pace.may("a", now) for now in (0, 1, 2, 59.9, 60, 60.5, 61)] == [
        True,
        True,
        False,
        False,
        True,
        False,
        True,
    ]
    assert pace.may("b", 61)
    for number in range(10_000):
        assert pace.may(f"c-{number}", 62)
    assert len(pace._asked) == 10_000

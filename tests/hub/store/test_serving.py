"""Which index serves which query, by rule; and the edges of text order."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.store.fields import above
from hub.store.port import Between, By, Eq, Has, In, Index, Missing, Prefix, Present, Test
from hub.store.serving import PRIMARY, serving

STATE_AT = Index(("state", "at", "id"))
STATE_TEAM_AT = Index(("state", "team", "at", "id"))
READY_DUE = Index(("due", "id"), where=(Eq("state", "ready"),))
KEY = Index(("key",), unique=True, where=(Present("key"),))
TERMS = Index(("terms", "id"), many="terms")
INBOX_TAGS = Index(("inbox", "tags", "at"), many="tags", where=(Eq("live", True),))
ALL = (PRIMARY, STATE_AT, STATE_TEAM_AT, READY_DUE, KEY, TERMS, INBOX_TAGS)
S, T, READY = Eq("state", "x"), Eq("team", "x"), Eq("state", "ready")


@pytest.mark.parametrize(
    ("where", "order", "expected"),
    [
        ([Eq("id", "x")], "", PRIMARY),
        ([], "id", PRIMARY),
        ([Between("id", "a")], "id", PRIMARY),
        ([S], "", STATE_AT),
        ([S], "at id", STATE_AT),
        ([S], "at", STATE_AT),
        ([S], "state at id", STATE_AT),
        ([S], "id", None),
        ([S], "at team", None),
        ([S], "at id team", None),
        ([S, T], "at id", STATE_TEAM_AT),
        ([S, Missing("team")], "at id", STATE_TEAM_AT),
        ([S, T], "id", None),
        ([T], "at id", None),
        ([], "at id", None),
        ([In("state", ("x", "y"))], "at id", STATE_AT),
        ([In("state", ("x", "y"))], "state at id", STATE_AT),
        ([S, Between("at", 1)], "at id", STATE_AT),
        ([S, Between("at", 1)], "", STATE_AT),
        ([S, Prefix("team", "x")], "", STATE_TEAM_AT),
        ([S, Eq("other", 1)], "at id", STATE_AT),
        ([Eq("other", 1)], "", None),
        ([Eq("other", 1)], "id", None),
        ([READY], "due id", READY_DUE),
        ([READY, Between("due", high=1)], "due id", READY_DUE),
        ([Between("due", high=1)], "due id", None),
        ([S], "due id", None),
        ([READY, Eq("other", 1)], "due id", None),
        ([Present("key"), Eq("key", "k")], "", KEY),
        ([Eq("key", "k")], "", None),
        ([Has("terms", ("a", "b"))], "id", TERMS),
        ([Has("terms", ())], "id", None),
        ([Eq("terms", "a")], "id", None),
        ([Eq("live", True), Eq("inbox", "i"), Has("tags", ("a",))], "at", INBOX_TAGS),
        ([Eq("inbox", "i"), Has("tags", ("a",))], "at", None),
        ([Eq("live", True), Has("tags", ("a",))], "at", None),
        ([Eq("live", True), Eq("inbox", "i")], "at", None),
    ],
)
def test_serving(where: list[Test], order: str, expected: Index | None) -> None:
    assert serving(ALL, where, [By(field) for field in order.split()]) == expected


@pytest.mark.parametrize(
    ("prefix", "expected"),
    [
        ("a", "b"),
        ("az\U0010ffff", "a{"),
        ("\ud7ff", "\ue000"),
        ("\uffff", "\U00010000"),
        ("", None),
        ("\U0010ffff", None),
    ],
)
def test_above(prefix: str, expected: str | None) -> None:
    assert above(prefix) == expected


CHARACTERS = st.characters(exclude_categories=["Cs"])


@given(st.text(CHARACTERS, max_size=3), st.text(CHARACTERS, max_size=4))
def test_everything_between_a_prefix_and_above_starts_with_it(prefix: str, text: str) -> None:
    end = above(prefix)
    inside = text.encode() >= prefix.encode() and (end is None or text.encode() < end.encode())
    assert inside == text.startswith(prefix)

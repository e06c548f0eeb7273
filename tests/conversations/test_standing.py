"""What deadlines are told of a conversation, and when."""

from __future__ import annotations

import pytest
from msgspec import structs

from conversations import moves
from conversations.model import Priority, State
from conversations.news import stands
from conversations.standing import alike, standing
from tests.conversations.test_moves import AT, LATER, conversation

WAITING = conversation(State.WAITING)
WITH_WANG = conversation(State.AGENT)
CLOSED = conversation(State.CLOSED)
ANSWERED = structs.replace(WITH_WANG, waiting_since=None, first_reply_at=LATER, changed_at=LATER)


@pytest.mark.parametrize(
    "change",
    [
        {"waiting_since": None}, {"first_reply_at": LATER}, {"waits_for": "supplier"}, {"priority": Priority.URGENT},
        {"labels": ("leak",)}, {"team": "support"}, {"language": "en"}, {"subject": "Leak"}, {"state": State.BOT},
        {"live": False},
    ],
)  # fmt: skip
def test_deadlines_are_told_what_they_hang_on(change: dict[str, object]) -> None:
    read = structs.replace(WITH_WANG, version=4, waiting_since=AT)
    told = stands(read, structs.replace(read, **change))
    assert told is not None
    assert (told.conversation, told.now.version) == ("c", 5)


def test_deadlines_are_told_once_and_nothing_else() -> None:
    assert stands(WITH_WANG, structs.replace(WITH_WANG, seq=9, last_at=LATER, due_at=LATER, agent="li")) is None
    begun = stands(None, WAITING)
    assert begun is not None
    assert begun.now.version == 0


def test_a_reopening_is_told_as_one() -> None:
    closed = stands(WITH_WANG, moves.close(WITH_WANG, at=LATER))
    reopened = stands(CLOSED, moves.reopen(CLOSED, at=LATER, agent="wang"))
    assert closed is not None
    assert reopened is not None
    assert (closed.now.live, closed.now.reopened) == (False, False)
    assert (reopened.now.live, reopened.now.reopened, reopened.now.at) == (True, True, LATER)


def test_how_it_stands_says_when_and_whose_turn_it_is() -> None:
    now = standing(ANSWERED)
    assert (now.at, now.waiting_since, now.first_reply_at, now.bot, now.held) == (LATER, None, LATER, False, False)
    assert alike(now, structs.replace(now, version=99, at=AT, reopened=True))
    assert not alike(now, standing(WITH_WANG))

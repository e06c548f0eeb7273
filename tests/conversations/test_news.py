"""Which events follow from which change."""

from __future__ import annotations

from datetime import timedelta

from msgspec import structs

from conversations import moves
from conversations.events import Assigned, Closed, Freed, Opened, Queued
from conversations.model import State
from conversations.news import holder, news
from tests.conversations.test_moves import AT, HOUR, LATER, conversation

WAITING = conversation(State.WAITING)
WITH_WANG = conversation(State.AGENT)
CLOSED = conversation(State.CLOSED)
OFFERED = moves.offer_to(WAITING, "li", until=HOUR, at=AT)
ASLEEP = moves.snooze(WITH_WANG, HOUR, at=AT)


def test_a_beginning_is_told_with_its_queue() -> None:
    assert news(None, WAITING) == [Opened(conversation="c"), Queued(conversation="c", team="sales")]
    assert news(None, conversation(State.BOT)) == [Opened(conversation="c")]


def test_giving_is_told_once() -> None:
    given = moves.give_to(WAITING, "li", at=LATER)
    assert news(WAITING, given) == [Assigned(conversation="c", agent="li")]
    assert news(given, structs.replace(given, seq=9)) == []


def test_an_accepted_offer_frees_nobody_and_one_taken_by_another_frees_the_first() -> None:
    assert news(OFFERED, moves.give_to(OFFERED, "li", at=LATER)) == [Assigned(conversation="c", agent="li")]
    assert news(OFFERED, moves.give_to(OFFERED, "wang", at=LATER)) == [
        Assigned(conversation="c", agent="wang"),
        Freed(conversation="c", agent="li"),
    ]


def test_an_offer_that_ends_frees_its_agent_and_asks_for_another() -> None:
    assert news(OFFERED, moves.withdraw_offer(OFFERED, at=LATER)) == [
        Queued(conversation="c", team="sales"),
        Freed(conversation="c", agent="li"),
    ]
    assert news(WAITING, OFFERED) == []


def test_a_transfer_frees_one_and_is_told_to_the_other() -> None:
    assert news(WITH_WANG, moves.give_to(WITH_WANG, "li", at=LATER)) == [
        Assigned(conversation="c", agent="li"),
        Freed(conversation="c", agent="wang"),
    ]
    assert news(WITH_WANG, moves.to_queue(WITH_WANG, "support", at=LATER)) == [
        Queued(conversation="c", team="support"),
        Freed(conversation="c", agent="wang"),
    ]


def test_another_queue_is_told_and_the_same_queue_is_not() -> None:
    assert news(WAITING, moves.to_queue(WAITING, "support", at=LATER)) == [Queued(conversation="c", team="support")]
    assert news(WAITING, moves.to_queue(WAITING, "sales", at=LATER)) == []


def test_sleep_frees_a_place_and_waking_takes_it_back_silently() -> None:
    assert holder(ASLEEP) is None
    assert news(WITH_WANG, ASLEEP) == [Freed(conversation="c", agent="wang")]
    assert news(ASLEEP, moves.wake(ASLEEP, at=LATER)) == []
    sleeping = moves.snooze(WAITING, HOUR, at=AT)
    assert news(sleeping, moves.wake(sleeping, at=LATER + timedelta(1))) == [Queued(conversation="c", team="sales")]


def test_the_end_and_the_return() -> None:
    assert news(WITH_WANG, moves.close(WITH_WANG, at=LATER)) == [
        Freed(conversation="c", agent="wang"),
        Closed(conversation="c"),
    ]
    assert news(CLOSED, moves.reopen(CLOSED, at=LATER, agent="wang")) == [
        Opened(conversation="c", again=True),
        Assigned(conversation="c", agent="wang"),
    ]

"""The tables of moves and of status, every pair; and what each move does to the clockwork fields."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import product
from typing import TYPE_CHECKING

import pytest
from msgspec import structs

from conversations import moves
from conversations.model import MOVES, Conversation, State
from hub.errors import Invalid, WrongMove
from hub.model import LADDER, Address, Status, further

if TYPE_CHECKING:
    from collections.abc import Callable

AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
LATER = AT + timedelta(minutes=5)
HOUR = AT + timedelta(hours=1)

MOVERS: dict[str, Callable[[Conversation], Conversation]] = {
    "give_to": lambda c: moves.give_to(c, "li", at=LATER),
    "to_queue": lambda c: moves.to_queue(c, "sales", at=LATER),
    "to_bot": lambda c: moves.to_bot(c, "faq", at=LATER),
    "close": lambda c: moves.close(c, at=LATER),
    "snooze": lambda c: moves.snooze(c, HOUR, at=LATER),
    "wake": lambda c: moves.wake(c, at=LATER),
}


def conversation(state: State, **more: object) -> Conversation:
    """One in this state, whose fields agree with it."""
    made = Conversation(
        id="c", inbox="web", address=Address(channel="webchat", user="ann"), profile="p", state=State.BOT, team="sales",
        bot="faq", last_at=AT, opened_at=AT, changed_at=AT, waiting_since=AT,
    )  # fmt: skip
    match state:
        case State.WAITING:
            made = moves.to_queue(made, "sales", at=AT)
        case State.AGENT:
            made = moves.give_to(made, "wang", at=AT)
        case State.CLOSED:
            made = moves.close(moves.give_to(made, "wang", at=AT), at=AT)
        case State.BOT:
            pass
    return structs.replace(made, **more)


def sound(c: Conversation) -> bool:
    """The rules that `conversations/moves.py` promises."""
    queued = c.state is State.WAITING and c.snoozed_until is None
    return (
        (c.queued_at is not None) == queued
        and (c.offer is None or queued)
        and c.offered_to == (c.offer.agent if c.offer else None)
        and c.live == (c.state is not State.CLOSED)
        and (c.closed_at is None) == c.live
        and (c.waiting_since is None or c.live)
        and (c.state is not State.AGENT or c.agent is not None)
    )


@pytest.mark.parametrize(("now", "wanted"), list(product(State, State)))
def test_moved_allows_exactly_what_the_table_says(now: State, wanted: State) -> None:
    start = conversation(now)
    if wanted is now or wanted in MOVES[now]:
        assert start.moved(wanted, at=LATER).state is wanted
    else:
        with pytest.raises(WrongMove):
            start.moved(wanted, at=LATER)


@pytest.mark.parametrize(("now", "name"), list(product(State, MOVERS)))
def test_every_move_from_every_state_keeps_the_rules_or_is_refused(now: State, name: str) -> None:
    start = conversation(now)
    assert sound(start)
    if name == "snooze" and now in (State.BOT, State.CLOSED):
        with pytest.raises(WrongMove):
            MOVERS[name](start)
        return
    assert sound(MOVERS[name](start))


@pytest.mark.parametrize("state", list(State))
def test_every_move_from_a_sleeping_or_offered_one_keeps_the_rules(state: State) -> None:
    start = conversation(state)
    if state is State.WAITING:
        start = moves.offer_to(start, "li", until=HOUR, at=AT)
    for name in ("give_to", "to_queue", "to_bot", "close", "wake"):
        assert sound(MOVERS[name](start))
        if state in (State.WAITING, State.AGENT):
            assert sound(MOVERS[name](moves.snooze(start, HOUR, at=AT)))


def test_an_offer_and_its_end_keep_the_place_in_the_queue() -> None:
    start = conversation(State.WAITING)
    offered = moves.offer_to(start, "li", until=HOUR, at=LATER)
    assert (offered.offered_to, offered.queued_at) == ("li", AT)
    assert moves.withdraw_offer(offered, at=LATER).queued_at == AT
    assert moves.to_queue(offered, "sales", at=LATER).queued_at == AT
    assert moves.to_queue(offered, "support", at=LATER).queued_at == LATER


def test_a_closed_one_opens_with_an_agent_or_in_its_queue_and_an_open_one_not_at_all() -> None:
    closed = conversation(State.CLOSED)
    assert moves.reopen(closed, at=LATER, agent="li").agent == "li"
    queued = moves.reopen(closed, at=LATER)
    assert (queued.state, queued.team, queued.agent, queued.waiting_since) == (State.WAITING, "sales", None, LATER)
    with pytest.raises(WrongMove):
        moves.reopen(queued, at=LATER)


def test_nobody_can_be_offered_what_does_not_wait() -> None:
    for state in (State.BOT, State.AGENT, State.CLOSED):
        with pytest.raises(WrongMove):
            moves.offer_to(conversation(state), "li", until=HOUR, at=LATER)


def test_a_snooze_must_end_in_the_future() -> None:
    with pytest.raises(Invalid):
        moves.snooze(conversation(State.AGENT), LATER, at=LATER)


FORWARD = {
    Status.QUEUED: {Status.SENT, Status.UNKNOWN, Status.DELIVERED, Status.READ, Status.FAILED},
    Status.UNKNOWN: {Status.SENT, Status.DELIVERED, Status.READ, Status.FAILED},
    Status.SENT: {Status.DELIVERED, Status.READ, Status.FAILED},
    Status.DELIVERED: {Status.READ},
    Status.READ: set(),
    Status.FAILED: set(),
}


@pytest.mark.parametrize(("now", "told"), list(product(Status, Status)))
def test_a_receipt_moves_a_status_forward_only(now: Status, told: Status) -> None:
    assert further(now, told) is (told if told in FORWARD[now] else now)


def test_only_a_failed_message_may_be_queued_again() -> None:
    assert [status for status in Status if Status.QUEUED in LADDER[status]] == [Status.FAILED]


def test_since_when_somebody_has_it_is_known_exactly_while_they_do() -> None:
    held = conversation(State.AGENT)
    assert held.held_since == AT
    assert moves.give_to(held, "wang", at=LATER).held_since == AT, "theirs already"
    assert moves.give_to(held, "li", at=LATER).held_since == LATER
    for move in (
        moves.to_queue(held, "sales", at=LATER),
        moves.to_bot(held, "faq", at=LATER),
        moves.close(held, at=LATER),
    ):
        assert move.held_since is None
    assert moves.snooze(held, HOUR, at=LATER).held_since == AT


def test_regrouping_keeps_the_turn() -> None:
    waiting = conversation(State.WAITING)
    assert moves.to_queue(waiting, "gas", at=LATER).queued_at == LATER
    moved = moves.regroup(waiting, "gas", at=LATER)
    assert (moved.team, moved.queued_at) == ("gas", AT)
    held = conversation(State.AGENT)
    assert moves.regroup(held, "gas", at=LATER).queued_at == AT, "as long as its customer has waited"
    answered = conversation(State.AGENT, waiting_since=None)
    assert moves.regroup(answered, "gas", at=LATER).queued_at == LATER, "its customer waits for nothing yet"
    ahead = conversation(State.WAITING, queued_at=HOUR)
    assert moves.regroup(ahead, "gas", at=LATER).queued_at == LATER, "nobody has waited since a time to come"
    assert all(sound(one) for one in (moved, moves.regroup(held, None, at=LATER)))

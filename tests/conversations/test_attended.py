"""What is told of people in a conversation that a bot has or had."""

from __future__ import annotations

from msgspec import structs

from conversations import moves
from conversations.events import Attended
from conversations.model import State
from conversations.news import news
from tests.conversations.test_moves import LATER, conversation


def test_hand_over_words_and_return_are_told_with_the_place_before() -> None:
    talk = structs.replace(conversation(State.BOT), bot="far", seq=4)
    attended = Attended(conversation="c", bot="far", seq=4)
    queued = moves.to_queue(talk, None, at=LATER)
    assert attended in news(talk, queued)
    given = moves.give_to(queued, "li", at=LATER)
    assert attended not in news(queued, given)
    assert attended in news(given, structs.replace(given, seq=5, agent_seq=5))
    assert attended not in news(given, structs.replace(given, seq=5, customer_seq=5))
    assert attended in news(given, moves.to_bot(given, "far", at=LATER))


def test_where_no_bot_ever_was_nothing_is_told() -> None:
    given = structs.replace(conversation(State.AGENT), bot=None)
    told = news(given, structs.replace(given, seq=5, agent_seq=5))
    assert not any(isinstance(one, Attended) for one in told)

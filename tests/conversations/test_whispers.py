"""A whisper reaches the colleague it is for, nobody else's customer, and cannot be made into anything that leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest
from msgspec import structs

from conversations.model import Direction, Message
from conversations.transcripts import seen
from conversations.whispers import LONGEST, Whispers
from hub.errors import Invalid, NotFound, WrongMove
from tests.conversations.floor import LI, WANG, texts

if TYPE_CHECKING:
    from conversations.model import Conversation
    from tests.conversations.floor import Floor


async def held(floor: Floor) -> tuple[Conversation, Whispers]:
    """A conversation that Li has, and the room of whispers."""
    conversation = await floor.hear()
    await floor.acts.transfer(conversation.id, WANG, agent=LI.id)
    return await floor.again(conversation), Whispers(floor.store, floor.events, floor.clock)


async def test_it_is_a_note_to_the_one_who_has_it_and_changes_nothing_else(floor: Floor) -> None:
    before, whispers = await held(floor)
    message = await whispers.whisper(before.id, WANG, to=LI.id, text=" 先核对户号 ", client_id="w1")
    assert (message.kind, message.direction, message.mentions) == ("whisper", Direction.NOTE, (LI.id,))
    assert texts([message]) == ["先核对户号"]
    after = await floor.again(before)
    assert (after.agent, after.followers, after.waiting_since) == (LI.id, before.followers, before.waiting_since)
    await floor.engine.settle()
    assert floor.provider.taken == {}
    assert seen(await floor.messages(before), notes=False) == (await floor.messages(before))[:1], "the customer's own"


async def test_the_same_again_is_the_same_word(floor: Floor) -> None:
    conversation, whispers = await held(floor)
    first = await whispers.whisper(conversation.id, WANG, to=LI.id, text="x", client_id="w1")
    assert (await whispers.whisper(conversation.id, WANG, to=LI.id, text="x", client_id="w1")).id == first.id
    assert (await floor.again(conversation)).seq == first.seq


async def test_what_is_meant_for_one_does_not_reach_another(floor: Floor) -> None:
    conversation, whispers = await held(floor)
    with pytest.raises(WrongMove):
        await whispers.whisper(conversation.id, LI, to=WANG.id, text="x", client_id="w1")
    with pytest.raises(Invalid):
        await whispers.whisper(conversation.id, LI, to=LI.id, text="x", client_id="w2")
    await floor.acts.resolve(conversation.id, LI)
    with pytest.raises(WrongMove):
        await whispers.whisper(conversation.id, WANG, to=LI.id, text="x", client_id="w3")
    with pytest.raises(NotFound):
        await whispers.whisper("nothing", WANG, to=LI.id, text="x", client_id="w4")


@pytest.mark.parametrize("text", ["", " \n ", "字" * (LONGEST + 1)])
async def test_it_says_something_and_no_novel(floor: Floor, text: str) -> None:
    conversation, whispers = await held(floor)
    with pytest.raises(Invalid):
        await whispers.whisper(conversation.id, WANG, to=LI.id, text=text, client_id="w1")


async def test_none_that_leaves_can_be_made_or_read(floor: Floor) -> None:
    conversation, whispers = await held(floor)
    message = await whispers.whisper(conversation.id, WANG, to=LI.id, text="x", client_id="w1")
    for direction in (Direction.OUT, Direction.IN):
        with pytest.raises(ValueError, match="whisper"):
            structs.replace(message, direction=direction)
        forged = msgspec.json.encode({**msgspec.to_builtins(message), "direction": direction})
        with pytest.raises(msgspec.ValidationError, match="whisper"):
            msgspec.json.decode(forged, type=Message)

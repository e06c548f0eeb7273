"""Many at one instant, and everything three times in any order: the same state, on both engines."""

from __future__ import annotations

import asyncio
import random
from typing import TYPE_CHECKING

from hub.errors import Conflict
from hub.ids import new_id
from hub.ingest import RECEIVE, Arrival
from hub.model import Said
from tests.conversations.floor import Floor, said, texts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hub.model import Inbound
    from hub.store.port import Write


async def test_fifty_first_messages_of_one_new_customer_are_one_conversation(either: Floor) -> None:
    """Straight into the handler, without the lane that would put them in line: only the unique indexes stand guard.

    All fifty read before anybody writes; those who lose are run again by four workers.
    """
    met, workers = asyncio.Barrier(50), asyncio.Semaphore(4)

    async def handle(inbound: Inbound) -> int:
        arrival, at = Arrival(inbound=inbound), either.clock.now()
        job = RECEIVE.job(arrival, lane="none", seq=1, at=at).doc
        writes = await either.receive.handle(arrival, job, at)
        await met.wait()
        if await won(either, writes):
            return 0
        async with workers:
            for lost in range(1, 200):
                if await won(either, await either.receive.handle(arrival, job, at)):
                    return lost
        raise AssertionError("never got through")

    lost = await asyncio.gather(*(handle(said(f"{number}", id=f"f{number}")) for number in range(50)))
    (conversation,) = await either.everyone()
    messages = await either.messages(conversation)
    assert [message.seq for message in messages] == list(range(1, 51))
    assert sorted(texts(messages), key=int) == [str(number) for number in range(50)]
    assert len((await either.profiles.page())[0]) == 1
    assert lost.count(0) == 1, "all but the first must have lost the first round"


async def won(floor: Floor, writes: Sequence[Write]) -> bool:
    try:
        await floor.store.commit(*writes)
    except Conflict:
        return False
    return True


async def test_everything_three_times_in_any_order_by_four_workers_is_the_same_as_once(either: Floor) -> None:
    dice = random.Random(13)
    users = [f"u{number}" for number in range(6)]
    inbounds = [said(f"{user} {number}", user=user, id=f"{user}-{number}") for user in users for number in range(5)]
    thrice = inbounds * 3
    dice.shuffle(thrice)
    waves = [thrice[start : start + 10] for start in range(0, len(thrice), 10)]
    await asyncio.gather(*(_bring(either, wave) for wave in waves))
    await either.engine.settle()
    conversations = await either.everyone()
    assert {conversation.address.user for conversation in conversations} == set(users)
    assert len(conversations) == len(users)
    for conversation in conversations:
        messages = await either.messages(conversation)
        assert [message.seq for message in messages] == [1, 2, 3, 4, 5]
        assert sorted(texts(messages)) == [f"{conversation.address.user} {number}" for number in range(5)]


async def _bring(floor: Floor, wave: list[Said]) -> None:
    """As a provider does: some under the ingest's key, some as a job of another key, as after the key was forgotten."""
    keyed, forgotten = wave[::2], wave[1::2]
    await floor.ingest.accept(keyed)
    at = floor.clock.now()
    for number, inbound in enumerate(forgotten):
        lane = f"in:{inbound.inbox}:{inbound.sender.user}:{number % 2}"
        await floor.store.commit(RECEIVE.job(Arrival(inbound=inbound), lane=lane, seq=1, at=at, key=new_id()))
    await floor.engine.settle()

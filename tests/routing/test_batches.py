"""Many at once: each by itself, oldest first, never twice, and what was refused says why. Over both engines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conversations.inboxes import INBOXES, Inbox
from conversations.model import MESSAGES, Author, AuthorKind, Direction, Priority, State
from conversations.moves import close, give_to
from hub.errors import Invalid, NotFound
from hub.store.port import By, Eq, Insert
from routing.batches import Batch, Closing, Fate, Goal, Ranking, ToAgent, ToBot, ToTeam
from routing.batching import KEPT, MOST
from routing.model import Outcome, Presence
from tests.routing.house import House, house

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.stores import Engine

LEAD = Author(kind=AuthorKind.AGENT, id="lead", name="周敏")


@pytest.fixture
async def at_work(engine: Engine) -> AsyncIterator[House]:
    """A house with two teams; nobody is there."""
    async with house(engine) as made:
        await made.team("water")
        await made.team("gas", auto_accept=True)
        yield made


def batch(house: House, goal: Goal, *named: str, key: str = "k", teams: tuple[str, ...] = ("water",)) -> Batch:
    return Batch(id=f"lead:{key}", by=LEAD, teams=teams, goal=goal, named=named, at=house.clock.now())


async def done(house: House, goal: Goal, *named: str, key: str = "k") -> dict[str, Fate]:
    """Move these, and return what became of each, in the order of the work."""
    begun = await house.routing.batches.begin(batch(house, goal, *named, key=key))
    await house.engine.settle()
    _, pieces = await house.routing.batches.found(begun.id)
    return {piece.conversation: piece.fate for piece in pieces}


async def test_a_queue_moves_to_another_team_in_the_order_it_came(at_work: House) -> None:
    rows = [await at_work.customer(f"c{n}", "water") for n in range(5)]
    await at_work.agent("gus", "gas", capacity=3)
    await at_work.pass_time(20)
    fates = await done(at_work, ToTeam(team="gas"), "c3", "c0", "c4", "c2", "c1")
    assert list(fates.items()) == [(f"c{n}", Fate.DONE) for n in range(5)]

    now = [await at_work.conversation(f"c{n}") for n in range(5)]
    assert [row.agent for row in now] == ["gus", "gus", "gus", None, None], "the three oldest, as far as there is room"
    assert [row.queued_at for row in now[3:]] == [row.queued_at for row in rows[3:]], "nobody lost their turn"
    held = [row.held_since for row in now[:3]]
    assert held == sorted(held, key=lambda at: at or at_work.clock.now())
    assert any(one.outcome is Outcome.TRANSFERRED and one.by == "lead" for one in await at_work.decisions("c4"))


async def test_what_cannot_be_moved_is_refused_by_itself(at_work: House) -> None:
    for id, team in (("open", "water"), ("shut", "water"), ("foreign", "gas")):
        await at_work.customer(id, team)
    await at_work.change("shut", lambda row: close(row, at=at_work.clock.now()))
    fates = await done(at_work, ToTeam(team="gas"), "shut", "nothing", "foreign", "open")
    assert fates == {"shut": Fate.REFUSED, "nothing": Fate.REFUSED, "foreign": Fate.REFUSED, "open": Fate.DONE}
    _, pieces = await at_work.routing.batches.found("lead:k")
    assert {piece.conversation: piece.code for piece in pieces} == {
        "shut": "wrong_move", "nothing": "not_found", "foreign": "not_found", "open": "",
    }  # fmt: skip
    assert all(piece.name == "" for piece in pieces if piece.conversation in ("nothing", "foreign"))
    assert (await at_work.conversation("foreign")).seq == 0


async def test_the_same_key_is_the_same_batch_and_moves_nothing_twice(at_work: House) -> None:
    await at_work.customer("c0", "water")
    first = await at_work.routing.batches.begin(batch(at_work, ToTeam(team="gas"), "c0"))
    await at_work.engine.settle()
    seq = (await at_work.conversation("c0")).seq
    await at_work.pass_time(5)
    assert await at_work.routing.batches.begin(batch(at_work, ToTeam(team="gas"), "c0")) == first
    await at_work.engine.settle()
    assert (await at_work.conversation("c0")).seq == seq
    with pytest.raises(Invalid):
        await at_work.routing.batches.begin(batch(at_work, Closing(), "c0"))


async def test_to_a_colleague_who_is_told_and_the_one_who_lost_it_too(at_work: House) -> None:
    await at_work.agent("anna", "water", online=False)
    await at_work.customer("c0", "water")
    await at_work.change("c0", lambda row: give_to(row, "anna", at=at_work.clock.now()))
    await at_work.customer("c1", "water")
    fates = await done(at_work, ToAgent(agent="bo"), "c0", "c1")
    assert set(fates.values()) == {Fate.DONE}
    assert [(await at_work.conversation(id)).agent for id in ("c0", "c1")] == ["bo", "bo"]
    (notice,) = await at_work.store.find(MESSAGES, Eq("conversation", "c0"), order=(By("seq"),), limit=9)
    assert (notice.direction, notice.mentions, notice.author) == (Direction.NOTE, ("anna",), LEAD)
    assert await done(at_work, ToAgent(agent="bo"), "c0", key="again") == {"c0": Fate.UNCHANGED}


async def test_bots_closing_and_priority(at_work: House) -> None:
    at = at_work.clock.now()
    made = Inbox(id="web", name="web", channel="webchat", bot="faq", created_at=at)
    await at_work.customer("c0", "water")
    assert await done(at_work, ToBot(), "c0", key="none") == {"c0": Fate.REFUSED}, "its inbox has no bot"
    await at_work.store.commit(Insert(INBOXES, made))
    assert await done(at_work, ToBot(), "c0", key="bot") == {"c0": Fate.DONE}
    assert (await at_work.conversation("c0")).state is State.BOT

    await at_work.customer("c1", "water")
    assert await done(at_work, Ranking(priority=Priority.URGENT), "c1", key="up") == {"c1": Fate.DONE}
    assert await done(at_work, Ranking(priority=Priority.URGENT), "c1", key="up2") == {"c1": Fate.UNCHANGED}
    assert (await at_work.conversation("c1")).priority is Priority.URGENT
    assert await done(at_work, Closing(), "c0", "c1", key="end") == {"c0": Fate.DONE, "c1": Fate.DONE}
    assert await done(at_work, Closing(), "c0", key="end2") == {"c0": Fate.UNCHANGED}


async def test_a_batch_has_a_bound_and_is_forgotten(at_work: House) -> None:
    await at_work.customer("c0", "water")
    for named in ((), tuple(f"c{n}" for n in range(MOST + 1))):
        with pytest.raises(Invalid):
            await at_work.routing.batches.begin(batch(at_work, Closing(), *named))
    await done(at_work, Closing(), "c0")
    await at_work.pass_time(KEPT.total_seconds() + 1)
    with pytest.raises(NotFound):
        await at_work.routing.batches.found("lead:k")


async def test_who_loses_it_to_a_lead_hears_so(at_work: House) -> None:
    await at_work.agent("anna", "water", online=False)
    await at_work.customer("c0", "water")
    await at_work.change("c0", lambda row: give_to(row, "anna", at=at_work.clock.now()))
    await at_work.routing.offers.take("c0", "lead", over=True, name="周敏")
    (notice,) = await at_work.store.find(MESSAGES, Eq("conversation", "c0"), order=(By("seq"),), limit=9)
    assert (notice.mentions, notice.author.name, notice.direction) == (("anna",), "周敏", Direction.NOTE)


async def test_a_lead_sets_a_presence_and_the_owner_takes_it_back(at_work: House) -> None:
    await at_work.agent("anna", "water")
    before, writes = await at_work.routing.presences.choosing("anna", Presence.BUSY, by="lead")
    await at_work.store.commit(*writes)
    desk = await at_work.desk("anna")
    assert (before.chosen, desk.chosen, desk.status, desk.set_by, desk.open) == (
        Presence.ONLINE, Presence.BUSY, Presence.BUSY, "lead", False,
    )  # fmt: skip
    assert (await at_work.routing.presences.choosing("anna", Presence.BUSY, by="lead"))[1] == []
    await at_work.routing.presences.choose("anna", Presence.ONLINE)
    assert (await at_work.desk("anna")).set_by == ""

"""Every view, by the store, shows exactly what the rule for one row says; pages and counts agree with it."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from msgspec import Struct, structs

from conversations import moves
from conversations.cursors import pack, unpack
from conversations.lists import Lists, Order
from conversations.model import CONVERSATIONS, Conversation, State
from conversations.views import FIXED, UNDUE, holds, may_see, view, views_of
from hub.errors import Invalid, NotFound
from hub.store.port import Insert
from tests.conversations.test_moves import AT, conversation

if TYPE_CHECKING:
    from tests.conversations.floor import Floor


class Someone(Struct, frozen=True, kw_only=True):
    """A viewer."""

    user: str
    teams: tuple[str, ...] = ()
    sees_all: bool = False


VIEWERS = (
    Someone(user="li", teams=("sales", "support")),
    Someone(user="wang"),
    Someone(user="zhao", teams=("support",)),
    Someone(user="admin", sees_all=True),
)
TEAMS = (None, "sales", "support", "finance")


def crowd(seed: int, size: int) -> list[Conversation]:
    """Conversations in every state a life can bring them to."""
    dice = random.Random(seed)
    return [_one(dice, number) for number in range(size)]


def _one(dice: random.Random, number: int) -> Conversation:
    at = AT + timedelta(seconds=dice.randrange(50))
    made = conversation(
        State.BOT, id=f"c{number:03}", profile=f"p{number}", last_at=at, team=dice.choice(TEAMS),
        labels=tuple(dice.sample(["vip", "refund"], dice.randrange(3))),
        followers=tuple(dice.sample(["li", "wang"], dice.randrange(3))),
    )  # fmt: skip
    match dice.randrange(5):
        case 0:
            made = moves.to_queue(made, made.team, at=at)
            if dice.random() < 0.3:
                made = moves.offer_to(made, dice.choice(["li", "wang"]), until=at, at=at)
        case 1 | 2:
            made = moves.give_to(made, dice.choice(["li", "wang", "zhao"]), at=at)
        case 3:
            made = moves.close(made, at=at)
        case _:
            return made
    if made.live and dice.random() < 0.3:
        made = moves.snooze(made, at + timedelta(days=1), at=at)
    return made


async def pages(lists: Lists, id: str, viewer: Someone, *, label: str = "", order: Order = "") -> list[Conversation]:
    """Read a view to its end, seven at a time."""
    rows: list[Conversation] = []
    after: str | None = None
    while True:
        page = await lists.page(id, viewer, after=after, limit=7, label=label, order=order)
        rows += page.items
        after = page.next
        if after is None:
            return rows


def ids(viewer: Someone) -> list[str]:
    """Every view the viewer may ask for."""
    teams = ("sales", "support", "finance")
    return [one.id for one in views_of(viewer, teams)]


async def test_views_pages_counts_and_the_rule_for_one_row_agree(either: Floor) -> None:
    everyone = crowd(1, 90)
    await either.store.commit(*(Insert(CONVERSATIONS, one) for one in everyone))
    for viewer in VIEWERS:
        for id in ids(viewer):
            wanted = [one for one in everyone if holds(id, viewer, one)]
            queue = view(id, viewer).queue
            wanted.sort(key=lambda one: (one.queued_at if queue else one.last_at, one.id), reverse=not queue)
            assert await pages(either.lists, id, viewer) == wanted, (viewer.user, id)
            tally = await either.lists.tally(view(id, viewer), viewer)
            assert tally.count == len(wanted), (viewer.user, id)
            assert tally.oldest_at == (wanted[0].queued_at if queue and wanted else None)
            labelled = [one for one in wanted if "vip" in one.labels]
            labelled.sort(key=lambda one: (one.last_at, one.id), reverse=True)
            assert await pages(either.lists, id, viewer, label="vip") == labelled, (viewer.user, id)


async def test_what_is_due_comes_soonest_first_in_every_view_that_has_that_order(either: Floor) -> None:
    due_at = {number: AT + timedelta(seconds=number * 37 % 50) for number in range(0, 90, 2)}
    everyone = [
        structs.replace(one, due_at=due_at[number]) if one.live and number in due_at else one
        for number, one in enumerate(crowd(2, 90))
    ]
    await either.store.commit(*(Insert(CONVERSATIONS, one) for one in everyone))
    for viewer in VIEWERS:
        for id in ids(viewer):
            if id in UNDUE:
                with pytest.raises(Invalid) as refused:
                    await either.lists.page(id, viewer, order="due")
                assert refused.value.path == "$.order"
                continue
            wanted = [one for one in everyone if one.due_at and holds(id, viewer, one)]
            wanted.sort(key=lambda one: (one.due_at or AT, one.id))
            assert await pages(either.lists, id, viewer, order="due") == wanted, (viewer.user, id)
    with pytest.raises(Invalid):
        await either.lists.page("all", VIEWERS[0], order="due", label="vip")


def test_a_view_never_shows_what_one_may_not_see() -> None:
    for one in crowd(2, 500):
        for viewer in VIEWERS:
            for id in ids(viewer):
                assert not holds(id, viewer, one) or may_see(viewer, one)


@pytest.mark.parametrize(
    ("fields", "seen"),
    [
        ({"team": None}, True),
        ({"team": "sales"}, True),
        ({"team": "finance"}, False),
        ({"team": "finance", "agent": "li"}, True),
        ({"team": "finance", "offered_to": "li"}, True),
        ({"team": "finance", "followers": ("li",)}, True),
        ({"team": "finance", "agent": "wang"}, False),
    ],
)
def test_an_agent_sees_their_teams_nobody_s_and_their_own(fields: dict[str, object], seen: bool) -> None:
    one = conversation(State.BOT, **fields)
    assert may_see(VIEWERS[0], one) is seen
    assert may_see(VIEWERS[3], one)


@pytest.mark.parametrize("id", ["", "team:", "team:finance", "nothing", "mine "])
def test_another_team_s_queue_and_unknown_views_are_not_found(id: str) -> None:
    with pytest.raises(NotFound):
        view(id, VIEWERS[0])


def test_who_sees_all_has_every_team_s_queue() -> None:
    assert [one.id for one in views_of(VIEWERS[3], ("a", "b"))] == [*FIXED, "team:a", "team:b"]
    assert [one.id for one in views_of(VIEWERS[2], ("a", "b"))] == [*FIXED, "team:support"]


async def test_a_person_of_many_teams_still_gets_a_list(floor: Floor) -> None:
    many = Someone(user="li", teams=tuple(f"t{number}" for number in range(60)))
    for id in FIXED:
        assert (await floor.lists.page(id, many)).items == ()


async def test_counts_stop_at_a_thousand(floor: Floor) -> None:
    rows = [conversation(State.WAITING, id=f"c{n}", profile=f"p{n}") for n in range(1100)]
    await floor.store.commit(*(Insert(CONVERSATIONS, one) for one in rows))
    assert (await floor.lists.tally(view("all", VIEWERS[0]), VIEWERS[0])).count == 1000


@pytest.mark.parametrize(
    "cursor", ["x", "!!", "W10", "WzFd", "WyJhIiwiYiJd", "\u4e00", pack(("2026-01-01T00:00:00", "a"))]
)
async def test_a_cursor_not_made_here_is_refused(floor: Floor, cursor: str) -> None:
    with pytest.raises(Invalid):
        await floor.lists.page("all", VIEWERS[0], after=cursor)


def test_a_cursor_comes_back_as_it_was() -> None:
    cursor = pack((AT, "a"))
    assert cursor is not None
    assert unpack(cursor, (type(AT), str)) == (AT, "a")

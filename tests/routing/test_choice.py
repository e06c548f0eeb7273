"""The policy's tables and properties: longest idle person, oldest waiting customer, nobody past a cap."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from conversations.model import Conversation, State
from hub.model import Address
from routing.choice import choose, effective, hindrance, next_for
from routing.model import Desk, Presence, Verdict

AT = datetime(2026, 11, 21, 9, tzinfo=UTC)


def desk(id: str = "a", *, load: int = 0, capacity: int = 3, status: Presence = Presence.ONLINE, idle: int = 0) -> Desk:
    since = AT - timedelta(seconds=idle)
    return Desk(id=id, name=id, capacity=capacity, status=status, load=load, idle_since=since, changed_at=AT)


def waiting(id: str = "c", *, since: int = 0, declined_by: tuple[str, ...] = ()) -> Conversation:
    at = AT - timedelta(seconds=since)
    return Conversation(
        id=id,
        inbox="i",
        address=Address(channel="webchat", user=id),
        profile=id,
        state=State.WAITING,
        declined_by=declined_by,
        last_at=at,
        queued_at=at,
        opened_at=at,
        changed_at=at,
    )


desks = st.lists(
    st.builds(
        desk,
        st.sampled_from("abcdefgh"),
        load=st.integers(0, 3),
        status=st.sampled_from(Presence),
        idle=st.integers(0, 500),
    ),
    unique_by=lambda made: made.id,
)
queues = st.lists(
    st.builds(
        waiting,
        st.sampled_from("klmnop"),
        since=st.integers(0, 500),
        declined_by=st.lists(st.sampled_from("abcdefgh")).map(tuple),
    ),
    unique_by=lambda made: made.id,
)


@given(desks, st.lists(st.sampled_from("abcdefgh")).map(tuple))
def test_the_chosen_is_the_longest_idle_of_those_who_may(present: list[Desk], declined: tuple[str, ...]) -> None:
    conversation = waiting(declined_by=declined)
    chosen = choose(conversation, present, at=AT).desk
    able = [one for one in present if hindrance(conversation, one) is None]
    assert (chosen is None) == (not able)
    if chosen:
        assert chosen.load < chosen.capacity
        assert chosen.idle_since == min(one.idle_since for one in able)


@given(desks)
def test_the_record_names_everybody_and_exactly_one_chosen(present: list[Desk]) -> None:
    choice = choose(waiting(), present, at=AT)
    verdicts = [candidate.verdict for candidate in choice.candidates]
    assert len(verdicts) == len(present)
    assert verdicts.count(Verdict.CHOSEN) == (1 if choice.desk else 0)


@given(queues)
def test_a_freed_person_gets_the_oldest_that_they_may_have(queue: list[Conversation]) -> None:
    got = next_for(desk("a"), queue)
    able = [one for one in queue if "a" not in one.declined_by]
    assert (got is None) == (not able)
    if got:
        assert all((got.queued_at or AT) <= (one.queued_at or AT) for one in able)


def test_why_not_is_told_apart() -> None:
    told = {
        made.id: hindrance(waiting(declined_by=("d",)), made)
        for made in (
            desk("a", status=Presence.AWAY),
            desk("b", status=Presence.BUSY),
            desk("c", load=3),
            desk("d"),
            desk("e"),
        )
    }
    assert told == {"a": Verdict.AWAY, "b": Verdict.BUSY, "c": Verdict.NO_PLACE, "d": Verdict.DECLINED, "e": None}


def test_nobody_is_online_without_a_connection() -> None:
    assert effective(Presence.ONLINE, connected=False) is Presence.AWAY
    assert effective(Presence.BUSY, connected=True) is Presence.BUSY

"""The pure parts of the engine: whose turn it is, when to try again, timers."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.errors import (
    ChannelBroken,
    Conflict,
    HubError,
    Invalid,
    OutcomeUnknown,
    Overloaded,
    Refused,
    TryLater,
    Unsupported,
)
from hub.work.dispatch import Hint
from hub.work.jobs import Kind, Rank
from hub.work.lanes import Lanes
from hub.work.retry import SHORTEST, Again, Never, crowded, jitter, verdict
from hub.work.timers import Timers
from tests.clocks import FakeClock
from tests.hub.work.notes import Word

KIND: Kind[Word] = Kind("k", Word, attempts=4, first_wait=timedelta(seconds=1), longest_wait=timedelta(seconds=3))
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("error", "attempts", "judged"),
    [
        (TryLater("x"), 1, Again(wait=SECOND, reason="try_later")),
        (TryLater("x"), 2, Again(wait=2 * SECOND, reason="try_later")),
        (TryLater("x"), 3, Again(wait=3 * SECOND, reason="try_later")),
        (TryLater("x"), 4, Never(reason="try_later")),
        (TryLater("x", after=9 * SECOND), 1, Again(wait=9 * SECOND, reason="try_later")),
        (TryLater("x", after=-SECOND), 1, Again(wait=SHORTEST, reason="try_later")),
        (TryLater("x", after=9 * SECOND), 4, Never(reason="try_later")),
        (Overloaded("x", after=5 * SECOND), 1, Again(wait=5 * SECOND, reason="overloaded")),
        (Refused("x"), 1, Never(reason="refused")),
        (Unsupported("x"), 1, Never(reason="unsupported")),
        (ChannelBroken("x"), 1, Never(reason="channel_broken")),
        (OutcomeUnknown("x"), 1, Never(reason="outcome_unknown")),
        (Invalid("x"), 1, Again(wait=SECOND, reason="invalid")),
        (Conflict("x", collection="c", id="i"), 1, Again(wait=SECOND, reason="conflict")),
        (KeyError("the words of a customer"), 1, Again(wait=SECOND, reason="fault:KeyError")),
        (KeyError("the words of a customer"), 4, Never(reason="fault:KeyError")),
    ],
)
def test_what_an_error_means(error: Exception, attempts: int, judged: Again | Never) -> None:
    assert verdict(error, KIND, attempts, 1.0) == judged


def test_every_error_of_ours_has_a_verdict() -> None:
    kinds: set[type[HubError]] = {HubError, *HubError.__subclasses__()}
    for kind in kinds - {Conflict}:
        judged = verdict(kind("x"), KIND, 1, 0.5)
        assert judged.reason == kind.code


@given(st.integers(1, 100), st.floats(0, 1, exclude_max=True))
def test_the_jitter_is_full_and_bounded(attempts: int, spin: float) -> None:
    wait = jitter(SECOND, 600 * SECOND, attempts, spin)
    assert SHORTEST <= wait <= min(SECOND * 2 ** min(attempts - 1, 20), 600 * SECOND)
    assert SHORTEST <= crowded(attempts, spin) <= 10 * SECOND


def take_all(lanes: Lanes, count: int) -> list[str]:
    taken = []
    for _ in range(count):
        lane = lanes.take()
        if lane is None:
            break
        taken.append(lane)
        lanes.leave(lane)
    return taken


def test_lanes_take_turns_and_wait_once() -> None:
    lanes = Lanes(4, 1)
    for lane in ("a", "b", "a", "c", "b"):
        lanes.wake(lane, Rank.TALK)
    assert take_all(lanes, 10) == ["a", "b", "c"]


def test_a_lane_woken_while_in_hand_goes_to_the_end_of_the_queue() -> None:
    lanes = Lanes(2, 1)
    lanes.wake("a", Rank.TALK)
    assert lanes.take() == "a"
    assert not lanes.woken("a")
    lanes.wake("b", Rank.TALK)
    lanes.wake("a", Rank.TALK)
    assert lanes.woken("a")
    assert lanes.take() == "b"
    assert lanes.take() is None, "both hands are full"
    assert lanes.leave("a")
    assert lanes.take() == "a"
    assert not lanes.leave("a")
    assert not lanes.leave("b")


def test_bulk_has_a_share_and_never_more() -> None:
    lanes = Lanes(8, 2)
    for number in range(100):
        lanes.wake(f"b{number}", Rank.BULK)
    assert [lanes.take() for _ in range(4)] == ["b0", "b1", None, None]
    lanes.wake("t", Rank.TALK)
    assert lanes.take() == "t"


def test_bulk_gets_every_eighth_turn_when_conversation_never_ends() -> None:
    lanes = Lanes(4, 1)
    for number in range(1000):
        lanes.wake(f"b{number}", Rank.BULK)
        lanes.wake(f"t{number}", Rank.TALK)
    taken = take_all(lanes, 800)
    assert sum(lane.startswith("b") for lane in taken) == 100


def test_what_does_not_fit_is_turned_away_and_told() -> None:
    lanes = Lanes(1, 1, most=2)
    for lane in ("a", "b", "a", "b"):
        lanes.wake(lane, Rank.BULK)
    assert lanes.full
    assert not lanes.missed
    lanes.wake("a", Rank.TALK)
    assert not lanes.missed, "a lane that waits already takes no more room"
    lanes.wake("c", Rank.TALK)
    assert lanes.missed
    assert take_all(lanes, 5) == ["a", "b"]


def test_conversation_lifts_a_lane_out_of_bulk() -> None:
    lanes = Lanes(4, 1)
    lanes.wake("x", Rank.BULK)
    lanes.wake("x", Rank.TALK)
    lanes.wake("x", Rank.BULK)
    assert lanes.take() == "x"
    assert lanes.take() is None


@given(st.lists(st.tuples(st.sampled_from("wtl"), st.integers(0, 5), st.sampled_from(Rank))))
def test_no_wake_is_lost_and_no_bound_is_passed(moves: list[tuple[str, int, Rank]]) -> None:
    """After every wake that nobody has answered since, the lane waits, or is in hand and will come again."""
    lanes, owed, held = Lanes(3, 1), set[str](), list[str]()
    for move, number, rank in moves:
        lane = f"l{number}"
        if move == "w":
            lanes.wake(lane, rank)
            owed.add(lane)
        elif move == "t" and (taken := lanes.take()) is not None:
            assert taken not in held
            held.append(taken)
            owed.discard(taken)
        elif move == "l" and held:
            left = held.pop(0)
            assert lanes.leave(left) is (left in owed)
        assert len(held) == lanes.in_hand <= 3
        assert sum(lanes.rank(lane) is Rank.BULK for lane in held) <= 1
    for lane in held:
        lanes.leave(lane)
    assert set(take_all(lanes, 100)) == owed


async def test_timers_fire_in_order_once_and_the_earliest_of_a_lane_counts() -> None:
    clock, fired = FakeClock(), list[tuple[str, float]]()
    timers = Timers(clock, lambda hint: fired.append((hint.lane, clock.monotonic())))
    running, start = asyncio.create_task(timers.run()), clock.now()
    timers.set(Hint("b"), start + timedelta(seconds=3))
    timers.set(Hint("a"), start + timedelta(seconds=5))
    timers.set(Hint("a"), start + timedelta(seconds=2))
    timers.set(Hint("a"), start + timedelta(seconds=4))
    timers.set(Hint("c"), start + timedelta(seconds=1))
    timers.clear("c")
    await clock.advance(10)
    running.cancel()
    assert fired == [("a", 2.0), ("b", 3.0)]
    assert timers.due("a") is None


async def test_a_timer_set_while_they_sleep_is_not_late() -> None:
    clock, fired = FakeClock(), list[float]()
    timers = Timers(clock, lambda hint: fired.append(clock.monotonic()))
    running = asyncio.create_task(timers.run())
    await clock.advance(0.1)
    timers.set(Hint("a"), clock.now() + timedelta(milliseconds=300))
    await clock.advance(5)
    running.cancel()
    assert fired == [pytest.approx(0.4)]


async def test_a_hundred_thousand_timers_fire_in_time() -> None:
    clock, late = FakeClock(), list[float]()
    due = {f"l{number}": clock.now() + timedelta(milliseconds=number % 5000) for number in range(100_000)}
    timers = Timers(clock, lambda hint: late.append((clock.now() - due[hint.lane]).total_seconds()))
    for lane, at in due.items():
        timers.set(Hint(lane), at)
    running = asyncio.create_task(timers.run())
    await clock.advance(6)
    running.cancel()
    assert len(late) == 100_000
    assert min(late) >= 0
    assert max(late) <= 1

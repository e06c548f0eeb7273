"""The clocks of a conversation: what begins, pauses, ends and breaks a promise, and what a change of policy does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from conversations.hours import Hours, Interval
from conversations.standing import Standing
from desk.calendars import add, between
from desk.policies import Kind, Pause, PolicyTerms, Target
from desk.sla import Clock, Clocks, acted, due, follow, left, ring, upcoming

if TYPE_CHECKING:
    from collections.abc import Sequence

DAY = datetime(2026, 11, 20, tzinfo=UTC)  # a Friday
ALWAYS = Hours()
OFFICE = Hours(zone="UTC", week=tuple(Interval(day=day, start=540, end=1080) for day in range(5)))  # 09:00-18:00
FIRST = Target(kind=Kind.FIRST, seconds=600)
NEXT = Target(kind=Kind.NEXT, seconds=1200)
RESOLUTION = Target(kind=Kind.RESOLUTION, seconds=4 * 3600, pauses=(Pause.CUSTOMER, Pause.SUPPLIER, Pause.BOT))
POLICY = PolicyTerms(name="all", targets=(FIRST, NEXT, RESOLUTION))


def at(text: str) -> datetime:
    """A time of that Friday, or "+1 10:00" of a later day."""
    days, _, clock = text.rpartition(" ")
    hour, minute = clock.split(":")
    return DAY + timedelta(days=int(days or 0), hours=int(hour), minutes=int(minute))


class Talk:
    """A conversation as deadlines see it, told move by move."""

    def __init__(self, policy: PolicyTerms = POLICY, hours: Hours = ALWAYS) -> None:
        self.policy, self.hours, self.terms = policy, hours, "p:1"
        self.clocks = Clocks()
        self.now = Standing(
            version=-1, at=DAY, live=True, bot=False, held=False, waiting_since=None, first_reply_at=None, opened_at=DAY
        )

    def told(self, text: str, **change: Any) -> Clocks:
        """Let it stand otherwise from that time on."""
        moment = at(text)
        self.now = structs.replace(self.now, version=self.now.version + 1, at=moment, **change)
        self.clocks = follow(self.clocks, self.policy, self.terms, self.hours, self.now)
        return self.clocks

    def opens(self, text: str, **change: Any) -> Clocks:
        """The customer writes for the first time."""
        return self.told(text, opened_at=at(text), waiting_since=at(text), **change)

    def asks(self, text: str) -> Clocks:
        """The customer writes again."""
        return self.told(text, waiting_since=at(text))

    def answers(self, text: str) -> Clocks:
        """A colleague answers."""
        return self.told(text, waiting_since=None, first_reply_at=self.now.first_reply_at or at(text))

    def rings(self, text: str) -> Clocks:
        """Time has passed."""
        self.clocks = ring(self.clocks, at(text))
        return self.clocks

    def on(self, kind: Kind) -> Clock:
        """The clock of this kind that is on."""
        return next(clock for clock in self.clocks.on if clock.kind is kind)

    def over(self, kind: Kind) -> Clock:
        """The latest of this kind that is over."""
        return [clock for clock in self.clocks.over if clock.kind is kind][-1]


def test_a_first_message_starts_what_is_promised() -> None:
    talk = Talk()
    talk.opens("10:00")
    first = talk.on(Kind.FIRST)
    assert (first.due_at, first.warn_at) == (at("10:10"), at("10:08"))
    assert talk.on(Kind.RESOLUTION).due_at == at("14:00")
    assert [clock.kind for clock in talk.clocks.on] == [Kind.FIRST, Kind.RESOLUTION], (
        "nothing follows a first answer yet"
    )
    assert upcoming(talk.clocks) == at("10:08")
    shown = due(talk.clocks)
    assert shown is not None
    assert (shown.kind, shown.at, shown.warned, shown.breached) == ("first_response", at("10:10"), False, False)


@pytest.mark.parametrize(("answered", "breached"), [("10:09", False), ("10:10", False), ("10:11", True)])
def test_an_answer_is_in_time_up_to_the_very_moment(answered: str, breached: bool) -> None:
    talk = Talk()
    talk.opens("10:00")
    talk.answers(answered)
    first = talk.over(Kind.FIRST)
    assert (first.over_at, first.breached_at is not None) == (at(answered), breached)
    assert first.breached_at in (None, at("10:10")), "broken when it was due, not when it was noticed"


def test_the_next_answer_has_a_clock_of_its_own_each_time() -> None:
    talk = Talk()
    talk.opens("10:00")
    talk.answers("10:05")
    talk.asks("10:30")
    assert talk.on(Kind.NEXT).due_at == at("10:50")
    talk.told("10:40", waiting_since=at("10:30"))
    assert talk.on(Kind.NEXT).due_at == at("10:50"), "asking twice gives no new time"
    talk.answers("10:45")
    talk.asks("11:00")
    assert talk.on(Kind.NEXT).due_at == at("11:20")
    assert talk.over(Kind.NEXT).over_at == at("10:45")


def test_warning_then_breach_each_marked_once_at_its_own_time() -> None:
    talk = Talk()
    talk.opens("10:00")
    assert talk.rings("10:07") == talk.rings("09:00"), "too early does nothing"
    talk.rings("10:08")
    assert (talk.on(Kind.FIRST).warned_at, talk.on(Kind.FIRST).breached_at) == (at("10:08"), None)
    assert upcoming(talk.clocks) == at("10:10")
    talk.rings("12:00")
    assert talk.on(Kind.FIRST).breached_at == at("10:10")
    assert upcoming(talk.clocks) == at("13:12"), "the closing is warned of next"
    shown = due(talk.clocks)
    assert shown is not None
    assert (shown.at, shown.breached) == (at("10:10"), True)


def test_the_closing_waits_while_the_customer_has_the_word() -> None:
    talk = Talk()
    talk.opens("10:00")
    talk.answers("11:00")
    stopped = talk.on(Kind.RESOLUTION)
    assert (stopped.paused, stopped.due_at, stopped.spent) == (Pause.CUSTOMER, None, 3600_000)
    assert due(talk.clocks) is None
    talk.asks("+1 11:00")
    assert talk.on(Kind.RESOLUTION).due_at == at("+1 14:00"), "three of four hours are left"
    talk.told("+1 12:00", held=True)
    assert talk.on(Kind.RESOLUTION).paused is Pause.SUPPLIER
    assert talk.on(Kind.NEXT).paused is None, "the customer still wants to hear something"
    talk.told("+2 12:00", held=False)
    assert talk.on(Kind.RESOLUTION).due_at == at("+2 14:00")
    assert [(one.why, one.until) for one in talk.on(Kind.RESOLUTION).pauses] == [
        (Pause.CUSTOMER, at("+1 11:00")), (Pause.SUPPLIER, at("+2 12:00")),
    ]  # fmt: skip


def test_a_bot_that_has_the_turn_holds_the_first_answer_back() -> None:
    talk = Talk()
    talk.opens("10:00", bot=True)
    assert talk.on(Kind.FIRST).paused is Pause.BOT
    talk.told("10:01", waiting_since=None)
    talk.told("10:20", bot=False, waiting_since=at("10:20"))
    assert talk.on(Kind.FIRST).due_at == at("10:30")


def test_business_hours_count_and_nights_do_not() -> None:
    talk = Talk(hours=OFFICE)
    talk.opens("17:55")
    assert talk.on(Kind.FIRST).due_at == at("+3 09:05"), "Friday evening to Monday morning"
    assert talk.on(Kind.RESOLUTION).due_at == at("+3 12:55")
    assert left(talk.on(Kind.FIRST), OFFICE, at("+1 12:00")) == timedelta(minutes=5)
    assert left(talk.on(Kind.FIRST), OFFICE, at("+3 09:15")) == timedelta(minutes=-10)


@pytest.mark.parametrize(("reopened", "expected"), [("anew", "+1 14:00"), ("resume", "+1 13:00")])
def test_closing_and_reopening(reopened: str, expected: str) -> None:
    talk = Talk(structs.replace(POLICY, reopened=reopened))
    talk.opens("10:00")
    talk.answers("10:05")
    talk.asks("10:05")
    talk.told("11:00", live=False, waiting_since=None)
    closed = talk.over(Kind.RESOLUTION)
    assert (closed.over_at, closed.spent, talk.clocks.on) == (at("11:00"), 3600_000, ())
    talk.told("+1 10:00", live=True, waiting_since=at("+1 10:00"), reopened=True)
    assert talk.on(Kind.RESOLUTION).due_at == at(expected)
    assert talk.on(Kind.NEXT).due_at == at("+1 10:20")


def test_one_that_was_closed_before_there_were_policies_begins_when_it_comes_back() -> None:
    talk = Talk()
    talk.told("15:00", waiting_since=at("15:00"), first_reply_at=at("09:00"), reopened=True)
    assert talk.on(Kind.RESOLUTION).due_at == at("19:00")


def test_what_is_heard_twice_or_late_changes_nothing() -> None:
    talk = Talk()
    talk.opens("10:00")
    late = talk.now
    talk.answers("10:05")
    known = talk.clocks
    assert follow(known, POLICY, "p:1", ALWAYS, talk.now) == known
    assert follow(known, POLICY, "p:1", ALWAYS, late) == known


def changed(talk: Talk, text: str, *targets: Target, terms: str = "p:2") -> None:
    """Let the conversation fall under other targets from then on."""
    talk.policy, talk.terms = structs.replace(talk.policy, targets=targets), terms
    talk.clocks = follow(talk.clocks, talk.policy, terms, talk.hours, talk.now, at=at(text))


def test_a_shorter_promise_in_mid_run_counts_what_was_spent() -> None:
    talk = Talk()
    talk.opens("10:00")
    changed(talk, "10:04", structs.replace(FIRST, seconds=300))
    assert talk.on(Kind.FIRST).due_at == at("10:05")
    changed(talk, "10:04", structs.replace(FIRST, seconds=60), terms="p:3")
    assert talk.on(Kind.FIRST).due_at == at("10:04"), "overspent: due at once"
    assert [clock.kind for clock in talk.clocks.on] == [Kind.FIRST], "what is no longer promised is no longer counted"


def test_a_longer_promise_forgives_a_breach() -> None:
    talk = Talk()
    talk.opens("10:00")
    talk.rings("10:10")
    changed(talk, "10:30", structs.replace(FIRST, seconds=3600))
    first = talk.on(Kind.FIRST)
    assert (first.due_at, first.warned_at, first.breached_at) == (at("11:00"), None, None)
    talk.rings("11:00")
    assert talk.on(Kind.FIRST).breached_at == at("11:00")


def test_a_promise_that_is_new_counts_from_where_it_would_have_begun() -> None:
    talk = Talk(structs.replace(POLICY, targets=(FIRST,)))
    talk.opens("10:00")
    changed(talk, "11:00", FIRST, RESOLUTION)
    assert talk.on(Kind.RESOLUTION).due_at == at("14:00")
    assert talk.on(Kind.FIRST).due_at == at("10:10"), "the same promise is not moved by the change"


def test_a_paused_clock_changes_its_length_and_stays_paused() -> None:
    talk = Talk()
    talk.opens("10:00")
    talk.answers("11:00")
    changed(talk, "12:00", structs.replace(RESOLUTION, seconds=7200))
    assert (talk.on(Kind.RESOLUTION).paused, talk.on(Kind.RESOLUTION).due_at) == (Pause.CUSTOMER, None)
    talk.asks("13:00")
    assert talk.on(Kind.RESOLUTION).due_at == at("14:00")


def test_who_sees_to_it_is_written_on_what_was_warned_of() -> None:
    talk = Talk()
    talk.opens("10:00")
    talk.rings("10:08")
    clocks = acted(talk.clocks, "anna", at("10:09"))
    assert [(clock.kind, clock.acted_by) for clock in clocks.on] == [(Kind.FIRST, "anna"), (Kind.RESOLUTION, "")]


MOVES = ("asks", "answers", "bot", "person", "held", "free", "close", "reopen", "ring")
STEPS = st.lists(st.tuples(st.integers(1, 2000), st.sampled_from(MOVES)), max_size=25)


def lived(steps: Sequence[tuple[int, str]], hours: Hours, *, rings: bool = True) -> tuple[Clocks, datetime]:
    """The clocks after these moves, each so many minutes after the one before."""
    moment = at("10:00")
    now = Standing(
        version=0, at=moment, live=True, bot=False, held=False, waiting_since=moment, first_reply_at=None,
        opened_at=moment,
    )  # fmt: skip
    clocks = follow(Clocks(), POLICY, "p", hours, now)
    for minutes, move in steps:
        moment += timedelta(minutes=minutes)
        if move == "ring":
            clocks = ring(clocks, moment) if rings else clocks
            continue
        change = {"reopened": False, **made(now, move, moment)}
        now = structs.replace(now, version=now.version + 1, at=moment, **change)
        clocks = follow(clocks, POLICY, "p", hours, now)
    return clocks, moment


def made(now: Standing, move: str, moment: datetime) -> dict[str, Any]:
    """What a move changes; one that makes no sense changes nothing."""
    if not now.live:
        return {"live": True, "reopened": True, "waiting_since": moment} if move == "reopen" else {}
    match move:
        case "asks":
            return {"waiting_since": now.waiting_since or moment}
        case "answers":
            return {"waiting_since": None, "first_reply_at": now.first_reply_at or moment, "bot": False}
        case "bot" | "person":
            return {"bot": move == "bot"}
        case "held" | "free":
            return {"held": move == "held"}
        case "close":
            return {"live": False, "waiting_since": None}
        case _:
            return {}


@given(STEPS, st.sampled_from([ALWAYS, OFFICE]))
def test_time_is_spent_once_and_a_breach_is_time_overspent(steps: list[tuple[int, str]], hours: Hours) -> None:
    clocks, moment = lived(steps, hours)
    for clock in (*clocks.on, *clocks.over):
        paused = sum(
            (between(hours, one.since, one.until or clock.over_at or moment) for one in clock.pauses), timedelta()
        )
        lasted = between(hours, clock.began_at, clock.over_at or moment)
        spent = timedelta(milliseconds=clock.allowed) - left(clock, hours, moment)
        if clock.over_at:
            spent = timedelta(milliseconds=clock.spent)
        if len(clock.pauses) < 20:
            assert spent == lasted - paused
        if clock.over_at:
            assert (clock.breached_at is not None) == (clock.spent > clock.allowed)
        if clock.since:
            assert clock.breached_at or clock.due_at == add(
                hours, clock.since, timedelta(milliseconds=clock.allowed - clock.spent)
            )
        assert clock.breached_at is None or clock.warned_at is not None


@given(STEPS, st.sampled_from([ALWAYS, OFFICE]))
def test_when_the_timer_rings_makes_no_difference(steps: list[tuple[int, str]], hours: Hours) -> None:
    often, moment = lived(steps, hours)
    never, _ = lived(steps, hours, rings=False)
    assert ring(often, moment) == ring(never, moment)

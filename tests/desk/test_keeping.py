"""Deadlines at work: the row counts down, timers ring once and never early, escalations climb. Over both engines."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from accounts.permissions import Role
from conversations.hours import Hours, Interval
from conversations.model import MESSAGES, PROFILES, Priority, Profile, State
from conversations.moves import close, reopen
from desk.policies import CalendarTerms, Kind
from desk.promises import Senders
from desk.timers import Ring
from hub.errors import Conflict, Invalid, NotFound, WrongMove
from hub.model import Address
from hub.store.port import By, Eq, Insert
from hub.work.jobs import JOBS
from tests.clocks import FakeClock
from tests.desk.house import ALL, MONDAY, QUICK, House, house
from tests.stores import open_store

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from datetime import datetime
    from pathlib import Path

    from conversations.change import Change
    from conversations.model import Conversation
    from hub.work.jobs import Job
    from tests.stores import Engine

NEXT = {"kind": "next_response", "seconds": 1200}
CLOSING = {"kind": "resolution", "seconds": 7200, "pauses": ["customer"]}
LEADS = {"to": [{"whom": "leads"}], "by": ["app"]}


@pytest.fixture
async def desk(engine: Engine) -> AsyncIterator[House]:
    """A house with one team, "water": an agent, a lead; and a director."""
    async with house(engine) as made:
        await made.team("water")
        await made.staff("anna", Role.AGENT, "water")
        await made.staff("lea", Role.LEAD, "water")
        await made.staff("dora", Role.ADMINISTRATOR)
        yield made


def after(**time: float) -> datetime:
    """So long after the beginning."""
    return MONDAY + timedelta(**time)


async def test_without_a_policy_nothing_is_kept(desk: House) -> None:
    await desk.customer()
    row = await desk.conversation()
    assert (row.due, row.due_at, await desk.timers()) == (None, None, [])
    with pytest.raises(NotFound):
        await desk.desk.deadlines.see_to("c1", "anna")


async def test_a_first_message_counts_down_on_the_row_and_an_answer_ends_it(desk: House) -> None:
    await desk.policy()
    await desk.customer()
    row = await desk.conversation()
    assert row.due is not None
    assert (row.due.kind, row.due.at, row.due_at) == ("first_response", after(minutes=10), after(minutes=10))
    assert row.due.warn_at == after(minutes=8)
    assert [job.due for job in await desk.timers()] == [after(minutes=8)]
    await desk.pass_time(minutes=5)
    await desk.answers()
    assert ((await desk.conversation()).due_at, await desk.timers()) == (None, [])
    (clock,) = (await desk.deadline()).clocks.over
    assert (clock.kind, clock.over_at, clock.breached_at) == (Kind.FIRST, after(minutes=5), None)


async def test_it_warns_then_breaks_each_once_and_never_early(desk: House) -> None:
    await desk.policy(steps=[{**LEADS, "on": "warning"}, LEADS])
    await desk.customer()
    await desk.pass_time(minutes=7, seconds=59.999)
    assert await desk.escalations() == []
    await desk.pass_time(seconds=0.001)
    (warning,) = await desk.escalations()
    assert (warning.on, warning.at, [one.user for one in warning.reached]) == ("warning", after(minutes=8), ["lea"])
    row = await desk.conversation()
    assert row.due is not None
    assert (row.due.warned, row.due.breached, row.followers) == (True, False, ("lea",))
    await desk.pass_time(minutes=2)
    assert [(one.on, one.number) for one in await desk.escalations()] == [("warning", 0), ("breach", 1)]
    row = await desk.conversation()
    assert row.due is not None
    assert (row.due.breached, row.due_at) == (True, after(minutes=10))
    await desk.pass_time(days=3)
    assert len(await desk.escalations()) == 2
    assert await desk.timers() == []


async def test_the_lead_is_told_in_the_thread(desk: House) -> None:
    await desk.policy(steps=[LEADS])
    await desk.customer()
    await desk.pass_time(minutes=10)
    messages = await desk.store.find(MESSAGES, Eq("conversation", "c1"), order=(By("seq"),), limit=9)
    assert [(one.direction, one.mentions) for one in messages] == [("in", ()), ("note", ("lea",))]


async def test_it_climbs_two_levels_and_repeats_until_somebody_acts(desk: House) -> None:
    boss = {"to": [{"whom": "user", "id": "dora"}], "by": ["email"], "after": 600, "every": 900, "times": 9}
    await desk.inbox("mail", "email")
    await desk.desk.promises.set_senders(desk.act, Senders(email="mail"))
    await desk.policy(steps=[LEADS, boss])
    await desk.customer()
    await desk.pass_time(minutes=10)
    assert [one.number for one in await desk.escalations()] == [0]
    await desk.pass_time(minutes=10)
    await desk.pass_time(minutes=15)
    assert [(one.number, one.time) for one in await desk.escalations()] == [(0, 1), (1, 1), (1, 2)]
    assert [(one.message.to.user, one.message.inbox) for one in desk.sent] == [("dora@x.example", "mail")] * 2
    assert "张三" in desk.sent[0].message.subject
    assert "https://hub.example/inbox/all/c1" in str(desk.sent[0].message.parts)
    seen = await desk.desk.deadlines.see_to("c1", "dora")
    assert [clock.acted_by for clock in seen.clocks.on] == ["dora"]
    await desk.pass_time(days=1)
    assert (len(desk.sent), await desk.timers()) == (2, [])


async def test_an_answer_ends_the_climbing(desk: House) -> None:
    await desk.policy(steps=[{**LEADS, "every": 60, "times": 100}])
    await desk.customer()
    await desk.pass_time(minutes=10)
    await desk.pass_time(minutes=1)
    assert len(await desk.escalations()) == 2
    await desk.answers()
    await desk.pass_time(hours=1)
    assert len(await desk.escalations()) == 2


async def test_a_missed_step_is_taken_once_however_long_the_hub_was_down(desk: House) -> None:
    await desk.policy(steps=[{**LEADS, "on": "warning"}, {**LEADS, "every": 60, "times": 100}])
    await desk.customer()
    await desk.clock.advance(timedelta(hours=5))
    await desk.engine.settle()
    (only,) = await desk.escalations()
    assert (only.on, only.time, only.due_at) == ("breach", 1, after(minutes=10)), "a warning of the past is no use"


async def test_functional_steps_move_it_on_and_raise_it(desk: House) -> None:
    await desk.team("experts")
    await desk.policy(steps=[{"team": "experts", "priority": "urgent"}])
    await desk.customer()
    await desk.becomes(agent="anna", state=State.AGENT, queued_at=None)
    await desk.pass_time(minutes=10)
    row = await desk.conversation()
    assert (row.team, row.agent, row.state, row.priority) == ("experts", None, State.WAITING, Priority.URGENT)
    (record,) = await desk.escalations()
    assert (record.team, record.priority, record.reached) == ("experts", Priority.URGENT, ())


async def test_who_does_not_exist_is_replaced_by_administrators_and_said(desk: House) -> None:
    await desk.policy(steps=[LEADS])
    await desk.customer(team=None)
    await desk.pass_time(minutes=10)
    (record,) = await desk.escalations()
    assert ([one.user for one in record.reached], record.nobody) == (["dora"], True)


async def test_a_way_without_address_or_inbox_is_said(desk: House) -> None:
    await desk.policy(steps=[{"to": [{"whom": "leads"}], "by": ["sms", "email", "app"]}])
    await desk.customer()
    await desk.pass_time(minutes=10)
    (record,) = await desk.escalations()
    assert [(one.by, one.missing) for one in record.reached] == [("sms", True), ("email", True), ("app", False)]
    assert (desk.sent, await desk.notices()) == ([], [])


async def test_a_timer_that_was_moved_rings_at_its_new_time_alone(desk: House) -> None:
    await desk.policy(QUICK, NEXT)
    await desk.customer()
    first = await desk.timers()
    await desk.pass_time(minutes=1)
    await desk.answers()
    await desk.asks()
    (second,) = await desk.timers()
    assert (len(first), second.due) == (1, after(minutes=17))
    await desk.pass_time(minutes=9)
    row = await desk.conversation()
    assert row.due is not None
    assert (row.due.kind, row.due.warned) == ("next_response", False)


async def test_the_closing_pauses_while_the_customer_has_the_word_and_after_the_end(desk: House) -> None:
    await desk.policy(CLOSING)
    await desk.customer()
    await desk.pass_time(minutes=30)
    await desk.answers()
    assert ((await desk.conversation()).due, await desk.timers()) == (None, [])
    await desk.pass_time(days=2)
    await desk.asks()
    assert (await desk.conversation()).due_at == after(days=2, hours=2)
    await desk.change("c1", moved(close))
    assert ((await desk.conversation()).due, await desk.timers()) == (None, [])
    await desk.pass_time(hours=1)
    await desk.change("c1", moved(reopen))
    assert (await desk.conversation()).due_at == after(days=2, hours=3, minutes=30)


def moved(move: Callable[..., Conversation]) -> Callable[[Change, datetime], None]:
    """A move of the conversations room as a step."""

    def step(change: Change, at: datetime) -> None:
        change.now = move(change.now, at=at)

    return step


async def test_another_priority_is_another_promise(desk: House) -> None:
    urgent = {"type": "rule", "field": "priority", "op": "is", "value": "urgent"}
    await desk.policy(name="urgent", rank=1, when=urgent, targets=[{"kind": "first_response", "seconds": 120}])
    await desk.policy()
    await desk.customer()
    await desk.pass_time(minutes=1)
    await desk.becomes(priority=Priority.URGENT)
    assert (await desk.conversation()).due_at == after(minutes=2)
    await desk.becomes(priority=Priority.LOW)
    assert (await desk.conversation()).due_at == after(minutes=10)
    assert len(await desk.timers()) == 1


async def test_a_customers_label_decides_by_which_policy_it_goes(desk: House) -> None:
    vip = {"type": "rule", "field": "customer_labels", "op": "has", "value": "vip"}
    await desk.policy(name="vip", rank=1, when=vip, targets=[{"kind": "first_response", "seconds": 60}])
    await desk.policy()
    at = desk.clock.now()
    profile = Profile(
        id="c1", address=Address(channel="webchat", user="c1"), channel="webchat", user="c1", labels=("vip",),
        first_seen=at, last_seen=at,
    )  # fmt: skip
    await desk.store.commit(Insert(PROFILES, profile))
    await desk.customer("c1")
    await desk.customer("c2")
    assert [(await desk.conversation(id)).due_at for id in ("c1", "c2")] == [after(minutes=1), after(minutes=10)]


async def test_a_policy_changed_in_mid_run_is_adopted_by_all_that_is_open(desk: House) -> None:
    for id in ("c1", "c2", "c3"):
        await desk.customer(id)
    await desk.change("c3", moved(close))
    policy = await desk.policy()
    assert [(await desk.conversation(id)).due_at for id in ("c1", "c2", "c3")] == [after(minutes=10)] * 2 + [None]
    await desk.pass_time(minutes=4)
    policy = await desk.amend(policy, targets=[{"kind": "first_response", "seconds": 300}])
    assert (await desk.conversation("c2")).due_at == after(minutes=5)
    await desk.desk.promises.delete_policy(desk.act, policy.id)
    await desk.engine.settle()
    assert ((await desk.conversation("c2")).due_at, await desk.timers()) == (None, [])


async def test_a_calendar_changed_in_mid_run_counts_from_then_on(desk: House) -> None:
    calendar = await desk.desk.promises.create_calendar(desk.act, office(9, 18))
    await desk.policy({"kind": "first_response", "seconds": 3 * 3600}, calendar=calendar.id)
    await desk.customer()
    assert (await desk.conversation()).due_at == after(hours=3)
    await desk.pass_time(hours=1)
    await desk.desk.promises.change_calendar(desk.act, calendar.id, calendar.version, office(9, 11))
    await desk.engine.settle()
    assert (await desk.conversation()).due_at == after(days=1, hours=1), "one hour is left today, one comes tomorrow"


def office(start: int, end: int) -> CalendarTerms:
    """A calendar that is open every day between these hours of UTC."""
    week = tuple(Interval(day=day, start=start * 60, end=end * 60) for day in range(7))
    return CalendarTerms(name="office", hours=Hours(zone="UTC", week=week))


async def test_an_answer_whose_news_is_under_way_is_not_judged_late(desk: House) -> None:
    await desk.policy(steps=[LEADS])
    await desk.customer()
    await desk.clock.advance(timedelta(minutes=9, seconds=59.9))
    await desk.answers(settle=False)
    news = [job for job in await ready(desk) if job.kind.startswith("Stands")]
    ringing = await desk.timers()
    await desk.clock.advance(timedelta(seconds=0.5))
    for job in ringing:  # the timer's lane goes first: the news waits in another
        writes = await desk.desk._keeping.ring(Ring(conversation="c1"), job, desk.clock.now())
        assert [type(write).__name__ for write in writes] == ["Put", "Insert"], "it looks again in a second"
    assert len(news) == 1
    await desk.engine.settle()
    await desk.pass_time(minutes=5)
    assert await desk.escalations() == []
    assert (await desk.deadline()).clocks.over[-1].breached_at is None


async def ready(desk: House) -> list[Job]:
    """Every job that is not done."""
    return await desk.store.find(JOBS, Eq("state", "ready"), order=(By("due"), By("id")), limit=100)


@pytest.mark.parametrize("jump", [timedelta(hours=3), timedelta(hours=-3)])
async def test_a_clock_that_is_set_forward_or_back_loses_nothing(desk: House, jump: timedelta) -> None:
    await desk.policy(steps=[LEADS])
    await desk.customer()
    desk.clock.jump(jump)
    await desk.engine.settle()
    assert len(await desk.escalations()) == (jump > timedelta(0))
    await desk.pass_time(hours=4)
    assert len(await desk.escalations()) == 1
    await desk.answers()
    assert await desk.timers() == []


async def test_administration_is_guarded(desk: House) -> None:
    promises = desk.desk.promises
    calendar = await promises.create_calendar(desk.act, office(9, 18))
    policy = await desk.policy(calendar=calendar.id)
    with pytest.raises(WrongMove, match="calendar"):
        await promises.delete_calendar(desk.act, calendar.id)
    with pytest.raises(Conflict):
        await promises.change_policy(desk.act, policy.id, policy.version + 1, policy.terms)
    with pytest.raises(Invalid) as unknown:
        await desk.policy(calendar="nowhere")
    assert unknown.value.path == "$.calendar"
    with pytest.raises(Invalid) as nobody:
        await desk.policy(steps=[{"to": [{"whom": "user", "id": "ghost"}]}])
    assert nobody.value.path == "$.steps[0].to[0].id"
    with pytest.raises(Invalid) as nowhere:
        await desk.policy(steps=[{"team": "ghosts"}])
    assert nowhere.value.path == "$.steps[0].team"
    await promises.delete_policy(desk.act, policy.id)
    await promises.delete_calendar(desk.act, calendar.id)
    assert (await promises.policies(), await promises.calendars()) == ([], [])


async def test_a_hub_that_is_alone_and_promises_nothing_keeps_no_row_of_it(tmp_path: Path) -> None:
    async with open_store(tmp_path, ALL) as store:
        quiet = House(store, FakeClock(MONDAY), alone=True)
        await quiet.desk.open()
        await quiet.customer("c1")
        assert [job.kind for job in await ready(quiet)] == []
        await quiet.policy()
        assert (await quiet.conversation("c1")).due_at == after(minutes=10), "what came before is looked at too"
        await quiet.pass_time(minutes=1)
        await quiet.customer("c2")
        assert (await quiet.conversation("c2")).due_at == after(minutes=11)
        again = House(store, quiet.clock, alone=True)
        await again.desk.open()
        await again.customer("c3")
        assert (await again.conversation("c3")).due_at == after(minutes=11)

"""The way out: every outcome of the diagram, what a cut attempt becomes, breakers and bounded calls."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from hub.breaker import FIRST, LIMIT, LONGEST, Breaker
from hub.errors import ChannelBroken, NotFound, OutcomeUnknown, Refused, TryLater, Unsupported
from hub.model import Address, Outbound, Status, Text
from hub.outbox import DELIVER, Outbox, delivery, told
from hub.store.port import Collection, Delete, Document, Eq, Insert
from hub.work.engine import Engine
from hub.work.jobs import JOBS, Job, JobState, Lease
from hub.work.local import LocalDispatch
from tests.clocks import START, FakeClock
from tests.stores import open_store
from tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
    from datetime import datetime
    from pathlib import Path

    from hub.store.port import Store, Write


class Fate(Document, frozen=True, kw_only=True):
    """The ledger's row: what became of one message; a second outcome would be a conflict."""

    status: Status
    provider_id: str | None
    reason: str


FATES = Collection("fates", Fate)


class Ledger:
    """Keeps fates in the store."""

    async def outcome(
        self, message_id: str, status: Status, *, provider_id: str | None, reason: str, detail: str, at: datetime
    ) -> Sequence[Write]:
        return [Insert(FATES, Fate(id=message_id, status=status, provider_id=provider_id, reason=reason))]


class Provider:
    """Answers as it is told to, and remembers what it was sent."""

    def __init__(self, *, idempotent: bool = False) -> None:
        self.idempotent = idempotent
        self.sent: list[str] = []
        self.answer: Callable[[Outbound], Awaitable[str]] = self.take

    async def take(self, message: Outbound) -> str:
        return f"p:{message.id}"

    async def send(self, message: Outbound) -> str:
        self.sent.append(message.id)
        return await self.answer(message)

    def fail(self, error: Exception) -> None:
        async def failing(message: Outbound) -> str:
            raise error

        self.answer = failing


class House:
    """A store, an engine, an outbox and two providers."""

    def __init__(self, store: Store, clock: FakeClock) -> None:
        self.store, self.clock = store, clock
        self.one, self.other = Provider(), Provider(idempotent=True)
        self.engine = Engine(store, LocalDispatch(), clock, spin=lambda: 1.0)
        Outbox(self, Ledger(), clock, calls=2).attach(self.engine)

    async def sender(self, inbox: str) -> Provider:
        try:
            return {"one": self.one, "other": self.other}[inbox]
        except KeyError as error:
            raise NotFound("No such inbox", inbox=inbox) from error

    async def queue(self, *ids: str, inbox: str = "one", conversation: str = "", **more: datetime) -> None:
        for seq, id in enumerate(ids):
            message = Outbound(
                id=id, inbox=inbox, to=Address(channel="sms", user="u"), parts=(Text(body="secret words"),),
                conversation=conversation or id, seq=seq,
            )  # fmt: skip
            await self.store.commit(delivery(message, at=self.clock.now(), **more))

    async def leave_cut(self, id: str, inbox: str) -> None:
        """What a process that was killed in the middle of a send leaves behind."""
        await self.queue(id, inbox=inbox)
        (row,) = await self.store.find(JOBS, Eq("lane", f"out:{id}"), Eq("state", JobState.READY), limit=1)
        lease = Lease(owner="dead", until=self.clock.now(), fence=1)
        await self.store.commit(
            Insert(JOBS, Job(id=f"cut-{id}", kind="deliver", lane=f"cut:{id}", seq=0, due=row.due, body=row.body,
                             attempts=1, lease=lease, made_at=row.made_at)),
        )  # fmt: skip
        await self.clock.advance(0.001)

    async def pass_time(self, seconds: int) -> None:
        for _ in range(seconds):
            await self.engine.settle()
            await self.clock.advance(1)

    async def fate(self, id: str) -> tuple[Status, str | None, str] | None:
        row = await self.store.get(FATES, id)
        return (row.status, row.provider_id, row.reason) if row else None


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_store(tmp_path, [JOBS, FATES]) as store:
        yield House(store, FakeClock())


async def test_what_the_provider_took_is_sent_and_the_job_is_gone(house: House) -> None:
    await house.queue("m1", "m2", "m3", conversation="c")
    await house.engine.settle()
    assert house.one.sent == ["m1", "m2", "m3"]
    assert await house.fate("m2") == (Status.SENT, "p:m2", "")
    assert await house.store.count(JOBS, Eq("state", JobState.READY), limit=10) == 0
    assert await house.store.count(JOBS, Eq("state", JobState.DEAD), limit=10) == 0


@pytest.mark.parametrize("error", [Refused, Unsupported, ChannelBroken])
async def test_what_can_never_leave_has_failed_and_the_next_goes_out(house: House, error: type[Refused]) -> None:
    house.one.fail(error("no"))
    await house.queue("m1", "m2", conversation="c")
    await house.engine.settle()
    assert await house.fate("m1") == (Status.FAILED, None, error.code)
    assert house.one.sent == ["m1", "m2"]


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (
            Refused("Not following", code=43004, told="require subscribe"),
            "Not following | code=43004 told=require subscribe",
        ),
        (Refused("No", hint="Ask the customer"), "No"),
        (Refused("Bad token " + "aB3-_" * 12), "Bad token ***"),
        (Refused("long " * 200), ("long " * 200)[:300]),
    ],
)
def test_a_failure_is_told_in_the_provider_s_words_without_a_token_and_short(error: Refused, expected: str) -> None:
    assert told(error) == expected


async def test_an_inbox_that_is_gone_fails_its_messages(house: House) -> None:
    await house.queue("m1", inbox="gone")
    await house.engine.settle()
    assert await house.fate("m1") == (Status.FAILED, None, "no_inbox")


@pytest.mark.parametrize("error", [OutcomeUnknown("no answer"), RuntimeError("a bug in an adapter")])
async def test_no_answer_is_unknown_and_never_sent_again(house: House, error: Exception) -> None:
    house.one.fail(error)
    await house.queue("m1")
    await house.pass_time(60)
    assert house.one.sent == ["m1"]
    assert await house.fate("m1") == (Status.UNKNOWN, None, "outcome_unknown")


async def test_no_answer_of_a_provider_that_takes_an_id_once_is_sent_again(house: House) -> None:
    house.other.fail(OutcomeUnknown("no answer"))
    await house.queue("m1", inbox="other")
    await house.engine.settle()
    assert await house.fate("m1") is None
    house.other.answer = house.other.take
    await house.pass_time(5)
    assert house.other.sent == ["m1", "m1"]
    assert await house.fate("m1") == (Status.SENT, "p:m1", "")


async def test_an_attempt_cut_by_a_kill_is_unknown_or_sent_again(house: House) -> None:
    await house.leave_cut("m1", "one")
    await house.leave_cut("m2", "other")
    for lane in ("out:m1", "out:m2"):
        (row,) = await house.store.find(JOBS, Eq("lane", lane), Eq("state", JobState.READY), limit=1)
        await house.store.commit(Delete(JOBS, row))
    await house.engine.settle()
    assert (house.one.sent, house.other.sent) == ([], ["m2"])
    assert await house.fate("m1") == (Status.UNKNOWN, None, "cut")
    assert await house.fate("m2") == (Status.SENT, "p:m2", "")


async def test_busy_is_tried_again_in_order_until_it_is_too_old(house: House) -> None:
    Outbox(house, Ledger(), house.clock, life=timedelta(hours=1)).attach(house.engine)
    house.one.fail(TryLater("busy", after=timedelta(seconds=1)))
    await house.queue("m1", "m2", conversation="c")
    while await house.fate("m1") is None:
        await house.pass_time(300)
    assert set(house.one.sent) == {"m1"}
    assert 12 < len(house.one.sent) < DELIVER.attempts
    assert await house.fate("m1") == (Status.FAILED, None, "expired")
    assert house.clock.now() - START >= timedelta(hours=1)


async def test_what_is_too_old_is_not_sent_any_more(house: House) -> None:
    house.one.fail(TryLater("busy"))
    await house.queue("m1", expires=house.clock.now() + timedelta(seconds=30))
    await house.pass_time(120)
    assert await house.fate("m1") == (Status.FAILED, None, "expired")
    tries = len(house.one.sent)
    assert 0 < tries < DELIVER.attempts


async def test_a_hanging_provider_is_given_up_and_its_outcome_is_unknown(tmp_path: Path) -> None:
    async with open_store(tmp_path, [JOBS, FATES]) as store:
        house = House(store, FakeClock())
        Outbox(house, Ledger(), house.clock, patience=timedelta(milliseconds=50)).attach(house.engine)

        async def hang(message: Outbound) -> str:
            await asyncio.Event().wait()
            return ""

        house.one.answer = hang
        await house.queue("m1")
        await house.engine.settle()
        assert await house.fate("m1") == (Status.UNKNOWN, None, "outcome_unknown")


async def test_one_inbox_has_a_bounded_number_of_calls_and_holds_up_no_other(house: House) -> None:
    free = asyncio.Event()
    most = now = 0

    async def slow(message: Outbound) -> str:
        nonlocal most, now
        now += 1
        most = max(most, now)
        await free.wait()
        now -= 1
        return ""

    house.one.answer = slow
    await house.queue(*(f"a{number}" for number in range(30)))
    await house.queue("b1", inbox="other")
    running = asyncio.create_task(house.engine.run())
    await until(lambda: house.fate("b1"))
    assert len(house.one.sent) == 2
    free.set()

    async def all_sent() -> bool:
        return len(house.one.sent) == 30

    await until(all_sent)
    assert most == 2
    assert house.clock.monotonic() == 0, "a free call is handed on at once"
    await house.engine.drain()
    await running


async def test_a_dead_provider_is_left_alone_and_probed_by_one_call(house: House) -> None:
    house.one.fail(TryLater("down", after=timedelta(milliseconds=10)))
    await house.queue(*(f"m{number}" for number in range(40)))
    await house.engine.settle()
    calls = len(house.one.sent)
    assert LIMIT <= calls <= LIMIT + 1, "one call may be under way when the circuit opens"
    await house.pass_time(int(FIRST.total_seconds()))
    await house.engine.settle()
    assert len(house.one.sent) == calls + 1
    house.one.answer = house.one.take
    await house.pass_time(120)
    assert len(set(house.one.sent)) == 40
    for number in range(40):
        assert await house.fate(f"m{number}") == (Status.SENT, f"p:m{number}", "")


def test_the_breaker_opens_after_failures_in_a_row_and_doubles_its_patience() -> None:
    breaker = Breaker()
    for _ in range(LIMIT - 1):
        breaker = breaker.failed(START)
    assert breaker.until is None
    assert breaker.answered() == Breaker()
    waits = []
    for _ in range(12):
        breaker = breaker.entered().failed(START)
        assert not breaker.probing
        assert breaker.until is not None
        waits.append(breaker.until - START)
    assert waits[:3] == [FIRST, 2 * FIRST, 4 * FIRST]
    assert waits[-1] == LONGEST


def test_a_probe_is_one_call_and_what_it_learns_decides() -> None:
    breaker = Breaker()
    for _ in range(LIMIT):
        breaker = breaker.failed(START)
    probe = breaker.entered()
    assert probe.probing
    assert probe.answered() == Breaker()
    assert probe.left() == breaker

"""Reminders: a turn of their own at their time, inside windows and consent, cancelled as asked, once after a crash."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bots.contract import Answer, Attribute, Forget, Handoff, Remind, Turn
from bots.memory import MEMORIES, Memory
from bots.reminders import MOST, RING
from conversations.acts import Acts
from conversations.consent import OPT_OUTS, OptOut
from conversations.inboxes import INBOXES, Inbox
from conversations.limits import ChannelLimits, Limit
from conversations.model import Author, AuthorKind, Direction, State
from conversations.reply import Replies, Reply
from conversations.windows import Rule
from hub.model import Text, plain
from hub.store.port import By, Eq, Insert
from hub.work.jobs import JOBS, JobState
from tests.bots.scripted import Scripted, say
from tests.bots.test_turns import ALL, Chat, store
from tests.clocks import START
from tests.power import PowerCut, PowerStore, cuts
from tests.stores import open_store

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from bots.contract import Reaction
    from hub.store.port import Store

__all__ = ["store"]

HOUR = timedelta(hours=1)


def remind(name: str = "call", *, after: timedelta = HOUR, **more: object) -> Remind:
    return Remind(name=name, at=START + after, intent=f"EXTERNAL_{name}", **more)  # type: ignore[arg-type]  # a test's


def script(*wishes: Reaction, **more: Sequence[Reaction]) -> Scripted:
    return Scripted({"hi": (say("ok"), *wishes), "!EXTERNAL_call": (say("time to call"),), **more})


async def later(talk: Chat, by: timedelta = HOUR) -> None:
    """Let time pass, and work on what is due."""
    talk.clock.jump(by)
    await talk.engine.settle()


async def said(talk: Chat) -> list[str]:
    return [plain(one.parts) for one in await talk.thread() if one.direction is Direction.OUT]


async def memory(talk: Chat) -> Memory:
    found = await talk.store.get(MEMORIES, (await talk.conversation()).id)
    assert found is not None
    return found


async def alarms(talk: Chat) -> int:
    """Return how many jobs wait to ring."""
    jobs = await talk.store.find(JOBS, Eq("state", JobState.READY), order=(By("due"), By("id")), limit=100)
    return sum(job.kind == RING.name for job in jobs)


async def nothing_left(talk: Chat) -> None:
    """Every reminder is forgotten, no alarm is set, and none failed."""
    assert (await memory(talk)).reminders == ()
    assert await alarms(talk) == 0
    assert not await talk.store.count(JOBS, Eq("state", JobState.DEAD), limit=1)


async def test_a_reminder_is_a_turn_of_its_own_at_its_time(store: Store) -> None:
    bot = script(remind(entities={"who": "Ann"}))
    talk = Chat(store, bot, ChannelLimits({}))
    await talk.says("hi")
    await later(talk, HOUR - timedelta(seconds=1))
    assert await said(talk) == ["ok"]
    await later(talk, timedelta(seconds=1))
    assert await said(talk) == ["ok", "time to call"]
    told = bot.turns[-1]
    assert told.reminder is not None
    assert (told.text, told.parts, told.reminder.name, told.reminder.entities) == ("", (), "call", {"who": "Ann"})
    await later(talk)
    assert await said(talk) == ["ok", "time to call"]
    await nothing_left(talk)


async def test_one_of_the_same_name_replaces_the_first(store: Store) -> None:
    bot = script(remind(), more=(say("later"), remind(after=2 * HOUR)))
    talk = Chat(store, bot, ChannelLimits({}))
    await talk.says("hi", "more")
    assert await alarms(talk) == 1
    await later(talk)
    assert await said(talk) == ["ok", "later"]
    await later(talk)
    assert (await said(talk))[-1] == "time to call"


@pytest.mark.parametrize(
    ("forget", "left"),
    [
        (Forget(), []), (Forget(name="call"), ["mail"]), (Forget(intent="EXTERNAL_mail"), ["call"]),
        (Forget(name="call", intent="EXTERNAL_mail"), ["call", "mail"]),
    ],
)  # fmt: skip
async def test_reminders_are_cancelled_by_name_or_intent(forget: Forget, left: list[str], store: Store) -> None:
    talk = Chat(store, script(remind(), remind("mail"), stop=(say("well"), forget)), ChannelLimits({}))
    await talk.says("hi", "stop")
    assert await alarms(talk) == len(left)
    assert [one.name for one in (await memory(talk)).reminders] == left
    await later(talk)
    assert len(await said(talk)) == 2 + len(left)


@pytest.mark.parametrize(("until_heard", "comes"), [(True, False), (False, True)])
async def test_a_message_cancels_what_was_to_wait_for_silence(until_heard: bool, comes: bool, store: Store) -> None:
    talk = Chat(store, script(remind(until_heard=until_heard)), ChannelLimits({}))
    await talk.says("hi")
    await talk.says("I am back")
    await later(talk)
    assert ("time to call" in await said(talk)) is comes


async def test_a_message_that_only_a_person_heard_cancels_it_as_well(store: Store) -> None:
    """The bot does not hear it, and gets the conversation back before the hour."""
    bot = script(remind(until_heard=True), x=(Handoff(reason="asked"),))
    talk = Chat(store, bot, ChannelLimits({}))
    await talk.says("hi")
    row = await talk.conversation()
    anna = Author(kind=AuthorKind.AGENT, id="anna", name="Anna")
    await Replies(store, talk.events, talk.clock).reply(
        row.id, Reply(author=anna, parts=(Text(body="?"),), client_id="1")
    )
    await talk.says("thanks")
    await Acts(store, talk.events, talk.clock).hand_to_bot(row.id, anna)
    await later(talk)
    assert "time to call" not in await said(talk)
    await nothing_left(talk)


async def test_while_a_person_has_the_conversation_nothing_is_said(store: Store) -> None:
    talk = Chat(store, script(remind()), ChannelLimits({}))
    await talk.says("hi")
    await talk.says("转人工")
    before = await said(talk)
    await later(talk)
    assert await said(talk) == before
    assert (await talk.conversation()).state is State.WAITING
    await nothing_left(talk)


async def test_where_the_window_is_closed_nothing_is_said_nobody_is_called_and_nothing_is_remembered(
    store: Store,
) -> None:
    rule = Rule(opened_by=("message",), seconds=60, messages=5)
    limits = ChannelLimits({"webchat": Limit(carries=frozenset({"text"}), windows=(rule,))})
    told = Answer(reactions=(Attribute(name="x", value="1"), say("time to call")), memory={"told": "1"})
    bot = Scripted({"hi": (say("ok"), remind()), "!EXTERNAL_call": told})
    talk = Chat(store, bot, limits)
    await talk.says("hi")
    await later(talk)
    assert await said(talk) == ["ok"]
    assert (await talk.conversation()).state is State.BOT
    assert (await memory(talk)).values == {}
    await nothing_left(talk)


async def test_who_opted_out_is_not_reminded(store: Store) -> None:
    bot = script(remind())
    talk = Chat(store, bot, ChannelLimits({}))
    await talk.says("hi")
    await store.commit(Insert(OPT_OUTS, OptOut(id="o", channel="webchat", user="v", at=START)))
    await later(talk)
    assert (await said(talk), len(bot.turns)) == (["ok"], 1)


async def test_a_bot_that_breaks_at_a_reminder_bothers_nobody(store: Store) -> None:
    async def broken(turn: Turn) -> None:
        if turn.reminder is not None:
            raise RuntimeError("broken")

    talk = Chat(store, Scripted({"hi": (say("ok"), remind())}, before=broken), ChannelLimits({}))
    await talk.says("hi")
    await later(talk)
    assert ((await talk.conversation()).state, await said(talk)) == (State.BOT, ["ok"])
    await nothing_left(talk)


async def test_a_reminder_may_call_a_person(store: Store) -> None:
    bot = Scripted({"hi": (say("ok"), remind()), "!EXTERNAL_call": (say("one moment"), Handoff(reason="asked"))})
    talk = Chat(store, bot, ChannelLimits({}))
    await talk.says("hi")
    await later(talk)
    assert (await talk.conversation()).state is State.WAITING


async def test_too_many_and_too_far_are_left_out(store: Store) -> None:
    many = [remind(f"r{number}") for number in range(MOST + 3)]
    talk = Chat(store, script(*many, far=(say("no"), remind("far", after=timedelta(days=400)))), ChannelLimits({}))
    await talk.says("hi", "far")
    assert len((await memory(talk)).reminders) == MOST


async def test_a_time_that_is_past_rings_at_once(store: Store) -> None:
    talk = Chat(store, script(remind(after=-HOUR)), ChannelLimits({}))
    await talk.says("hi")
    await talk.engine.settle()
    assert await said(talk) == ["ok", "time to call"]


async def test_whenever_the_power_goes_a_reminder_is_said_once(tmp_path: Path) -> None:
    async def life(disk: Store) -> Chat:
        talk = Chat(disk, script(remind()), ChannelLimits({}))
        await talk.says("hi")
        await later(talk)
        return talk

    async def world(step: int | None, after: bool) -> int:
        folder = tmp_path / f"{step}{after}"
        folder.mkdir()
        async with open_store(folder, ALL) as disk:
            await disk.commit(
                Insert(INBOXES, Inbox(id="web", name="w", channel="webchat", bot="bot", created_at=START))
            )
            power = PowerStore(disk, step=step, after=after)
            if step is not None:
                with pytest.raises(PowerCut):
                    await life(power)
            talk = await life(PowerStore(disk) if step is not None else power)
            assert await said(talk) == ["ok", "time to call"]
            await nothing_left(talk)
            return power.steps

    steps = await world(None, after=False)
    for step, after in cuts(steps):
        await world(step, after)

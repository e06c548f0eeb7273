"""A person takes over: by a rule, by doubt, by failure, by the bot's own wish; with a note, and never in silence."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from msgspec import structs

from accounts.teams import TEAMS, Team
from bots import asking
from bots.contract import Answer, Ask, Attribute, Handoff, Label, Missed, Say, Silence, Triggers, Turn
from bots.memory import MEMORIES
from conversations.acts import Acts
from conversations.limits import ChannelLimits
from conversations.model import CONVERSATIONS, PROFILES, Author, AuthorKind, Direction, State
from hub.model import Choice, plain
from hub.store.port import By, Insert, put
from tests.bots.scripted import Scripted, say
from tests.bots.test_turns import Chat, store

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from conversations.model import Conversation, Profile
    from hub.store.port import Store, Write

__all__ = ["store"]

LI = Author(kind=AuthorKind.AGENT, id="li", name="Li")


def chat(store: Store, bot: Scripted) -> Chat:
    return Chat(store, bot, ChannelLimits({}))


async def note(talk: Chat) -> str:
    """Return the note for the agent: the last entry."""
    last = (await talk.thread())[-1]
    assert last.direction is Direction.NOTE
    return plain(last.parts)


async def said(talk: Chat) -> list[str]:
    return [plain(one.parts) for one in await talk.thread() if one.direction is Direction.OUT]


async def profile(talk: Chat) -> Profile:
    found = await talk.store.get(PROFILES, (await talk.conversation()).profile)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("words", "because"),
    [("转人工", "客户要求人工服务"), ("气死我了", "客户情绪不满"), ("我要找律师", "涉及机器人不能回答的话题")],
)
async def test_a_rule_calls_a_person_and_the_bot_is_not_asked(words: str, because: str, store: Store) -> None:
    bot = Scripted(triggers=Triggers(forbidden=("律师",), skill="complaints"))
    talk = chat(store, bot)
    await talk.says(words)
    assert bot.turns == []
    assert (await talk.conversation()).state is State.WAITING
    assert await said(talk) == ["我这就为您转接人工客服，请稍候。"]
    text = await note(talk)
    for expected in (because, words, "建议技能：complaints"):
        assert expected in text


async def test_what_the_bot_had_collected_stands_in_the_note_though_it_was_not_asked(store: Store) -> None:
    filled = Answer(reactions=(say("and where?"),), slots={"problem": "no water", "phone": "139"})
    talk = chat(store, Scripted({"no water": filled}))
    await talk.says("no water")
    await talk.says("this is ridiculous")
    assert "problem = no water；phone = 139" in await note(talk)


async def test_the_note_tells_a_button_by_its_words(store: Store) -> None:
    """Channels whose buttons send their value (WeChat customer service) leave it in the thread."""
    ask = Ask(body="对吗？", choices=(Choice(label="对的", value="/affirm"), Choice(label="不对", value="/deny")))
    talk = chat(store, Scripted({"报修": Answer(reactions=(ask,))}))
    for words in ("报修", "/affirm", "转人工"):
        await talk.says(words)
    assert "客户说：「报修」 「对的」 「转人工」" in await note(talk)


async def test_an_intent_that_no_machine_answers_calls_a_person(store: Store) -> None:
    filled = Answer(reactions=(say("write to us"),), intent="complain", slots={"about": "water"}, memory={"n": "1"})
    talk = chat(store, Scripted({"x": filled}, triggers=Triggers(forbidden=("complain",))))
    await talk.says("x")
    assert await said(talk) == ["我这就为您转接人工客服，请稍候。"]
    text = await note(talk)
    assert "涉及机器人不能回答的话题" in text
    assert "about = water" in text


async def test_the_skill_follows_from_the_last_intent_that_has_one(store: Store) -> None:
    bill = Answer(reactions=(say("5"),), intent="check_bill")
    thanks = Answer(reactions=(say("welcome"),), intent="thanks")
    skills = Triggers(skill="general", skills={"check_bill": "billing"})
    talk = chat(store, Scripted({"bill": bill, "thanks": thanks}, triggers=skills))
    await talk.says("bill", "thanks", "转人工")
    assert "建议技能：billing" in await note(talk)


async def test_doubt_twice_in_a_row_calls_a_person_and_once_does_not(store: Store) -> None:
    lost = Answer(reactions=(say("pardon?"),), doubt=True, memory={"n": "1"})
    bot = Scripted({"x": lost, "y": lost})
    talk = chat(store, bot)
    for words in ("x", "fine", "y"):
        await talk.says(words)
    assert (await talk.conversation()).state is State.BOT
    await talk.says("x")
    assert await said(talk) == ["pardon?", "echo fine", "pardon?", "我这就为您转接人工客服，请稍候。"]
    assert "多次未能理解客户" in await note(talk)
    memory = await store.get(MEMORIES, (await talk.conversation()).id)
    assert memory is not None
    assert (memory.doubts, memory.values) == (0, {"n": "1"})


class Book:
    """Implements `bots.turns.Misses`; every sentence becomes a row that can be counted."""

    async def writes(self, conversation: Conversation, seq: int, missed: Missed, at: datetime) -> Sequence[Write]:
        """Write it down."""
        return [Insert(TEAMS, Team(id=f"{missed.text}:{seq}", name=missed.text, key=f"{seq}", created_at=at))]


async def test_what_was_missed_is_written_down_in_the_turn_also_when_a_person_is_called_for_it(store: Store) -> None:
    lost = Answer(reactions=(say("pardon?"),), doubt=True, missed=Missed(text="lost"))
    talk = Chat(store, Scripted({"x": lost}), ChannelLimits({}), misses=Book())
    for text in ("x", "fine", "x", "x"):
        await talk.says(text)
    assert (await talk.conversation()).state is State.WAITING
    rows = await store.find(TEAMS, order=(By("name"), By("id")), limit=10)
    assert [row.id for row in rows] == ["lost:1", "lost:5", "lost:7"]


async def test_a_bot_may_doubt_for_ever_when_it_is_set_so(store: Store) -> None:
    lost = Answer(reactions=(say("pardon?"),), doubt=True)
    talk = chat(store, Scripted({"x": lost}, triggers=Triggers(doubts=0)))
    for _ in range(4):
        await talk.says("x")
    assert (await talk.conversation()).state is State.BOT


async def test_a_vip_gets_a_person_at_once_and_once(store: Store) -> None:
    bot = Scripted({"hi": (Label(names=("VIP",)), say("hello"))}, triggers=Triggers(vip=("VIP",)))
    talk = chat(store, bot)
    await talk.says("hi")
    await talk.says("my bill")
    row = await talk.conversation()
    assert row.state is State.WAITING
    assert "重要客户" in await note(talk)
    await Acts(store, talk.events, talk.clock).hand_to_bot(row.id, LI)
    await talk.says("again")
    assert (await said(talk))[-1] == "echo again"


async def test_a_bot_that_takes_too_long_is_excused(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking.answered, "__kwdefaults__", {"patience": 0.02})

    async def for_ever(turn: Turn) -> None:
        await asyncio.Event().wait()

    talk = chat(store, Scripted(before=for_ever))
    await talk.says("hi")
    assert await said(talk) == ["sorry"]
    assert "机器人响应超时" in await note(talk)


@pytest.mark.parametrize("reactions", [(), (Say(parts=()),), (Label(names=("a",)),)])
async def test_an_answer_without_a_word_is_a_failure_and_no_silence(
    reactions: tuple[Say | Label, ...], store: Store
) -> None:
    talk = chat(store, Scripted({"hi": reactions}))
    await talk.says("hi")
    assert (await talk.conversation()).state is State.WAITING
    assert len(await said(talk)) == 1


async def test_silence_that_is_chosen_stays_silence(store: Store) -> None:
    talk = chat(store, Scripted({"hi": (Silence(),)}))
    await talk.says("hi")
    assert ((await talk.conversation()).state, await said(talk)) == (State.BOT, [])


@pytest.mark.parametrize(("team", "lands"), [("gas", "gas"), ("燃气组", "gas"), ("nowhere", "water"), (None, "water")])
async def test_the_queue_is_one_that_somebody_serves(team: str | None, lands: str, store: Store) -> None:
    at = (talk := chat(store, Scripted({"hi": (Handoff(reason="asked", team=team),)}))).clock.now()
    await store.commit(Insert(TEAMS, Team(id="gas", name="燃气组", key="燃气组", created_at=at)))
    await talk.says("hi")
    assert (await talk.conversation()).team == lands


async def test_labels_and_attributes_are_noted_in_the_turn_s_commit(store: Store) -> None:
    wishes = (
        Label(names=("水费", "bad,name", "水费")), Attribute(name="account", value="7"),
        Attribute(name="name", value="王芳"), Attribute(name="phone", value="139"), say("ok"),
    )  # fmt: skip
    talk = chat(store, Scripted({"hi": wishes}))
    await talk.says("hi")
    row, known = await talk.conversation(), await profile(talk)
    assert (row.labels, row.name) == (("水费",), "王芳")
    assert (known.attributes, known.name, known.phone) == ({"account": "7"}, "王芳", "139")
    assert await said(talk) == ["ok"]


async def test_what_was_proved_or_written_by_a_colleague_is_not_overwritten_by_a_bot(store: Store) -> None:
    talk = chat(store, Scripted({"hi": (Attribute(name="name", value="Mallory"), say("ok"))}))
    await talk.says("hello")
    known = await profile(talk)
    await store.commit(put(PROFILES, known, structs.replace(known, name="Ann", edited=("name",))))
    await talk.says("hi")
    assert (await profile(talk)).name == "Ann"


async def test_a_turn_knows_labels_and_attributes(store: Store) -> None:
    bot = Scripted({"one": (Label(names=("a",)), Attribute(name="email", value="a@x.cn"), say("ok"))})
    talk = chat(store, bot)
    await talk.says("one")
    known = await profile(talk)
    await store.commit(put(PROFILES, known, structs.replace(known, labels=("b", "a"), attributes={"level": "gold"})))
    await talk.says("two")
    assert (bot.turns[-1].labels, bot.turns[-1].attributes) == (("a", "b"), {"level": "gold", "email": "a@x.cn"})


async def test_a_bot_never_reads_another_bot_s_memory(store: Store) -> None:
    bot = Scripted({"one": Answer(reactions=(say("ok"),), memory={"mine": "1"})})
    talk = chat(store, bot)
    await talk.says("one")
    row = await talk.conversation()
    memory = await store.get(MEMORIES, row.id)
    assert memory is not None
    await store.commit(put(MEMORIES, memory, structs.replace(memory, bot="other")))
    await talk.says("two")
    assert bot.turns[-1].memory == {}


async def test_after_the_close_a_new_conversation_begins_with_the_bot(store: Store) -> None:
    bot = Scripted()
    talk = chat(store, bot)
    await talk.says("转人工")
    row = await talk.conversation()
    await Acts(store, talk.events, talk.clock).resolve(row.id, LI, ask_rating=False)
    await talk.says("another thing")
    back = await store.get(CONVERSATIONS, row.id)
    assert back is not None
    assert (back.state, bot.turns[-1].text) == (State.BOT, "another thing")

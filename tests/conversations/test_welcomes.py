"""Who follows, enters or scans is bidden welcome, once each time, and nobody's queue hears of it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from msgspec import structs

from conversations.events import Opened, Queued, Signalled
from conversations.model import AuthorKind, State
from hub.ingest import RECEIVE, Arrival
from hub.model import Sender
from tests.conversations.channels import LIMITS, did, heard, of
from tests.conversations.floor import LI, texts

if TYPE_CHECKING:
    from hub.model import Signal
    from tests.conversations.floor import Floor


@pytest.fixture
async def shop(channels: Floor) -> Floor:
    """An inbox that says welcome."""
    inbox = await channels.inboxes.get("wechat")
    await channels.inboxes.change(inbox, structs.replace(inbox, welcome="欢迎光临", bot="faq"))
    return channels


def follow(floor: Floor, id: str = "f1", name: str = "follow", **more: object) -> Signal:
    at = floor.clock.now()
    return did(name, id=id, at=at, window="follow", who=Sender(name="Ann"), **more)  # type: ignore[arg-type]  # a test's


@pytest.mark.parametrize("name", ["follow", "enter", "scan"])
async def test_a_newcomer_is_welcomed_in_a_conversation_that_waits_for_nobody(shop: Floor, name: str) -> None:
    await shop.arrive(follow(shop, name=name, facts={"scene": "qr7", "welcome_code": "CODE"}))
    conversation = await of(shop)
    assert (conversation.state, conversation.queued_at, conversation.name) == (State.CLOSED, None, "Ann")
    assert conversation.facts == {"scene": "qr7"}
    (message,) = await shop.messages(conversation)
    assert (message.author.kind, message.automatic) == (AuthorKind.SYSTEM, True)
    (sent,) = shop.provider.taken.values()
    assert texts([message]) == ["欢迎光临"]
    assert sent.facts == {"scene": "qr7", "welcome_code": "CODE"}
    assert not {Opened, Queued} & set(map(type, shop.told))
    assert [event.facts["scene"] for event in shop.told if isinstance(event, Signalled)] == ["qr7"]
    assert LIMITS.window(conversation, shop.clock.now()).left == 2


async def test_the_same_follow_again_is_the_same_welcome_and_another_follow_another(shop: Floor) -> None:
    first = follow(shop)
    await shop.arrive(first)
    late = RECEIVE.job(Arrival(inbound=first), lane="late", seq=1, at=shop.clock.now())
    await shop.store.commit(late)
    await shop.engine.settle()
    assert len(shop.provider.taken) == 1
    await shop.let(timedelta(hours=1))
    await shop.arrive(follow(shop, "f2"))
    assert len(shop.provider.taken) == 2


async def test_what_the_newcomer_says_next_goes_on_there_and_the_bot_answers_first(shop: Floor) -> None:
    await shop.arrive(follow(shop))
    greeted = await of(shop)
    await shop.arrive(heard("hello", id="m1", at=shop.clock.now()))
    conversation = await of(shop)
    assert (conversation.id, conversation.state) == (greeted.id, State.BOT)
    assert LIMITS.window(conversation, shop.clock.now()).left == 7


async def test_where_somebody_talks_already_the_welcome_joins_and_closes_nothing(shop: Floor) -> None:
    await shop.arrive(heard("hello", id="m1", at=shop.clock.now()))
    conversation = await of(shop)
    await shop.answer(conversation, "hi")
    await shop.arrive(follow(shop, name="scan"))
    now = await shop.again(conversation)
    assert (now.state, now.agent) == (State.AGENT, LI.id)
    assert texts(await shop.messages(conversation)) == ["hello", "hi", "欢迎光临"]


async def test_a_welcome_that_comes_too_late_is_not_said(shop: Floor) -> None:
    """A follow that reached us after an hour: its minute is over, and no empty conversation is made for it."""
    old = structs.replace(follow(shop), sent_at=shop.clock.now() - timedelta(hours=1))
    await shop.arrive(old)
    assert await shop.conversations("ann", "wechat") == []
    assert shop.provider.taken == {}


async def test_without_a_text_only_the_person_is_known(channels: Floor) -> None:
    await channels.arrive(follow(channels))
    assert await channels.conversations("ann", "wechat") == []
    await channels.arrive(heard("hello", id="m1", at=channels.clock.now()))
    conversation = await of(channels)
    assert conversation.name == "Ann"
    await channels.acts.resolve(conversation.id, LI)
    await channels.arrive(follow(channels, "f2", facts={"scene": "qr1", "welcome_code": "C"}))
    now = await channels.again(conversation)
    assert (now.state, now.facts) == (State.CLOSED, {"scene": "qr1", "welcome_code": "C"})
    assert LIMITS.window(now, channels.clock.now()).left == 8
    await channels.arrive(heard("again", id="m2", at=channels.clock.now()))
    assert (await channels.again(conversation)).facts == {"scene": "qr1"}


async def test_a_code_that_was_used_is_not_used_again(shop: Floor) -> None:
    await shop.arrive(follow(shop, facts={"welcome_code": "CODE"}))
    await shop.arrive(heard("hello", id="m1", at=shop.clock.now()))
    await shop.answer(await of(shop), "hi")
    await shop.engine.settle()
    assert [sent.facts for sent in shop.provider.taken.values()] == [{"welcome_code": "CODE"}, {}]

"""The window at the one door out: opened by what comes in, spent by what leaves, shut by the provider's word."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from msgspec import structs

from conversations.rendering import Rendered
from conversations.reply import Reply
from conversations.saying import paid
from hub.errors import OutcomeUnknown, Refused, WindowClosed
from hub.model import Image, Receipt, Status, Template, Text
from tests.conversations.channels import LIMITS, WECHAT, did, heard, of
from tests.conversations.floor import LI, SENT, WANG

if TYPE_CHECKING:
    from conversations.model import Conversation
    from tests.conversations.floor import Floor

TEMPLATE = (Template(template="T1", body="Your parcel is there"),)


async def said(floor: Floor, id: str = "m1", **more: object) -> Conversation:
    """Let Ann write in WeChat now."""
    await floor.arrive(heard("hello", id=id, at=floor.clock.now(), **more))  # type: ignore[arg-type]  # a test's
    return await of(floor)


async def left(floor: Floor, conversation: Conversation) -> int | None:
    return LIMITS.window(await floor.again(conversation), floor.clock.now()).left


async def test_five_messages_in_forty_eight_hours_and_not_a_sixth(channels: Floor) -> None:
    conversation = await said(channels)
    window = LIMITS.window(conversation, channels.clock.now())
    assert (window.needed, window.open, window.left) == (True, True, 5)
    assert window.until == channels.clock.now() + timedelta(hours=48)
    for number in range(5):
        await channels.answer(conversation, f"{number}")
    with pytest.raises(WindowClosed) as refused:
        await channels.answer(conversation, "too many")
    assert (refused.value.facts["left"], refused.value.facts["channel"]) == (0, "wechat")
    assert refused.value.facts["until"] == window.until.isoformat()
    assert "template" in refused.value.hint
    assert len(channels.provider.taken) == 0
    await channels.engine.settle()
    assert len(channels.provider.taken) == 5
    await said(channels, "m2")
    assert (await channels.answer(conversation, "again")).new


async def test_after_two_days_only_a_template_leaves_and_it_costs_nothing(channels: Floor) -> None:
    conversation = await said(channels)
    await channels.let(timedelta(hours=48))
    with pytest.raises(WindowClosed):
        await channels.answer(conversation, "too late")
    reply = Reply(author=LI, parts=TEMPLATE, client_id="t")
    assert (await channels.replies.reply(conversation.id, reply)).message.spent is None
    mixed = Reply(author=LI, parts=(*TEMPLATE, Text(body="and this")), client_id="mixed")
    with pytest.raises(WindowClosed):
        await channels.replies.reply(conversation.id, mixed)
    await said(channels, "m2")
    await channels.replies.reply(conversation.id, Reply(author=LI, parts=TEMPLATE, client_id="t2"))
    assert await left(channels, conversation) == 5


async def test_a_menu_click_opens_a_minute_of_its_own_and_is_spent_first(channels: Floor) -> None:
    conversation = await said(channels)
    await channels.arrive(did("menu", id="s1", at=channels.clock.now(), window="menu", facts={"key": "K1"}))
    assert await left(channels, conversation) == 8
    assert (await channels.again(conversation)).facts == {"key": "K1"}
    for number in range(3):
        answered = await channels.answer(conversation, f"{number}")
        assert answered.message.spent is not None
        assert answered.message.spent.opened_by == "menu"
    assert await left(channels, conversation) == 5
    await channels.let(timedelta(minutes=1))
    assert await left(channels, conversation) == 5
    answered = await channels.answer(conversation, "more")
    assert answered.message.spent is not None
    assert answered.message.spent.opened_by == "message"


async def test_what_arrives_an_hour_late_counts_from_when_it_was_said(channels: Floor) -> None:
    await channels.arrive(heard("hello", id="m1", at=channels.clock.now() - timedelta(hours=47)))
    conversation = await of(channels)
    await channels.let(timedelta(hours=1))
    with pytest.raises(WindowClosed):
        await channels.answer(conversation, "too late")


async def test_the_window_goes_on_into_the_next_conversation(channels: Floor) -> None:
    inbox = await channels.inboxes.get("wechat")
    await channels.inboxes.change(inbox, structs.replace(inbox, reopen_hours=0))
    first = await said(channels)
    await channels.arrive(did("scan", id="s1", at=channels.clock.now(), window="scan"))
    await channels.answer(first, "one")
    await channels.acts.resolve(first.id, LI, ask_rating=False)
    second = await said(channels, "m2", window="unknown")
    assert second.id != first.id
    assert await left(channels, second) == 7


async def test_a_template_with_a_word_beside_it_costs_like_any_message(channels: Floor) -> None:
    conversation = await said(channels)
    limit = structs.replace(WECHAT, parts=None)
    mixed = Rendered(parts=(*TEMPLATE, Text(body="and this")))
    windows, units = paid(conversation, limit, (Rendered(parts=TEMPLATE), mixed), channels.clock.now())
    assert [unit is not None for unit in units] == [False, True]
    assert windows[0].left == 4


async def test_two_replies_at_one_instant_cannot_both_take_the_last_message(both: Floor) -> None:
    conversation = await said(both)
    for number in range(4):
        await both.answer(conversation, f"{number}")
    for again in range(5):
        await said(both, f"again{again}") if again else None
        for _ in range(4 if again else 0):
            await both.answer(conversation, "filler")
        results = await asyncio.gather(
            both.answer(conversation, "mine", LI, client_id=f"li{again}"),
            both.answer(conversation, "mine too", WANG, client_id=f"wang{again}"),
            return_exceptions=True,
        )
        assert sorted(type(result).__name__ for result in results) == ["Replied", "WindowClosed"]
        assert await left(both, conversation) == 0
    await both.engine.settle()
    assert len(both.provider.taken) == 25


async def test_several_messages_of_one_reply_leave_together_or_not_at_all(channels: Floor) -> None:
    conversation = await said(channels)
    for number in range(4):
        await channels.answer(conversation, f"{number}")
    picture = Image(blob="a" * 64, name="x.png", media_type="image/png", size=10)
    two = Reply(author=LI, parts=(Text(body="look"), picture), client_id="two")
    with pytest.raises(WindowClosed) as refused:
        await channels.replies.reply(conversation.id, two)
    assert refused.value.facts["needed"] == 2
    assert refused.value.facts["left"] == 1
    assert (await channels.again(conversation)).seq == 5
    assert await left(channels, conversation) == 1


async def test_a_failed_message_gives_its_unit_back_and_sending_again_spends_one(channels: Floor) -> None:
    conversation = await said(channels)
    channels.provider.faults.append(Refused("The picture is bad", code=40007))
    message = (await channels.answer(conversation, "first")).message
    assert await left(channels, conversation) == 4
    await channels.engine.settle()
    assert await left(channels, conversation) == 5
    (_, failed) = await channels.messages(conversation)
    assert (failed.status, failed.reason, failed.detail) == (
        Status.FAILED, "refused", "The picture is bad | code=40007",
    )  # fmt: skip
    again = await channels.replies.retry(conversation.id, message.seq)
    assert (again.status, again.reason, again.detail) == (Status.QUEUED, "", "")
    assert await left(channels, conversation) == 4
    await channels.engine.settle()
    assert await left(channels, conversation) == 4
    assert len(channels.provider.taken) == 1


async def test_sending_a_failed_message_again_needs_an_open_window(channels: Floor) -> None:
    conversation = await said(channels)
    channels.provider.faults.append(Refused("No"))
    message = (await channels.answer(conversation, "first")).message
    await channels.engine.settle()
    for number in range(5):
        await channels.answer(conversation, f"{number}")
    with pytest.raises(WindowClosed):
        await channels.replies.retry(conversation.id, message.seq)
    assert (await channels.messages(conversation))[1].status is Status.FAILED


async def test_two_retries_at_one_instant_are_one(both: Floor) -> None:
    conversation = await said(both)
    both.provider.faults.append(Refused("No"))
    message = (await both.answer(conversation, "first")).message
    await both.engine.settle()
    results = await asyncio.gather(
        *(both.replies.retry(conversation.id, message.seq) for _ in range(3)), return_exceptions=True
    )
    assert sorted(type(result).__name__ for result in results) == ["Message", "WrongMove", "WrongMove"]
    assert await left(both, conversation) == 4
    await both.engine.settle()
    assert len(both.provider.taken) == 1


async def test_the_provider_s_own_count_shuts_the_window(channels: Floor) -> None:
    conversation = await said(channels)
    channels.provider.faults.append(WindowClosed("45015: out of time"))
    await channels.answer(conversation, "first")
    await channels.engine.settle()
    assert await left(channels, conversation) == 0
    with pytest.raises(WindowClosed):
        await channels.answer(conversation, "second")
    await said(channels, "m2")
    assert await left(channels, conversation) == 5


async def test_a_refusal_that_comes_late_does_not_shut_what_the_customer_opened_since(channels: Floor) -> None:
    conversation = await said(channels)
    message = (await channels.answer(conversation, "first")).message
    await channels.clock.advance(60)
    channels.provider.faults.append(WindowClosed("45047"))
    await channels.ingest.accept([heard("wait", id="m2", at=channels.clock.now())])
    await channels.engine.settle()
    failed = (await channels.messages(conversation))[message.seq - 1]
    assert (failed.status, failed.reason) == (Status.FAILED, "window_closed")
    assert await left(channels, conversation) == 5


async def test_a_receipt_of_a_closed_window_shuts_it(both: Floor) -> None:
    await both.arrive(heard("hello", id="m1"))
    conversation = await of(both)
    sent = (await both.answer(conversation, "there")).message
    await both.engine.settle()
    known = (await both.messages(conversation))[sent.seq - 1].provider_id
    assert known
    told = Receipt(
        inbox="wechat", provider_id="r1", sender=conversation.address, sent_at=SENT, message=known,
        status=Status.FAILED, reason="window_closed",
    )  # fmt: skip
    await both.arrive(told)
    with pytest.raises(WindowClosed):
        await both.answer(conversation, "again")


async def test_an_unknown_outcome_gives_nothing_back(channels: Floor) -> None:
    channels.provider.idempotent = False
    conversation = await said(channels)
    channels.provider.faults.append(OutcomeUnknown("No answer"))
    await channels.answer(conversation, "first")
    await channels.engine.settle()
    assert (await channels.messages(conversation))[1].status is Status.UNKNOWN
    assert await left(channels, conversation) == 4


async def test_who_unfollows_can_be_written_to_no_more(channels: Floor) -> None:
    conversation = await said(channels)
    await channels.arrive(did("unfollow", id="s1"))
    assert await left(channels, conversation) == 0
    with pytest.raises(WindowClosed):
        await channels.answer(conversation, "come back")


async def test_a_channel_without_windows_is_always_open(channels: Floor) -> None:
    await channels.arrive(heard("hi", id="m1", channel="sms"))
    conversation = await of(channels, channel="sms")
    window = LIMITS.window(conversation, channels.clock.now())
    assert (window.needed, window.open, window.until, window.left) == (False, True, None, None)
    assert conversation.windows == ()
    await channels.let(timedelta(days=30))
    assert (await channels.answer(conversation, "still there")).message.spent is None

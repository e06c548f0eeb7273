"""STOP and START: kept at once, confirmed once, and heard by no bot."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from msgspec import structs

from conversations.consent import OPT_OUTS, opted_out
from conversations.events import CustomerSaid
from conversations.model import AuthorKind, Direction, State
from conversations.reply import Reply
from hub.errors import OptedOut, Refused
from hub.model import Address, Receipt, Status
from hub.store.port import Eq
from tests.conversations.channels import heard, of
from tests.conversations.floor import LI, SENT, codes, texts, words

if TYPE_CHECKING:
    from conversations.model import Conversation
    from conversations.reply import Replied
    from tests.conversations.floor import Floor

ANN = Address(channel="sms", user="ann")
OUT = "您已退订，我们不会再向您发送营销消息。"
BACK = "您已恢复订阅营销消息。"


async def writes(floor: Floor, text: str, id: str, **more: object) -> Conversation:
    await floor.arrive(heard(text, id=id, channel="sms", **more))  # type: ignore[arg-type]  # a test's
    return await of(floor, channel="sms")


async def advertise(floor: Floor, conversation: Conversation, id: str) -> Replied:
    offer = Reply(author=LI, parts=words("10 % off"), client_id=id, purpose="marketing")
    return await floor.replies.reply(conversation.id, offer)


async def test_stop_ends_marketing_at_once_and_is_confirmed_once_in_the_customer_s_language(both: Floor) -> None:
    conversation = await writes(both, "hello", "m1")
    assert (await advertise(both, conversation, "a")).message.purpose == "marketing"
    await writes(both, "TD", "m2", opt="out")
    row = await opted_out(both.store, ANN)
    assert row is not None
    assert (row.source, row.at) == ("word", both.clock.now())
    with pytest.raises(OptedOut):
        await advertise(both, conversation, "b")
    assert (await both.answer(conversation, "Your parcel is there")).new
    await writes(both, "TD!!", "m3", opt="out")
    messages = await both.messages(conversation)
    assert texts(messages) == ["hello", "10 % off", "TD", OUT, "Your parcel is there", "TD!!"]
    assert codes(messages) == ["opted_out"]
    confirmed = messages[-3]
    assert (confirmed.author.kind, confirmed.automatic, confirmed.status) == (AuthorKind.SYSTEM, True, Status.SENT)


async def test_start_renews_it_and_is_confirmed_once(channels: Floor) -> None:
    conversation = await writes(channels, "hello", "m1")
    for number, opt in enumerate(("in", "out", "in", "in")):
        await writes(channels, opt, f"o{number}", opt=opt)
    assert await opted_out(channels.store, ANN) is None
    assert [text for text in texts(await channels.messages(conversation)) if text in (OUT, BACK)] == [OUT, BACK]
    assert (await advertise(channels, conversation, "a")).new


async def test_what_the_provider_has_confirmed_is_not_confirmed_again(channels: Floor) -> None:
    conversation = await writes(channels, "STOP", "m1", opt="out", opt_confirmed=True)
    assert await opted_out(channels.store, ANN) is not None
    assert channels.provider.taken == {}
    assert codes(await channels.messages(conversation)) == ["opted_out"]


async def test_english_customers_read_english(channels: Floor) -> None:
    inbox = await channels.inboxes.get("sms")
    await channels.inboxes.change(inbox, structs.replace(inbox, language="en"))
    conversation = await writes(channels, "STOP", "m1", opt="out")
    assert "unsubscribed" in texts(await channels.messages(conversation))[-1]


async def test_a_stop_fills_no_queue_and_wakes_no_bot(channels: Floor) -> None:
    inbox = await channels.inboxes.get("sms")
    await channels.inboxes.change(inbox, structs.replace(inbox, bot="faq"))
    conversation = await writes(channels, "STOP", "m1", opt="out")
    assert (conversation.state, conversation.queued_at, conversation.waiting_since) == (State.CLOSED, None, None)
    said = [event for event in channels.told if isinstance(event, CustomerSaid)]
    assert [event.quiet for event in said] == [True]
    back = await writes(channels, "a real question", "m2")
    assert (back.id, back.state) == (conversation.id, State.BOT)
    await writes(channels, "T", "m3", opt="out")
    assert (await of(channels, channel="sms")).state is State.BOT
    assert [event.quiet for event in channels.told if isinstance(event, CustomerSaid)] == [True, False, True]


async def test_a_stop_to_a_closed_conversation_leaves_it_closed(channels: Floor) -> None:
    conversation = await writes(channels, "hello", "m1")
    await channels.acts.resolve(conversation.id, LI)
    after = await writes(channels, "STOP", "m2", opt="out")
    assert (after.id, after.state, after.queued_at) == (conversation.id, State.CLOSED, None)
    assert texts(await channels.messages(conversation)) == ["hello", "STOP", OUT]


async def test_the_provider_s_word_counts_as_the_customer_s(channels: Floor) -> None:
    conversation = await writes(channels, "hello", "m1")
    channels.provider.faults.append(OptedOut("21610"))
    await channels.answer(conversation, "offer")
    await channels.engine.settle()
    row = await opted_out(channels.store, ANN)
    assert row is not None
    assert row.source == "provider"
    failed = (await channels.messages(conversation))[1]
    assert (failed.status, failed.reason) == (Status.FAILED, "opted_out")
    with pytest.raises(OptedOut):
        await advertise(channels, conversation, "a")


async def test_the_provider_s_word_may_come_with_a_receipt(both: Floor) -> None:
    conversation = await writes(both, "hello", "m1")
    sent = (await both.answer(conversation, "offer")).message
    await both.engine.settle()
    known = (await both.messages(conversation))[sent.seq - 1].provider_id
    assert known
    receipt = Receipt(
        inbox="sms", provider_id="r1", sender=ANN, sent_at=SENT, message=known, status=Status.FAILED, reason="opted_out"
    )
    await both.arrive(receipt)
    await both.arrive(structs.replace(receipt, provider_id="r2"))
    row = await opted_out(both.store, ANN)
    assert row is not None
    assert row.source == "provider"
    with pytest.raises(OptedOut):
        await advertise(both, conversation, "a")


async def test_marketing_that_failed_is_not_sent_again_to_who_opted_out_since(channels: Floor) -> None:
    conversation = await writes(channels, "hello", "m1")
    channels.provider.faults.append(Refused("bad"))
    offer = (await advertise(channels, conversation, "a")).message
    await channels.engine.settle()
    await writes(channels, "STOP", "m2", opt="out")
    with pytest.raises(OptedOut):
        await channels.replies.retry(conversation.id, offer.seq)


async def test_a_confirmation_that_cannot_be_said_holds_up_nothing(channels: Floor) -> None:
    """WeChat's window is closed when an old message arrives late: the word counts all the same."""
    await channels.arrive(heard("退订", id="m1", opt="out", window="none"))
    conversation = await of(channels)
    assert await opted_out(channels.store, Address(channel="wechat", user="ann")) is not None
    assert [message.direction for message in await channels.messages(conversation)] == [Direction.IN, Direction.NOTE]


async def test_stops_to_two_inboxes_at_one_instant_are_one(both: Floor) -> None:
    await both.open_inbox("sms2", channel="sms")
    stops = [
        heard("STOP", id="m1", channel="sms", opt="out"),
        heard("STOP", id="m2", channel="sms", inbox="sms2", opt="out"),
    ]
    await both.ingest.accept(stops)
    await both.engine.settle()
    assert await both.store.count(OPT_OUTS, Eq("channel", "sms"), Eq("user", "ann"), limit=5) == 1
    said = [texts(await both.messages(one)) for one in await both.conversations("ann", "sms")]
    assert sum(OUT in text for text in said) == 1


async def test_an_offer_and_a_stop_at_one_instant_do_not_both_win(both: Floor) -> None:
    """Whichever is first: an offer that left before the word, or none."""
    conversation = await writes(both, "hello", "m1")
    for number in range(6):
        stop = heard("STOP", id=f"stop{number}", channel="sms", opt="out")
        await both.ingest.accept([stop])
        offer, _ = await asyncio.gather(
            advertise(both, conversation, f"a{number}"), both.engine.settle(), return_exceptions=True
        )
        messages = await both.messages(conversation)
        if not isinstance(offer, OptedOut):
            assert not isinstance(offer, BaseException)
            stored = next(one for one in messages if "STOP" in texts([one]) and one.provider_id == f"stop{number}")
            assert offer.message.seq < stored.seq
        await writes(both, "START", f"start{number}", opt="in")

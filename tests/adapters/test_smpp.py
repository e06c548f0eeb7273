"""SMPP between two processes: binds, receipts, long messages both ways, a centre that dies and comes back.

The centre is smpp34, another project in another language, in a process of its own; what it cannot be made to do (lose
an answer, hang up in the middle, refuse a password) the simulator does.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import msgspec
import pytest

from adapters.simulators.smpp import Smpp as Simulator
from adapters.simulators.smpp import deliver_sm
from adapters.smpp import held, inward, line, pdu, pieces
from adapters.texting import alphabet
from hub.errors import ChannelBroken, OutcomeUnknown, Refused, TryLater
from tests.adapters.texting.centre import Kept, centre, kit, listening, outbound
from tests.clocks import FakeClock
from tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable


LONG = "停水通知：竹溪巷今晚停水，预计 18:00 恢复 🚰。" * 6
LATIN = "Water returns at 18:00 {sorry} €5 back. " * 9


@pytest.fixture
async def simulator() -> AsyncIterator[Simulator]:
    one = Simulator(tell=lambda _: None)
    async with one.running():
        yield one


async def test_a_text_both_ways_and_its_receipt() -> None:
    kept = Kept()
    async with centre() as smsc:
        adapter = kit().adapter(port=smsc.port)
        async with listening(adapter, kept):
            assert await smsc.hears("bound") == [{"bound": "yizhan", "receives": True}]
            id = await adapter.send(outbound("来水了 😀"))
            [sent] = await smsc.hears("submitted")
            assert (sent["submitted"], sent["to"], sent["coding"], sent["wants"]) == (id, "8613800138000", 8, 1)
            assert bytes.fromhex(sent["octets"]).decode("utf-16-be") == "来水了 😀"
            assert await kept.told(id) == "delivered"
            smsc.delivers("收到，谢谢".encode("utf-16-be"), coding=8)
            await kept.has(1)
            smsc.delivers(b"ok \x1b\x65\x00", coding=0)
            await kept.has(2)
            assert kept.texts == ["收到，谢谢", "ok €@"]
            assert await smsc.hears("answered", 3) == [{"answered": 0}] * 3
        await smsc.hears("unbound")


@pytest.mark.parametrize(("text", "coding", "count"), [(LONG, 8, 3), (LATIN, 0, 3)])
async def test_a_long_text_leaves_in_pieces_that_make_it_up_again(text: str, coding: int, count: int) -> None:
    kept = Kept()
    async with centre() as smsc:
        adapter = kit().adapter(port=smsc.port)
        async with listening(adapter, kept):
            id = await adapter.send(outbound(text))
            sent = await smsc.hears("submitted", count)
            octets = [bytes.fromhex(one["octets"]) for one in sent]
            assert [one[:3] + one[4:6] for one in octets] == [bytes((5, 0, 3, count, n + 1)) for n in range(count)]
            assert len({one[3] for one in octets}) == 1
            assert all(len(one) <= 160 for one in octets)
            assert {one["esm"] for one in sent} == {0x40}
            bodies = [one[6:] for one in octets]
            read = [one.decode("utf-16-be") if coding else alphabet.decode(one) for one in bodies]
            assert "".join(read) == text
            assert (id, [one["wants"] for one in sent]) == (sent[-1]["submitted"], [0] * (count - 1) + [1])
            assert await kept.told(id) == "delivered"


@pytest.mark.parametrize("how", ["udh8", "udh16", "udh_after_ports", "sar"])
async def test_pieces_come_in_any_order_and_letters_may_be_cut(how: str) -> None:
    kept = Kept()
    octets = LONG.encode("utf-16-be")
    bodies = [octets[at : at + 101] for at in range(0, len(octets), 101)]  # odd: every letter at a cut is in two
    assert len(bodies) > 2
    async with centre() as smsc:
        adapter = kit().adapter(port=smsc.port)
        async with listening(adapter, kept):
            await smsc.hears("bound")
            for number in [*range(2, len(bodies) + 1), 1]:
                place = bytes((len(bodies), number))
                head = {
                    "udh8": bytes((5, 0, 3, 200)) + place,
                    "udh16": bytes((6, 8, 4, 1, 200)) + place,
                    "udh_after_ports": bytes((11, 5, 4, 0, 1, 0, 2, 0, 3, 200)) + place,
                    "sar": b"",
                }[how]
                told = [(0x020C, b"\1\xc8"), (0x020E, place[:1]), (0x020F, place[1:])] if how == "sar" else []
                tlvs = [(tag, value.hex()) for tag, value in told]
                smsc.delivers(head + bodies[number - 1], coding=8, esm=0x40 if head else 0, tlvs=tlvs)
            await kept.has(1)
            assert kept.texts == [LONG]
            assert await smsc.hears("answered", len(bodies)) == [{"answered": 0}] * len(bodies)


async def test_pieces_of_two_people_do_not_mix_and_more_than_nine_keep_their_order(simulator: Simulator) -> None:
    kept, text = Kept(), "".join(f"第{number}句。" for number in range(200))
    adapter = kit().adapter(port=simulator.port)
    async with listening(adapter, kept):
        await until(lambda: _is(len(simulator.bound) == 1))
        await asyncio.gather(simulator.says("13800000001", text), simulator.says("13800000002", text[::-1]))
        await kept.has(2)
        assert sorted(kept.texts) == sorted([text, text[::-1]])


async def test_a_centre_that_is_killed_and_started_again_finds_us_back_with_nothing_lost_or_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(line, "WAIT", 1.0)
    kept = Kept()
    async with centre("a") as smsc:
        adapter = kit().adapter(port=smsc.port)
        async with listening(adapter, kept):
            first = await adapter.send(outbound("一"))
            assert await kept.told(first) == "delivered"
            smsc.delivers("前".encode("utf-16-be"), coding=8)
            await kept.has(1)
            await smsc.kill()
            with pytest.raises(TryLater):
                await _at_once(adapter.send(outbound("二", "message-2")))
            smsc.prefix, smsc.said = "b", []
            await smsc.start()
            await smsc.hears("bound")
            second = await adapter.send(outbound("二", "message-2"))
            assert await kept.told(second) == "delivered"
            smsc.delivers("后".encode("utf-16-be"), coding=8)
            await kept.has(2)
            assert (kept.texts, kept.repeats) == (["前", "后"], 0)
            assert [one["submitted"] for one in await smsc.hears("submitted")] == [second]


async def test_what_the_centre_refuses_says_what_to_do() -> None:
    async with centre() as smsc:
        adapter = kit().adapter(port=smsc.port)
        async with listening(adapter, Kept()):
            await smsc.hears("bound")
            smsc.does(reject=[0x58, 0x14, 0x0B, 0x0A, 0x45])
            for error in (TryLater, TryLater, Refused, ChannelBroken, Refused):
                with pytest.raises(error):
                    await adapter.send(outbound("x"))
            assert await adapter.send(outbound("x"))


async def test_a_status_that_no_book_lists_ends_nothing(simulator: Simulator) -> None:
    adapter = kit().adapter(port=simulator.port)
    async with listening(adapter, Kept()):
        await until(lambda: _is(len(simulator.bound) == 1))
        simulator.faults.left, simulator.faults.code = 1, 0x00000450
        with pytest.raises(Refused) as refused:
            await adapter.send(outbound("x"))
        assert "0x450" in str(refused.value)
        assert await adapter.send(outbound("x"))
        assert len(simulator.bound) == 1


async def test_a_cut_after_the_message_left_is_an_unknown_outcome_and_nothing_is_sent_again(
    simulator: Simulator,
) -> None:
    adapter = kit().adapter(port=simulator.port)
    async with listening(adapter, Kept()):
        simulator.cut_before_answer = True
        with pytest.raises(OutcomeUnknown):
            await adapter.send(outbound("x"))
        await until(lambda: _is(len(simulator.bound) == 1))
        await adapter.send(outbound("y", "message-2"))
        assert [one.text for one in simulator.sent] == ["x", "y"]


async def test_throttling_in_the_middle_of_a_long_message_waits_and_goes_on(simulator: Simulator) -> None:
    channel = kit()
    adapter = channel.adapter(port=simulator.port)
    async with listening(adapter, Kept()):
        first = asyncio.create_task(adapter.send(outbound(LONG)))
        await until(lambda: _is(bool(simulator.sent)))
        simulator.throttle = 1
        await first
        assert "".join(one.text for one in simulator.sent) == LONG


async def test_an_answer_that_was_lost_brings_a_repeat_which_is_stored_once(simulator: Simulator) -> None:
    kept = Kept()
    adapter = kit().adapter(port=simulator.port)
    async with listening(adapter, kept):
        await until(lambda: _is(len(simulator.bound) == 1))
        simulator.cut_before_receiving = True
        await simulator.says("customer-1", "停水了吗")
        await until(lambda: _is(kept.repeats == 1))
        assert kept.texts == ["停水了吗"]
        await simulator.says("customer-1", "停水了吗")
        await simulator.says("customer-1", "停水了吗")
        assert kept.texts == ["停水了吗"] * 3  # asked again and again, in one session: that is no repeat


async def test_a_repeat_is_known_to_another_process_too(simulator: Simulator) -> None:
    kept, channel = Kept(), kit()
    async with listening(channel.adapter(port=simulator.port), kept):
        await until(lambda: _is(len(simulator.bound) == 1))
        simulator.cut_before_receiving = True
        await simulator.says("customer-1", LONG)
    async with listening(channel.adapter(port=simulator.port), kept):  # the marks are all that the two share
        await until(lambda: _is(kept.texts == [LONG]))
        assert len(kept.all) == 1


async def test_a_piece_is_durable_before_it_is_answered(simulator: Simulator) -> None:
    kept, channel = Kept(), kit()
    for number, words in ((1, "上半"), (2, "下半")):  # each to a process of its own; the marks are what they share
        async with listening(channel.adapter(port=simulator.port), kept):
            await until(lambda: _is(len(simulator.bound) == 1))
            head = bytes((5, 0, 3, 9, 2, number))
            assert await simulator.delivers(_body(head + words.encode("utf-16-be"))) == 0
    assert kept.texts == ["上半下半"]


async def test_a_repeated_last_piece_begins_no_new_message(simulator: Simulator) -> None:
    kept, channel = Kept(), kit()
    async with listening(channel.adapter(port=simulator.port), kept):
        await until(lambda: _is(len(simulator.bound) == 1))
        for number, words in ((1, "上半"), (2, "下半")):
            simulator.cut_before_receiving = number == 2
            await simulator.delivers(_body(bytes((5, 0, 3, 9, 2, number)) + words.encode("utf-16-be")))
        await until(lambda: _is(len(simulator.bound) == 1))
        await simulator.says("customer-2", "后来")  # answered after the repeat was
        await until(lambda: _is("后来" in kept.texts))
    assert kept.texts == ["上半下半", "后来"]
    assert msgspec.json.decode(channel.marks.kept[inward.MARK], type=held.Held).groups == ()


def test_a_reference_of_two_octets_is_read_whole() -> None:
    told = [pieces.place(_delivered(bytes((6, 8, 4, 1, low, 3, 2)) + "字".encode("utf-16-be"))) for low in (0xC8, 0xC9)]
    assert told == [pieces.Place(ref=ref, total=3, number=2) for ref in (0x01C8, 0x01C9)]
    for nowhere in (b"", b"\x05\x00\x03\x01", bytes((5, 0, 3, 1, 2, 3)), bytes((5, 0, 3, 1, 2, 0)), b"\xff\x00\xff"):
        assert pieces.place(_delivered(nowhere)) is None


async def test_what_could_not_be_stored_is_not_acknowledged_and_comes_again(simulator: Simulator) -> None:
    kept = Kept()
    kept.refuse = 1
    adapter = kit().adapter(port=simulator.port)
    async with listening(adapter, kept):
        await until(lambda: _is(len(simulator.bound) == 1))
        assert (await simulator.says("customer-1", "一")).status == 0
        assert kept.texts == []
        for one in simulator.bound:
            one.writer.transport.abort()
        await kept.has(1)
        assert (kept.texts, len(kept.all)) == (["一"], 1)


async def test_a_piece_that_never_comes_is_not_waited_for_for_ever(simulator: Simulator) -> None:
    kept, channel, clock = Kept(), kit(), FakeClock()
    channel.clock = clock
    adapter = channel.adapter(port=simulator.port)
    async with listening(adapter, kept):
        await until(lambda: _is(len(simulator.bound) == 1))
        for number in (1, 3):
            head = bytes((5, 0, 3, 9, 3, number))
            await simulator.delivers(_body(head + f"第{number}段".encode("utf-16-be")))
        await clock.advance(held.PATIENCE - timedelta(seconds=30))
        assert kept.texts == []
        await clock.advance(60)
        await kept.has(1)
        assert kept.texts == ["第1段 […] 第3段"]


async def test_a_process_that_does_not_listen_binds_to_send_and_lets_go_when_idle(simulator: Simulator) -> None:
    channel, clock = kit(), FakeClock()
    channel.clock = clock
    adapter = channel.adapter(port=simulator.port)
    await adapter.send(outbound("一"))
    await adapter.send(outbound("二"))
    assert [one.receives for one in simulator.bound] == [False]
    await clock.advance(120)
    await until(lambda: _is(not simulator.bound))
    await adapter.send(outbound("三"))
    assert [one.text for one in simulator.sent] == ["一", "二", "三"]
    await clock.advance(120)
    await until(lambda: _is(not simulator.bound))


def _body(octets: bytes) -> bytes:
    return deliver_sm("8613800138000", octets, coding=8, esm=0x40)


def _delivered(octets: bytes) -> pdu.Delivered:
    return pdu.read(pdu.pack(pdu.DELIVER_SM, 1, body=_body(octets)))


async def _at_once(work: Awaitable[str]) -> str:
    async with asyncio.timeout(8):
        return await work


async def _is(value: bool) -> bool:
    return value

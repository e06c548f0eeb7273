"""What is said through the socket is stored before it is accepted, and comes back once; every misuse has its code."""

from __future__ import annotations

import asyncio
import socket as sockets
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import aiohttp
import msgspec
import pytest
from aiohttp import ClientSession, TCPConnector

from adapters.webchat.protocol import LONGEST_TEXT, VERSION
from conversations.model import MESSAGES, READ_MARKS, Author, AuthorKind, Direction, Message, ReadMark
from hub.ids import new_id
from hub.model import Choice, Choices, Html, Text
from hub.store.port import Eq, Insert
from hub.work.jobs import JOBS
from server.chat.parts import Limits, Rate
from server.chat.service import drain
from server.live.frames import Typing, encode
from server.live.live import TYPING
from tests.chat.house import AGENT, INBOX, KEY, House, house
from tests.waiting import until

if TYPE_CHECKING:
    from pathlib import Path

    from tests.chat.house import Window

HOSTILE = [
    "<script>window.__pwned=1</script>", '"><img src=x onerror=alert(1)>', "javascript:alert(1)", "{{7*7}}${7*7}",
    "\u202egnp.exe", "‮cod.exe", "👨‍👩‍👧‍👦", "𠮷野家", "é vs e\u0301", "'; DROP TABLE m;--", "\r\n\r\nX: y",
    "﷽" * 50, "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢", "  ", "%00%0a", "\\u003cscript\\u003e",
]  # fmt: skip


def text(body: str) -> list[dict[str, str]]:
    """Return one text part."""
    return [{"type": "text", "body": body}]


def shown(body: str) -> list[dict[str, str]]:
    """Return one text part as it is shown; nobody quotes a mail here."""
    return [{"type": "text", "body": body, "quoted": ""}]


async def said(hub: House, body: str = "家里停水了", id: str = "message-1") -> tuple[Window, str]:
    """Let a new visitor say something; return the window and the conversation."""
    window = await hub.window((await hub.session())["token"])
    await window.send(type="send", client_id=id, parts=text(body))
    frames = await window.until("message", client_id=id)
    return window, frames[-1]["conversation"]


async def test_a_visitor_writes_and_an_agent_answers(hub: House) -> None:
    opened = await hub.session(language="zh-CN")
    window = await hub.window(opened["token"])
    assert await window.next() == {"type": "hello", "visitor": opened["visitor"], "seq": 0, "state": "new"}
    await window.send(type="send", client_id="message-1", parts=text("家里停水了"))
    frames = await window.until("message")
    assert {"type": "accepted", "client_id": "message-1"} in frames
    assert [frame["type"] for frame in frames if frame["type"] != "accepted"] == ["hello", "message"]
    mine = frames[-1]
    assert (mine["seq"], mine["client_id"], mine["from"]) == (1, "message-1", "me")
    thread = await hub.thread()
    await hub.say(thread.id, "内部说明", note=True)
    await hub.say(thread.id, Text(body="正在抢修"))
    answer = (await window.until("message"))[-1]
    assert (answer["seq"], answer["from"], answer["name"]) == (3, "agent", "小林")


async def test_accepted_means_on_disk(hub: House) -> None:
    await hub.stop_working()
    window = await hub.window((await hub.session())["token"])
    await window.send(type="send", client_id="message-1", parts=text("断电之前"))
    await window.until("accepted")
    kept = await hub.store.find(JOBS, Eq("state", "ready"), limit=5)
    assert ["断电之前" in job.body for job in kept] == [True]


@pytest.mark.parametrize("body", HOSTILE)
async def test_whatever_is_said_comes_back_letter_for_letter(hub: House, body: str) -> None:
    window, thread = await said(hub, body)
    (message,) = await hub.messages(thread)
    assert message.parts == (Text(body=body),)
    await hub.say(thread, body)
    assert (await window.until("message"))[-1]["parts"] == shown(body)


async def test_a_nul_which_no_store_keeps_becomes_the_sign_for_it(hub: House) -> None:
    _, thread = await said(hub, "a\u0000b \\u0000")
    assert (await hub.messages(thread))[0].parts == (Text(body="a\ufffdb \\u0000"),)


async def test_quick_replies_come_as_they_are_and_formatted_text_without_its_markup(hub: House) -> None:
    window, thread = await said(hub)
    await hub.say(thread, Choices(body="哪一种？", choices=(Choice(label="缴费", value="怎么缴费"),)))
    frame = (await window.until("message"))[-1]
    assert frame["parts"][0]["choices"] == [{"label": "缴费", "value": "怎么缴费"}]
    odd = Message(
        id=new_id(), conversation=thread, inbox=INBOX, seq=3, direction=Direction.OUT,
        author=Author(kind=AuthorKind.BOT, name="小溪"), parts=(Html(body="<img onerror=x>", text="只有文字"),),
        at=hub.chat.clock.now(),
    )  # fmt: skip
    await hub.store.commit(Insert(MESSAGES, odd))
    await hub.say_seq(thread, 4)
    assert (await window.until("message", seq=3))[-1]["parts"] == shown("只有文字")


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ({"type": "send", "client_id": "message-1", "parts": []}, "wrong_frame"),
        ({"type": "send", "client_id": "message-1", "parts": text("")}, "wrong_frame"),
        ({"type": "send", "client_id": "message-1", "parts": text("字" * (LONGEST_TEXT + 1))}, "wrong_frame"),
        ({"type": "send", "client_id": "message-1", "parts": [{"type": "html", "body": "<b>"}]}, "wrong_frame"),
        ({"type": "send", "client_id": "message-1", "parts": text("x"), "seq": 1}, "wrong_frame"),
        ({"type": "send", "client_id": "message-1", "parts": [{"type": "notice", "code": "rate"}]}, "wrong_frame"),
        ({"type": "rate", "client_id": "message-1", "stars": 6}, "wrong_frame"),
        ({"type": "form", "client_id": "message-1", "name": "f", "answers": {"Bad Key": "x"}}, "wrong_frame"),
        ({"type": "send", "client_id": "message-1", "parts": [
            {"type": "file", "blob": "0" * 64, "name": "x", "media_type": "x/y", "size": 1}]}, "refused"),
    ],
)  # fmt: skip
async def test_what_can_be_named_is_refused_by_name_and_the_line_stays(hub: House, frame: Any, code: str) -> None:
    window = await hub.window((await hub.session())["token"])
    await window.next()
    await window.send(**frame)
    refused = await window.next()
    assert (refused["type"], refused["client_id"], refused["code"]) == ("refused", "message-1", code)
    await window.send(type="ping")
    assert await window.next() == {"type": "pong"}
    assert await hub.threads() == []


@pytest.mark.parametrize(
    "raw",
    ["{", "", "[]", '"x"', "{}", '{"type":"admin"}', '{"type":"send","client_id":"short","parts":[]}',
     '{"type":"hello","seq":-1}', '{"type":"typing"}', "[" * 5000, '{"type":"hello","seq":0}'],
)  # fmt: skip
async def test_what_is_no_frame_ends_the_line(hub: House, raw: str) -> None:
    window = await hub.window((await hub.session())["token"])
    await window.next()
    await window.ws.send_str(raw)
    assert await window.next() == {"type": "closed", "code": 4400}


async def test_bytes_and_giants_end_the_line(hub: House) -> None:
    token = (await hub.session())["token"]
    window = await hub.window(token)
    await window.next()
    await window.ws.send_bytes(b'{"type":"ping"}')
    assert await window.next() == {"type": "closed", "code": 4400}
    window = await hub.window(token)
    await window.next()
    await window.ws.send_str("x" * (64 * 1024 + 1))
    assert await window.next() == {"type": "closed", "code": 1009}


async def test_compression_is_not_spoken(hub: House) -> None:
    token = (await hub.session())["token"]
    async with hub.http.ws_connect(
        f"{hub.url}/chat/{KEY}/socket", protocols=(VERSION, f"token.{token}"), headers=hub.origin, compress=15
    ) as ws:
        assert not ws.compress
        assert ws.protocol == VERSION


async def test_who_says_too_much_too_fast_is_let_go(tmp_path: Path) -> None:
    limits = Limits(said=Rate(times=3, per=timedelta(seconds=60)))
    async with house(tmp_path, limits=limits) as hub:
        window = await hub.window((await hub.session())["token"])
        for number in range(5):
            await window.send(type="send", client_id=f"message-{number}", parts=text("x"))
        frames = [await window.next()]
        while frames[-1]["type"] != "closed":
            frames.append(await window.next())
        assert frames[-1]["code"] == 4429
        assert sum(frame["type"] == "accepted" for frame in frames) in (3, 4)


async def test_a_visitor_has_so_many_windows_and_no_more(tmp_path: Path) -> None:
    async with house(tmp_path, limits=Limits(windows=2)) as hub:
        token = (await hub.session())["token"]
        first, second = [await hub.window(token) for _ in range(2)]
        await first.next()
        await second.next()
        third = await hub.window(token, hello=False)
        assert await third.next() == {"type": "closed", "code": 4429}


async def test_both_windows_of_a_visitor_show_the_same(hub: House) -> None:
    token = (await hub.session())["token"]
    one, other = [await hub.window(token) for _ in range(2)]
    await one.send(type="send", client_id="message-1", parts=text("你好"))
    assert (await one.until("message"))[-1] == (await other.until("message"))[-1]


async def test_who_takes_nothing_is_let_go_and_costs_no_memory(tmp_path: Path) -> None:
    async with house(tmp_path, limits=Limits(slow=0.3)) as hub:
        opened, (window, thread) = await hub.session(), await said(hub)
        del opened
        await window.ws.close()
        big = (Text(body="水" * 20_000),) * 6
        author = Author(kind=AuthorKind.AGENT, name="小林")
        await hub.store.commit(*(
            Insert(MESSAGES, Message(id=new_id(), conversation=thread, inbox=INBOX, seq=seq, direction=Direction.OUT,
                                     author=author, parts=big, at=hub.chat.clock.now()))
            for seq in range(2, 60)
        ))  # fmt: skip
        await hub.say_seq(thread, 59)
        token = hub.tokens[-1]
        async with ClientSession(connector=TCPConnector(socket_factory=_small)) as http:
            ws = await http.ws_connect(
                f"{hub.url}/chat/{KEY}/socket", protocols=(VERSION, f"token.{token}"), headers=hub.origin
            )
            await ws.send_str('{"type":"hello","seq":0}')
            await until(lambda: _async(len(hub.chat.crowd) == 1))
            (open_,) = hub.chat.crowd.everybody()
            await until(lambda: _async(open_.closing))  # type: ignore[attr-defined]
            got = [await ws.receive(timeout=5)]
            while got[-1].type is aiohttp.WSMsgType.TEXT:
                got.append(await ws.receive(timeout=5))
            assert ws.close_code == 4408
            assert len(got) < 58
            await ws.close()
        await until(lambda: _async(len(hub.chat.crowd) == 0))


async def test_a_restart_is_told_to_everybody(hub: House) -> None:
    window, _ = await said(hub)
    other = await hub.window((await hub.session())["token"])
    await other.next()
    waiting = asyncio.create_task(drain(hub.chat))
    assert (await window.until("closed"))[-1]["code"] == 1012
    assert await other.next() == {"type": "closed", "code": 1012}
    await waiting


async def test_one_wheel_asks_everybody_and_drops_the_dead(hub: House) -> None:
    window, _ = await said(hub)
    silent = await hub.window((await hub.session())["token"], hello=False)
    await until(lambda: _async(len(hub.chat.wheel) == 2))
    for _ in range(hub.chat.wheel.slots):
        await hub.chat.wheel.turn()
    await window.send(type="ping")
    await window.until("pong")
    for _ in range(hub.chat.wheel.slots):
        await hub.chat.wheel.turn()
    assert (await silent.next())["type"] == "closed"
    await window.send(type="ping")
    assert await window.next() == {"type": "pong"}
    await until(lambda: _async(len(hub.chat.wheel) == 1))


async def test_typing_goes_both_ways_and_is_kept_nowhere(hub: House) -> None:
    window, thread = await said(hub)
    async with hub.chat.bus.subscribe(TYPING) as heard:
        await window.send(type="typing", on=True)
        _, payload = await asyncio.wait_for(anext(heard), 5)
        assert msgspec.json.decode(payload) == {
            "type": "typing", "conversation": thread, "who": "customer", "on": True,
        }  # fmt: skip
    await hub.chat.bus.publish(TYPING, encode(Typing(conversation=thread, who="agent-1", on=True)))
    assert (await window.until("typing"))[-1] == {"type": "typing", "on": True}
    await hub.chat.bus.publish(TYPING, b"\xff not ours")
    await hub.chat.bus.publish(TYPING, encode(Typing(conversation=thread, who="agent-1", on=False)))
    assert (await window.until("typing"))[-1] == {"type": "typing", "on": False}


async def test_read_marks_go_both_ways(hub: House) -> None:
    window, thread = await said(hub)
    await hub.say(thread, "请稍等")
    await window.until("message", seq=2)
    await window.send(type="read", seq=2, conversation=thread)

    async def read() -> bool:
        return (await hub.thread()).customer_read == 2

    await until(read)
    mark = ReadMark(id=f"{thread}:{AGENT.id}", conversation=thread, user=AGENT.id, seq=1, at=hub.chat.clock.now())
    await hub.store.commit(Insert(READ_MARKS, mark))
    assert (await window.until("read"))[-1] == {"type": "read", "conversation": thread, "seq": 1}


async def test_at_the_end_stars_are_asked_for_once(hub: House) -> None:
    window, thread = await said(hub)
    await hub.say(thread, "修好了")
    await hub.acts.resolve(thread, AGENT, ask_rating=True)
    closed = (await window.until("state", state="closed"))[-1]
    assert closed["rate"] is True
    await window.send(type="rate", client_id="rating-0001", stars=4, comment="很快", conversation=thread)
    after = (await window.until("state"))[-1]
    assert (after["state"], after.get("rate")) == ("closed", None)
    rating = (await hub.thread()).rating
    assert rating is not None
    assert (rating.stars, rating.comment) == (4, "很快")


async def test_the_visitor_may_end_it(hub: House) -> None:
    window, thread = await said(hub)
    await window.send(type="end", client_id="ending-0001", conversation=thread)
    await window.until("state", state="closed")
    assert (await hub.thread()).state == "closed"


async def test_who_waits_sees_the_place_in_the_queue_move(hub: House) -> None:
    first, ahead = await said(hub, id="message-1")
    second, _ = await said(hub, id="message-2")
    del first
    token = hub.tokens[-1]
    await second.ws.close()
    window = await hub.window(token)
    assert (await window.next())["queue_position"] == 2
    await hub.acts.resolve(ahead, AGENT)
    moved = (await window.until("state"))[-1]
    assert (moved["state"], moved["queue_position"]) == ("waiting", 1)


def _small(address: Any) -> sockets.socket:
    family, kind, proto, _, _ = address
    made = sockets.socket(family, kind, proto)
    made.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 4096)
    return made


async def _async(value: object) -> object:
    return value

"""After a cut at any frame the visitor sees every message once and in order, and no note."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from conversations.model import Direction
from hub.model import Text
from tests.chat.house import AGENT, KEY, House
from tests.waiting import until

if TYPE_CHECKING:
    from tests.chat.house import Window

CUTS = 7
"""A fresh window gets a hello and five messages: it is cut before the first, after each, and after the last."""


async def begun(hub: House, window: Window) -> str:
    """Let the visitor and the agent talk, with notes between; return the conversation."""
    for number in (1, 2):
        await window.send(type="send", client_id=f"visitor-{number}", parts=[{"type": "text", "body": f"问 {number}"}])
    await window.until("message", seq=2)
    thread = (await hub.thread()).id
    await hub.say(thread, "答 3")
    await hub.say(thread, "内部 4", note=True)
    await hub.say(thread, "答 5")
    await hub.say(thread, "内部 6", note=True)
    await hub.say(thread, "内部 7", note=True)
    await hub.say(thread, "答 8")
    return thread


async def visible(hub: House, thread: str) -> list[int]:
    """Return the seqs a visitor must see."""
    return [message.seq for message in await hub.messages(thread) if message.direction is not Direction.NOTE]


@pytest.mark.parametrize("cut", range(CUTS))
async def test_every_cut_is_healed(hub: House, cut: int) -> None:
    token = (await hub.session())["token"]
    first = await hub.window(token)
    thread = await begun(hub, first)
    await first.until("message", seq=8)
    await first.ws.close()

    window = await hub.window(token)
    held: list[dict[str, Any]] = []
    for _ in range(cut):
        frame = await window.next()
        if frame["type"] == "message":
            held.append(frame)
    await window.cut()
    await hub.say(thread, f"断线时 {cut}")
    await hub.say(thread, "又一条")
    newest = (await visible(hub, thread))[-1]

    seq = held[-1]["seq"] if held else 0
    back = await hub.window(token, seq, thread if held else "")
    held += [frame for frame in await back.until("message", seq=newest) if frame["type"] == "message"]
    assert [frame["seq"] for frame in held] == await visible(hub, thread)
    assert not any("内部" in str(frame) for frame in held)
    await back.ws.close()


async def test_while_messages_stream_in_a_flapping_line_loses_and_doubles_nothing(hub: House) -> None:
    token = (await hub.session())["token"]
    window = await hub.window(token)
    await window.send(type="send", client_id="visitor-1", parts=[{"type": "text", "body": "问"}])
    await window.until("message")
    thread = (await hub.thread()).id
    seen, place = [1], 1
    for number in range(30):
        await hub.say(thread, f"答 {number}", note=number % 3 == 2)
        if number % 4 == 1:
            await window.cut()
            window = await hub.window(token, place, thread)
        if number % 3 == 0:
            for frame in await window.until("message"):
                if frame["type"] == "message":
                    seen.append(frame["seq"])
                    place = frame["seq"]
    newest = (await visible(hub, thread))[-1]
    if place < newest:
        seen += [frame["seq"] for frame in await window.until("message", seq=newest) if frame["type"] == "message"]
    assert seen == await visible(hub, thread)


async def test_what_was_sent_and_not_confirmed_may_be_sent_again(hub: House) -> None:
    token = (await hub.session())["token"]
    window = await hub.window(token)
    said = {"type": "send", "client_id": "visitor-1", "parts": [{"type": "text", "body": "只说一次"}]}
    await window.send(**said)
    await window.cut()
    back = await hub.window(token)
    await back.send(**said)
    await back.send(**said)
    await back.until("accepted", client_id="visitor-1")
    other = await hub.window(token)
    await other.send(**said)
    await other.until("accepted")
    thread = await hub.thread()
    await hub.say(thread.id, "收到")
    got = [frame for frame in await back.until("message", seq=2) if frame["type"] == "message"]
    assert [frame["parts"][0]["body"] for frame in got][-1] == "收到"
    assert [message.parts for message in await hub.messages(thread.id)] == [
        (Text(body="只说一次"),), (Text(body="收到"),),
    ]  # fmt: skip


async def test_a_new_conversation_is_welcomed_after_the_rest_of_the_old_one(hub: House) -> None:
    token = (await hub.session())["token"]
    window = await hub.window(token)
    await window.send(type="send", client_id="visitor-1", parts=[{"type": "text", "body": "第一件事"}])
    await window.until("message")
    first = await hub.thread()
    await window.cut()
    await hub.say(first.id, "已经办好")
    await hub.acts.resolve(first.id, AGENT)
    await forget_reopening(hub)
    async with hub.http.post(
        f"{hub.url}/chat/{KEY}/frames",
        json={"frames": [{"type": "send", "client_id": "visitor-2", "parts": [{"type": "text", "body": "第二件事"}]}]},
        headers={"Authorization": f"Bearer {token}"},
    ) as answer:
        assert (await answer.json())["frames"] == [{"type": "accepted", "client_id": "visitor-2"}]

    async def two() -> bool:
        return len(await hub.threads()) == 2

    await until(two)
    back = await hub.window(token, 1, first.id)
    frames = await back.until("message", client_id="visitor-2")
    kinds = [(frame["type"], frame.get("conversation") == first.id) for frame in frames if frame["type"] != "state"]
    assert kinds == [("hello", True), ("message", True), ("hello", False), ("message", False)]
    assert frames[-1]["seq"] == 1


async def test_nobody_resumes_into_a_strangers_thread(hub: House) -> None:
    victim = await hub.window((await hub.session())["token"])
    await victim.send(type="send", client_id="visitor-1", parts=[{"type": "text", "body": "秘密"}])
    await victim.until("message")
    thread = (await hub.thread()).id
    token = (await hub.session())["token"]
    spy = await hub.window(token, 0, thread)
    hello = await spy.next()
    assert (hello["type"], hello["state"], hello.get("conversation")) == ("hello", "new", None)
    await hub.say(thread, "给别人的")
    await spy.send(type="ping")
    assert await spy.next() == {"type": "pong"}
    headers = {"Authorization": f"Bearer {token}"}
    async with hub.http.get(f"{hub.url}/chat/{KEY}/history?conversation={thread}", headers=headers) as answer:
        assert await answer.json() == {"items": [], "next": None}
    async with hub.http.get(f"{hub.url}/chat/{KEY}/poll?conversation={thread}", headers=headers) as answer:
        assert "秘密" not in await answer.text()


async def forget_reopening(hub: House) -> None:
    """Let the inbox begin a new conversation after every close."""
    from msgspec import structs

    from conversations.inboxes import INBOXES
    from hub.store.port import put
    from tests.chat.house import INBOX

    inbox = await hub.store.get(INBOXES, INBOX)
    assert inbox is not None
    await hub.store.commit(put(INBOXES, inbox, structs.replace(inbox, reopen_hours=0)))

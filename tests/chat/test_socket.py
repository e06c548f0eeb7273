"""What is said through the socket is stored before it is accepted, and comes back once, in order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.model import Text

if TYPE_CHECKING:
    from tests.chat.house import House


async def test_a_visitor_writes_and_an_agent_answers(hub: House) -> None:
    opened = await hub.session(language="zh-CN")
    window = await hub.window(opened["token"])
    assert await window.next() == {"type": "hello", "visitor": opened["visitor"], "seq": 0, "state": "new"}
    await window.send(type="send", client_id="message-1", parts=[{"type": "text", "body": "家里停水了"}])
    frames = await window.until("message")
    assert {"type": "accepted", "client_id": "message-1"} in frames
    assert [frame["type"] for frame in frames if frame["type"] != "accepted"] == ["hello", "message"]
    mine = frames[-1]
    assert (mine["seq"], mine["client_id"], mine["from"]) == (1, "message-1", "me")
    assert mine["parts"] == [{"type": "text", "body": "家里停水了"}]
    thread = await hub.thread()
    await hub.say(thread.id, "内部说明", note=True)
    await hub.say(thread.id, Text(body="正在抢修"))
    answer = (await window.until("message"))[-1]
    assert (answer["seq"], answer["from"], answer["name"]) == (3, "agent", "小林")
    await window.ws.close()

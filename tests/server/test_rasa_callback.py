"""A bot on a Rasa server that calls back: over real HTTP, through the hub's door, into the visitor's window."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from conversations.model import CONVERSATIONS, State
from hub.store.port import By, Eq
from tests.bots.rasa.playing import Rasa, rasa
from tests.server.test_story import Visitor
from tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.server.running import Client, Running


@pytest.fixture
async def played() -> AsyncIterator[Rasa]:
    """A Rasa server that plays."""
    async with rasa() as server:
        yield server


async def _installed(hub: Running, played: Rasa) -> Client:
    """Put the bot `far` on the demo's web chat; its server knows the address to call back."""
    boss = await hub.log_in("admin")
    remote = {"url": played.url, "way": "callback"}
    made = await boss.post("/bots", {"id": "far", "name": "远方", "kind": "rasa", "remote": remote})
    assert made.status == 201, made.body
    played.callback = hub.base + made.json["remote"]["callback"].removeprefix(hub.hub.address)
    (inbox,) = [one for one in (await boss.get("/inboxes")).json["items"] if one["bot"] == "water"]
    changed = await boss.call("PATCH", f"/inboxes/{inbox['id']}", json={"bot": "far"})
    assert changed.status == 200, changed.body
    return boss


async def _conversation(hub: Running, state: State = State.BOT) -> str:
    order = (By("last_at"), By("id"))
    found = await hub.hub.store.find(CONVERSATIONS, Eq("state", state), order=order, limit=2)
    assert len(found) == 1
    return found[0].id


async def _said(client: Client, id: str) -> list[tuple[str, str]]:
    items = (await client.get(f"/conversations/{id}/messages")).json["items"]
    return [
        (one["author"]["kind"], part["body"])
        for one in items
        if one["direction"] != "note"
        for part in one["parts"]
        if "body" in part
    ]


async def test_what_rasa_calls_back_is_said_in_order_and_once(hub_server: Running, played: Rasa) -> None:
    boss = await _installed(hub_server, played)
    played.copies = 2
    buttons = [{"title": "查水费", "payload": "/bill"}]
    played.answers = [[{"text": "您好"}, {"text": "请选", "buttons": buttons}], [{"text": "本月 42 元"}]]
    visitor = await Visitor.arrive(hub_server)
    await visitor.say("在吗")
    await visitor.wait_for("bot", "请选")
    await visitor.say("1")
    await visitor.wait_for("bot", "本月 42 元")
    id = await _conversation(hub_server)
    words = [("customer", "在吗"), ("bot", "您好"), ("bot", "请选"), ("customer", "1"), ("bot", "本月 42 元")]
    assert await _said(boss, id) == words
    assert [one["message"] for one in played.told] == ["在吗", "/bill"]
    assert played.statuses == [200] * 6


async def test_rasa_speaks_first_and_is_silent_while_a_person_has_it(hub_server: Running, played: Rasa) -> None:
    boss = await _installed(hub_server, played)
    visitor = await Visitor.arrive(hub_server)
    await visitor.say("在吗")
    await visitor.wait_for("bot", "好的")
    id = await _conversation(hub_server)
    assert await played.call(id, text="提醒您：明天停水")
    await visitor.wait_for("bot", "明天停水")
    assert await played.call(id, text="转人工", custom={"handoff": True})
    await visitor.wait_for("bot", "转人工")
    await until(lambda: _is(hub_server, id, State.WAITING), seconds=10)
    assert await played.call(id, text="我插一句")
    assert (await boss.post(f"/conversations/{id}/take")).status == 200
    assert await played.call(id, text="我再插一句")
    await hub_server.hub.engine.settle()
    assert [words for who, words in await _said(boss, id) if who == "bot"] == ["好的", "提醒您：明天停水", "转人工"]
    counted = (await boss.get("/metrics")).body.decode()
    assert 'yizhan_rasa_called_back_total{result="not_with_this_bot"} 2.0' in counted


async def test_a_server_that_says_nothing_is_no_silence(hub_server: Running, played: Rasa) -> None:
    boss = await _installed(hub_server, played)
    played.answers = [[]]
    visitor = await Visitor.arrive(hub_server)
    await visitor.say("在吗")
    await visitor.wait_for("bot", "人工")
    id = await _conversation(hub_server, State.WAITING)
    assert await played.call(id, text="太晚了")
    assert "太晚了" not in [words for _, words in await _said(boss, id)]


async def test_the_address_opens_nothing_but_its_own_bot(hub_server: Running, played: Rasa) -> None:
    boss = await _installed(hub_server, played)
    stranger = await hub_server.stranger()
    path = played.callback.removeprefix(hub_server.base)
    message = {"recipient_id": "nobody", "text": "hello"}
    assert await _posted(stranger, path, message) == (200, b"{}")
    token = path.rpartition("/")[2]
    for wrong in (token[:-2] + "xx", token + "x", "x.y.z", hub_server.hub.links.to("a" * 64, "x").split("/")[-2]):
        status, body = await _posted(stranger, f"/rasa/{wrong}", message)
        assert (status, b"bot's page" in body) == (401, True)
    nonsenses: tuple[Any, ...] = ([], {"text": "x"}, {"recipient_id": ""}, {"recipient_id": "c", "text": 5})
    for nonsense in nonsenses:
        assert (await _posted(stranger, path, nonsense))[0] == 400
    assert (await _posted(stranger, path, {"recipient_id": "c", "text": "x" * 70_000}))[0] == 413

    reader = await hub_server.log_in("lead")
    shown = (await reader.get("/bots/far")).json["remote"]
    assert shown == {"url": played.url, "shadow": "", "way": "callback", "callback": ""}
    renewed = {"url": played.url, "way": "callback", "renew": True}
    changed = await boss.call("PATCH", "/bots/far", json={"remote": renewed})
    assert changed.json["remote"]["callback"].rpartition("/")[2] != token
    assert (await _posted(stranger, path, message))[0] == 401
    back = await boss.call("PATCH", "/bots/far", json={"remote": {"url": played.url}})
    assert back.json["remote"]["callback"] == ""


async def _posted(client: Client, path: str, message: Any) -> tuple[int, bytes]:
    async with client.http.post(client.base + path, json=message) as answer:
        return answer.status, await answer.read()


async def _is(hub: Running, id: str, state: State) -> bool:
    read = await hub.hub.store.get(CONVERSATIONS, id)
    return read is not None and read.state is state

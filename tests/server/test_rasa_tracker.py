"""What people do in a conversation of a Rasa bot, as its tracker hears it: in order, and nobody waits for it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from bots.rasa.tracking import ATTEMPTS, Tell, Trackers
from conversations.events import Attended
from conversations.model import CONVERSATIONS, State
from hub.store.port import By, Eq
from hub.work.jobs import Job
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
    """Put the bot `far` on the demo's web chat."""
    boss = await hub.log_in("admin")
    made = await boss.post("/bots", {"id": "far", "name": "远方", "kind": "rasa", "remote": {"url": played.url}})
    assert made.status == 201, made.body
    (inbox,) = [one for one in (await boss.get("/inboxes")).json["items"] if one["bot"] == "water"]
    assert (await boss.call("PATCH", f"/inboxes/{inbox['id']}", json={"bot": "far"})).status == 200
    return boss


async def _handed_over(hub: Running, played: Rasa, agent: Client) -> tuple[Visitor, str]:
    """Let Rasa hand a conversation over, and a colleague take it."""
    played.answers = [[{"text": "转人工", "custom": {"handoff": True}}]]
    visitor = await Visitor.arrive(hub)
    await visitor.say("漏水了")
    await visitor.wait_for("bot", "转人工")

    async def waits() -> Any:
        order = (By("last_at"), By("id"))
        return await hub.hub.store.find(CONVERSATIONS, Eq("state", State.WAITING), order=order, limit=1)

    await until(waits)
    id = (await waits())[0].id
    assert (await agent.post(f"/conversations/{id}/take")).status == 200
    return visitor, id


async def _say(agent: Client, id: str, text: str) -> None:
    said = {"client_id": text, "parts": [{"type": "text", "body": text}]}
    answer = await agent.post(f"/conversations/{id}/messages", said)
    assert answer.status == 201, answer.body


def _told(played: Rasa) -> list[str]:
    """Return every event the tracker heard, a colleague's words as they are."""
    return [event.get("text", event["event"]) for _, events in played.events for event in events]


async def test_hand_over_words_and_return_are_told_in_order(hub_server: Running, played: Rasa) -> None:
    boss = await _installed(hub_server, played)
    visitor, id = await _handed_over(hub_server, played, boss)
    await _say(boss, id, "我是林晓")
    await visitor.say("快一点")
    await _say(boss, id, "已派人")

    async def all_told() -> bool:
        return _told(played) == ["pause", "我是林晓", "已派人"]

    await until(all_told)
    words = next(one for _, events in played.events for one in events if one["event"] == "bot")
    assert words["metadata"]["agent"]["id"] == boss.user
    assert {conversation for conversation, _ in played.events} == {id}
    assert id in played.paused
    assert (await boss.post(f"/conversations/{id}/hand-to-bot")).status == 200
    played.answers = [[{"text": "修好了吗"}]]
    await visitor.say("谢谢")
    await visitor.wait_for("bot", "修好了吗")
    await hub_server.hub.engine.settle()
    told = _told(played)
    assert told[:3] == ["pause", "我是林晓", "已派人"]
    assert set(told[3:]) == {"resume", "slot", "active_loop"}
    assert told.count("active_loop") == 1, "told later, it would end the form of the next turn"
    played.answers = [[{"text": "再见"}]]
    await visitor.say("修好了")
    await visitor.wait_for("bot", "再见")
    assert _told(played).count("active_loop") == 1


async def test_a_server_that_is_away_delays_nobody_and_is_told_later(hub_server: Running, played: Rasa) -> None:
    boss = await _installed(hub_server, played)
    played.away = True
    visitor, id = await _handed_over(hub_server, played, boss)
    begun = time.monotonic()
    for number in range(3):
        await _say(boss, id, f"第{number}句")
    assert time.monotonic() - begun < 3
    await visitor.wait_for("agent", "第2句")
    played.away = False

    async def all_told() -> bool:
        return _told(played) == ["pause", "第0句", "第1句", "第2句"]

    await until(all_told, seconds=20)


async def test_what_could_not_be_told_is_told_before_the_bot_is_asked_again(hub_server: Running, played: Rasa) -> None:
    boss = await _installed(hub_server, played)
    played.away = True
    visitor, id = await _handed_over(hub_server, played, boss)
    await _say(boss, id, "已派人")
    trackers = Trackers(hub_server.hub.store, hub_server.hub.bots)
    at = hub_server.hub.clock.now()
    last = Job(id="j", kind="rasa.tell", lane="x", seq=0, due=at, body="", attempts=ATTEMPTS, made_at=at)
    record = await trackers.tell(Tell(conversation=id, bot="far"), last, at)
    assert await record(at) == [], "given up for now: no write, and no dead letter"
    assert (await boss.post(f"/conversations/{id}/hand-to-bot")).status == 200
    played.away = False
    played.answers = [[{"text": "修好了吗"}]]
    await visitor.say("谢谢")
    await visitor.wait_for("bot", "修好了吗")
    assert [one for one in _told(played) if one in ("已派人", "resume")][:1] == ["已派人"]
    assert id not in played.paused


async def test_a_bot_of_our_own_costs_no_job(hub_server: Running) -> None:
    trackers = Trackers(hub_server.hub.store, hub_server.hub.bots)
    assert not trackers.wants(Attended(conversation="c", bot="water", seq=1))
    assert not trackers.wants(Attended(conversation="c", bot="nobody", seq=1))

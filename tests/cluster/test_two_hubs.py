"""The agent on one hub, the visitor on another, the work in a third process; Redis is emptied, killed and restarted."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from hub.redis import connect
from tests.cluster.town import Agent, Visitor, text_of, town
from tests.redises import redis_server

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.mongo, pytest.mark.redis]


async def test_the_story_over_two_hubs_while_redis_forgets_everything(
    tmp_path: Path, mongo_url: str, mongo_database: str
) -> None:
    with redis_server() as redis:
        async with town(tmp_path / "data", mongo_url, mongo_database, redis) as place:
            agent, visitor = await place.agent(place.a), await place.visitor(place.b)
            await agent.client.call("PUT", "/presence", json={"status": "online"})
            await visitor.say("水费怎么交？")
            await visitor.hears("bot", "")
            await visitor.say("人工")
            await _forget_everything(redis.url)
            page = await agent.until("/conversations?view=offered", lambda told: told["items"])
            id = page["items"][0]["id"]
            await agent.told(lambda frame: frame["type"] == "offer" and frame["conversation"] == id)
            assert (await agent.client.post(f"/conversations/{id}/accept")).status == 200
            said = await agent.say(id, "您好，我是林晓。", "a1")
            await visitor.hears("agent", "我是林晓")
            await visitor.read(id, said["seq"])
            await agent.told(
                lambda frame: frame["type"] == "conversation" and frame["row"]["customer_read"] >= said["seq"]
            )
            redis.kill()
            await visitor.say("还在吗？")
            await agent.until(f"/conversations/{id}/messages", lambda told: "还在吗？" in _texts(told))
            await asyncio.to_thread(redis.start)
            await visitor.hears("me", "还在吗？")
            # Hints are told at most once: what is said before a door listens again is fetched, not heard.
            await agent.told(lambda frame: frame["type"] == "reset")
            await visitor.say("谢谢！")
            await agent.told(lambda frame: frame["type"] == "message" and text_of(frame["message"]) == "谢谢！")
            await agent.say(id, "不客气。", "a2")
            await visitor.hears("agent", "不客气")
            await _nothing_lost_nothing_doubled(agent, visitor, id)


async def _nothing_lost_nothing_doubled(agent: Agent, visitor: Visitor, id: str) -> None:
    told = (await agent.client.get(f"/conversations/{id}/messages")).json
    items = told["items"]
    assert [item["seq"] for item in items] == list(range(1, len(items) + 1))
    words = [text_of(item) for item in items if item["direction"] == "in"]
    assert words == ["水费怎么交？", "人工", "还在吗？", "谢谢！"]
    assert [text_of(item) for item in items if item["author"]["kind"] == "agent"] == ["您好，我是林晓。", "不客气。"]
    shown = [item["seq"] for item in items if item["direction"] != "note"]
    assert [message["seq"] for message in visitor.messages] == shown
    numbers = [frame["n"] for frame in agent.frames if "n" in frame and frame["type"] != "hello"]
    assert numbers == sorted(set(numbers))


def _texts(told: Any) -> list[str]:
    return [text_of(item) for item in told["items"]]


async def _forget_everything(url: str) -> None:
    redis = connect(url)
    try:
        await redis.flushall()
    finally:
        await redis.aclose()

"""A worker dies in the middle of its deliveries; another waits for the leases to end and delivers what is left."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import aiohttp
import msgspec
import pytest
from pymongo import AsyncMongoClient

from hub import standard_webhooks as signature
from tests.cluster.town import CONSOLE, SECRET, Town, eventually, town
from tests.redises import redis_server
from tests.soak.sink import Sink, listening

if TYPE_CHECKING:
    from pathlib import Path

    from aiohttp import web
    from pymongo.asynchronous.collection import AsyncCollection

pytestmark = [pytest.mark.mongo, pytest.mark.redis]
CUSTOMERS = 20
AT_ONCE = 16
"""Calls the outbox makes to one inbox's provider at a time: the others wait for their turn, without a lease."""


class ClosedSink(Sink):
    """Takes everything, and answers nobody until its door is opened: who is killed meanwhile never hears."""

    def __init__(self) -> None:
        super().__init__()
        self.inside = 0
        self.door = asyncio.Event()

    async def take(self, request: web.Request) -> web.Response:
        """Take it, and answer late."""
        self.inside += 1
        answer = await super().take(request)
        await self.door.wait()
        return answer


async def test_another_worker_delivers_what_a_dead_one_left(
    tmp_path: Path, mongo_url: str, mongo_database: str
) -> None:
    sink = ClosedSink()
    with redis_server() as redis:
        async with (
            listening(sink) as address,
            AsyncMongoClient[dict[str, Any]](mongo_url) as mongo,
            town(tmp_path / "data", mongo_url, mongo_database, redis, sink=address) as place,
        ):
            await asyncio.gather(*(_say(place, number) for number in range(CUSTOMERS)))
            jobs = mongo[mongo_database]["jobs"]
            await eventually(lambda: _only_deliveries(jobs), "an answer for everybody", seconds=40)
            await eventually(lambda: _is(sink.inside == AT_ONCE), "as many deliveries as may be under way")
            place.worker.kill()
            sink.door.set()
            await asyncio.to_thread(place.relief.start, door=False)
            await eventually(lambda: _none_ready(jobs), "nothing left to do", seconds=40)
            dead = await jobs.count_documents({"state": "dead"})
    assert dead == 0
    assert sink.calls == CUSTOMERS + AT_ONCE
    assert len(sink.effects) == CUSTOMERS
    assert len({effect.conversation for effect in sink.effects}) == CUSTOMERS


async def _only_deliveries(jobs: AsyncCollection[dict[str, Any]]) -> bool:
    """Everybody is answered, so that the worker holds no transaction: MongoDB keeps those of the dead for a minute."""
    ready = await jobs.find({"state": "ready"}).to_list()
    return [job["kind"] for job in ready] == ["deliver"] * CUSTOMERS


async def _none_ready(jobs: AsyncCollection[dict[str, Any]]) -> bool:
    return not await jobs.count_documents({"state": "ready"})


async def _is(answer: bool) -> bool:
    return answer


async def _say(place: Town, number: int) -> None:
    """Ask the bot something over the API channel, at one door or the other."""
    door, at = (place.a, place.b)[number % 2], datetime.now(UTC)
    body = msgspec.json.encode(
        {"type": "message", "from": {"id": f"c{number}"}, "at": at, "parts": [{"type": "text", "body": "水费怎么交？"}]}
    )
    headers = signature.sign(SECRET, f"message-{number}", at, body)
    async with (
        aiohttp.ClientSession() as http,
        http.post(f"{door.base}/hooks/{CONSOLE}", data=body, headers=headers) as answer,
    ):
        assert answer.status == 200, await answer.text()

"""A bot is published at one door while another process answers: the next turn has the new version, none is dropped.

The rows say what is live. Redis is emptied in the middle, and killed; its news only saves the loading.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from bots.nlu.training import train
from bots.project.reading import read
from bots.serving.keeping import Chest
from bots.serving.library import smallest
from bots.serving.rows import BOTS, ROWS, VERSIONS, BotRow, State, VersionRow, version_id
from bots.trained import pack, trained_of
from hub.blobs import Blobs
from hub.clock import SystemClock
from hub.redis import connect
from hub.store.port import Insert
from server import demo
from server.shelf import BlobShelf
from tests.cluster.town import Visitor, eventually, text_of, town
from tests.redises import redis_server
from tests.stores import open_mongo

if TYPE_CHECKING:
    from pathlib import Path

    from tests.server.running import Client

pytestmark = [pytest.mark.mongo, pytest.mark.redis]
BYE = "再见，祝您生活愉快！"
SWEPT = 60
"""Seconds for an answer: a turn whose hint died with Redis waits for the sweep."""


async def test_what_is_published_at_one_door_answers_behind_the_other(
    tmp_path: Path, mongo_url: str, mongo_database: str
) -> None:
    with redis_server() as redis:
        async with town(tmp_path / "data", mongo_url, mongo_database, redis) as place:
            designer = await _logged_in(await place.client(place.a), "designer")
            boss = await _logged_in(await place.client(place.a), "admin")
            await _two_versions(tmp_path / "data", mongo_url, mongo_database, boss)
            talk = Talk(await place.visitor(place.b))
            await talk.answered("第一版")
            talking = asyncio.create_task(talk.on_and_on())
            await asyncio.sleep(0)
            await _publish(designer, 2)
            await talk.answered("第二版")
            await asyncio.gather(_publish(designer, 1), _forget_everything(redis.url))
            await talk.answered("第一版")
            redis.kill()
            await _publish(designer, 2)
            await asyncio.to_thread(redis.start)
            await talk.answered("第二版")
            talking.cancel()
            await asyncio.gather(talking, return_exceptions=True)
            await talk.nothing_dropped()


class Talk:
    """A visitor who says one thing after another and counts the answers."""

    def __init__(self, visitor: Visitor) -> None:
        self._visitor = visitor
        self._one = asyncio.Lock()
        self.said = 0

    @property
    def answers(self) -> list[str]:
        """Return what the bot said to it, in order."""
        told = [text_of(one) for one in self._visitor.messages if one["from"] == "bot"]
        return [one for one in told if "版" in one]

    async def answered(self, words: str) -> None:
        """Say something now, and see that the answer to it is that of this version."""
        async with self._one:
            assert words in await self._turn()

    async def on_and_on(self) -> None:
        """Say something as soon as the last was answered."""
        while True:
            async with self._one:
                await asyncio.shield(asyncio.create_task(self._turn()))
            await asyncio.sleep(0.01)

    async def nothing_dropped(self) -> None:
        """Wait for the last answer, and see that everything was answered once."""
        async with self._one:
            await self._heard()
        assert len(self.answers) == self.said

    async def _turn(self) -> str:
        await self._visitor.say("再见")
        self.said += 1
        return await self._heard()

    async def _heard(self) -> str:
        async def heard() -> bool:
            return len(self.answers) >= self.said

        await eventually(heard, f"answer {self.said}", seconds=SWEPT)
        return self.answers[-1]


async def _logged_in(client: Client, who: str) -> Client:
    answer = await client.post("/session", {"email": f"{who}@demo.example", "password": demo.PASSWORD})
    assert answer.status == 200, answer.body
    client.csrf = answer.json["csrf"]
    return client


async def _two_versions(folder: Path, mongo: str, database: str, boss: Client) -> None:
    """Let there be two trained versions that say goodbye differently, publish one, and give it the web chat."""
    chest, at = Chest(BlobShelf(Blobs(folder / "blobs"))), SystemClock().now()
    versions: list[VersionRow] = []
    for number, words in ((1, "第一版"), (2, "第二版")):
        files = {name: text.replace(BYE, words) for name, text in smallest("zh").items()}
        model = await chest.keep(await asyncio.to_thread(_model, files))
        versions.append(
            VersionRow(
                id=version_id("tiny", number), bot="tiny", number=number, files=await chest.keep_files(files),
                model=model, state=State.TRAINED, made_at=at,
            )
        )  # fmt: skip
    async with open_mongo(mongo, database, ROWS) as store:
        row = BotRow(id="tiny", name="小试", last=2, made_at=at)
        await store.commit(Insert(BOTS, row), *(Insert(VERSIONS, one) for one in versions))
    await _publish(boss, 1)
    (inbox,) = [one for one in (await boss.get("/inboxes")).json["items"] if one["bot"] == "water"]
    assert (await boss.call("PATCH", f"/inboxes/{inbox['id']}", json={"bot": "tiny"})).status == 200


def _model(files: dict[str, str]) -> bytes:
    project = read(files)
    return pack(trained_of(project, train(project, None)))


async def _publish(designer: Client, number: int) -> Any:
    answer = await designer.post(f"/bots/tiny/versions/{number}/publish")
    assert (answer.status, answer.json["live"]) == (200, number), answer.body


async def _forget_everything(url: str) -> None:
    redis = connect(url)
    try:
        await redis.flushall()
    finally:
        await redis.aclose()

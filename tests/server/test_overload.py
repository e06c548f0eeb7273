"""Too much at once: who does not fit hears so at once, what is inside is finished, and webhooks have their own room."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from hub.errors import Overloaded, TooMany
from server.rates import Buckets
from server.room import Room
from tests.server.running import running
from tests.waiting import until

if TYPE_CHECKING:
    from pathlib import Path

    from tests.server.running import Client

LABEL = b'{"name":"slow","colour":"#112233"}'


class Slow:
    """A request whose body comes only when it is let."""

    def __init__(self) -> None:
        self.let = asyncio.Event()

    async def body(self) -> Any:
        yield LABEL[:5]
        await self.let.wait()
        yield LABEL[5:]

    async def send(self, client: Client) -> int:
        answer = await client.call("POST", "/labels", data=self.body(), headers={"Content-Type": "application/json"})
        return answer.status


async def test_one_too_many_is_told_at_once(tmp_path: Path, furnished: Path) -> None:
    async with running(tmp_path / "data", like=furnished, in_flight=3) as hub:
        admin = await hub.log_in("admin")
        slow = Slow()
        inside = [asyncio.create_task(slow.send(admin)) for _ in range(3)]

        async def full() -> bool:
            return hub.hub.in_flight.inside == 3

        await until(full)
        begun = time.perf_counter()
        answers = [await admin.get("/views") for _ in range(5)]
        assert (time.perf_counter() - begun) / 5 < 0.05
        assert {(one.status, one.headers["Retry-After"], one.json["code"]) for one in answers} == {
            (503, "1", "overloaded")
        }
        assert (await admin.get("/readyz")).status == 200
        assert (await admin.post("/hooks/none", {})).status == 404
        slow.let.set()
        assert sorted(await asyncio.gather(*inside)) == [201, 422, 422]
        assert (await admin.get("/views")).status == 200
        text = (await admin.get("/metrics")).body.decode()
        assert "yizhan_http_shed_total 5.0" in text


async def test_a_body_that_never_ends_is_given_up(
    tmp_path: Path, furnished: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.api.decode.PATIENCE", 0.2)
    async with running(tmp_path / "data", like=furnished) as hub:
        admin = await hub.log_in("admin")
        slow = Slow()
        assert await slow.send(admin) == 408
        slow.let.set()


@pytest.mark.parametrize("said", [b"", b"POST /api/v1/labels HTTP/1.1\r\nHost: x\r\nX-Slow: "])
async def test_who_never_finishes_a_request_is_cut(tmp_path: Path, furnished: Path, said: bytes) -> None:
    async with running(tmp_path / "data", like=furnished, patience=0.3) as hub:
        reader, writer = await asyncio.open_connection("127.0.0.1", hub.hub.settings.port)
        writer.write(said)
        async with asyncio.timeout(5):
            assert await reader.read() == b""
        writer.close()


async def test_who_asks_too_often_waits(tmp_path: Path, furnished: Path) -> None:
    async with running(tmp_path / "data", like=furnished) as hub:
        agent, other = await hub.log_in("agent"), await hub.log_in("agent2")
        answers = await asyncio.gather(*(agent.get("/labels") for _ in range(160)))
        refused = [one for one in answers if one.status == 429]
        assert refused
        assert {one.status for one in answers} == {200, 429}
        assert all(int(one.headers["Retry-After"]) >= 1 for one in refused)
        assert (await other.get("/labels")).status == 200


def test_a_bucket_fills_again() -> None:
    buckets, second = Buckets(), timedelta(seconds=1)
    for _ in range(5):
        buckets.take("a", times=5, per=second, now=10.0)
    with pytest.raises(TooMany) as refused:
        buckets.take("a", times=5, per=second, now=10.0)
    assert refused.value.after == timedelta(seconds=0.2)
    buckets.take("b", times=5, per=second, now=10.0)
    buckets.take("a", times=5, per=second, now=10.2)
    with pytest.raises(TooMany):
        buckets.take("a", times=5, per=second, now=10.2)


def test_a_bucket_is_forgotten_rather_than_memory_lost() -> None:
    buckets = Buckets(most=3)
    for key in "abcd":
        buckets.take(key, times=1, per=timedelta(seconds=1), now=1.0)
    buckets.take("a", times=1, per=timedelta(seconds=1), now=1.0)
    with pytest.raises(TooMany):
        buckets.take("d", times=1, per=timedelta(seconds=1), now=1.0)


def test_a_room_is_left_whatever_happens() -> None:
    room = Room(1)

    def enter() -> None:
        with room:
            with pytest.raises(Overloaded), room:
                pass
            raise ValueError("inside")

    with pytest.raises(ValueError, match="inside"):
        enter()
    assert room.inside == 0

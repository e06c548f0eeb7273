"""The token broker: one fetch for everybody, sealed at rest, renewed early, and a failure that reaches all who wait."""

from __future__ import annotations

import asyncio
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from aiohttp import web
from msgspec import Struct, structs

from hub.errors import ChannelBroken, TryLater
from hub.keys import fresh, parse
from hub.secrets import Vault
from hub.store.port import put
from hub.tokens import CLAIM, TOKENS, Claim, Tokens
from tests.clocks import FakeClock
from tests.stores import open_mongo, open_store

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from hub.store.port import Store

RING = parse(fresh("k1"))
ROOT = Path(__file__).parents[2]
LIFE = timedelta(hours=2)


class Got(Struct, frozen=True, kw_only=True):
    """What a provider gave."""

    value: str
    expires_at: datetime


class Provider:
    """Gives numbered tokens, when it is let; counts how often it was asked."""

    def __init__(self, clock: FakeClock, life: timedelta = LIFE) -> None:
        self.clock = clock
        self.life = life
        self.asked = 0
        self.open = asyncio.Event()
        self.open.set()
        self.fault: Exception | None = None

    async def fetch(self) -> Got:
        self.asked += 1
        number = self.asked
        await self.open.wait()
        if self.fault:
            raise self.fault
        return Got(value=f"token-{number}", expires_at=self.clock.now() + self.life)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    """An embedded store."""
    async with open_store(tmp_path, (TOKENS,)) as opened:
        yield opened


@pytest.fixture
def clock() -> FakeClock:
    """A clock that stands."""
    return FakeClock()


@pytest.fixture
def make(store: Store, clock: FakeClock) -> Callable[[], Tokens]:
    """A process's broker over the same store."""
    return lambda: Tokens(store, Vault(RING), clock, spin=lambda: 0.5)


async def ask(tokens: Tokens, provider: Provider, origin: str = "o") -> str:
    return await tokens.get("inbox", "access", origin, provider.fetch)


async def drive(clock: FakeClock, *waiting: Awaitable[object], seconds: float = 40) -> list[object]:
    """Let time pass until everything is answered."""
    together = asyncio.gather(*waiting, return_exceptions=True)
    for _ in range(int(seconds * 20)):
        if together.done():
            break
        await clock.advance(0.05)
        await asyncio.sleep(0.002)
    return list(await together)


async def test_one_fetch_serves_everybody_in_a_process(make: Callable[[], Tokens], clock: FakeClock) -> None:
    tokens, provider = make(), Provider(clock)
    got = await asyncio.gather(*(ask(tokens, provider) for _ in range(50)))
    assert (set(got), provider.asked) == ({"token-1"}, 1)
    assert await ask(tokens, provider) == "token-1"


async def test_one_fetch_serves_several_processes(make: Callable[[], Tokens], clock: FakeClock) -> None:
    provider = Provider(clock)
    provider.open.clear()
    waiting = [asyncio.create_task(ask(tokens, provider)) for tokens in (make(), make(), make()) for _ in range(5)]
    for _ in range(20):
        await clock.advance(0.05)
        await asyncio.sleep(0.002)
    assert provider.asked == 1
    provider.open.set()
    assert set(await drive(clock, *waiting)) == {"token-1"}
    assert provider.asked == 1


@pytest.mark.parametrize("kind", [TryLater, ChannelBroken])
async def test_a_failure_reaches_all_who_wait(
    make: Callable[[], Tokens], clock: FakeClock, kind: type[TryLater]
) -> None:
    provider = Provider(clock)
    provider.fault = kind("no token", hint="Renew `secret`.")
    provider.open.clear()
    waiting = [asyncio.create_task(ask(tokens, provider)) for tokens in (make(), make()) for _ in range(5)]
    for _ in range(20):
        await clock.advance(0.05)
        await asyncio.sleep(0.002)
    provider.open.set()
    told = await drive(clock, *waiting)
    assert {(type(one), getattr(one, "hint", "")) for one in told} == {(kind, "Renew `secret`.")}
    assert provider.asked == 1
    provider.fault = None
    assert await ask(make(), provider) == "token-2"


async def test_who_gives_up_waiting_stops_nobody(make: Callable[[], Tokens], clock: FakeClock) -> None:
    tokens, provider = make(), Provider(clock)
    provider.open.clear()
    first, second = asyncio.create_task(ask(tokens, provider)), asyncio.create_task(ask(tokens, provider))
    await asyncio.sleep(0.02)
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    provider.open.set()
    assert await second == "token-1"


async def test_it_is_renewed_before_it_ends_and_the_old_one_serves_meanwhile(
    make: Callable[[], Tokens], clock: FakeClock
) -> None:
    one, other, provider = make(), make(), Provider(clock)
    await ask(one, provider)
    clock.jump(LIFE - timedelta(minutes=6))
    assert await ask(other, provider) == "token-1"
    clock.jump(timedelta(minutes=2))
    provider.open.clear()
    renewing = asyncio.create_task(ask(one, provider))
    await asyncio.sleep(0.05)
    assert (await ask(other, provider), provider.asked) == ("token-1", 2)
    provider.open.set()
    assert await renewing == "token-2"
    assert await ask(make(), provider) == "token-2"


async def test_a_renewal_that_fails_can_wait_while_the_old_one_holds(
    make: Callable[[], Tokens], clock: FakeClock
) -> None:
    tokens, provider = make(), Provider(clock)
    await ask(tokens, provider)
    clock.jump(LIFE - timedelta(minutes=1))
    provider.fault = TryLater("busy")
    assert await ask(tokens, provider) == "token-1"
    clock.jump(timedelta(minutes=2))
    with pytest.raises(TryLater):
        await ask(tokens, provider)


async def test_a_refused_token_is_fetched_anew_once(make: Callable[[], Tokens], clock: FakeClock) -> None:
    one, other, provider = make(), make(), Provider(clock)
    assert {await ask(one, provider), await ask(other, provider)} == {"token-1"}
    await one.refused("inbox", "access", "o", "token-1")
    assert await ask(one, provider) == "token-2"
    await other.refused("inbox", "access", "o", "token-1")
    assert await ask(other, provider) == "token-2"
    assert provider.asked == 2


async def test_a_token_of_other_settings_is_none(make: Callable[[], Tokens], clock: FakeClock) -> None:
    tokens, provider = make(), Provider(clock)
    assert await ask(tokens, provider, "app one") == "token-1"
    assert await ask(tokens, provider, "app two") == "token-2"
    assert await ask(make(), provider, "app two") == "token-2"


async def test_a_process_that_died_while_fetching_is_replaced(
    make: Callable[[], Tokens], store: Store, clock: FakeClock
) -> None:
    tokens, provider = make(), Provider(clock)
    await ask(tokens, provider)
    row = await store.get(TOKENS, "inbox:access")
    assert row is not None
    dead = Claim(owner="dead", until=clock.now() + CLAIM)
    await store.commit(put(TOKENS, row, structs.replace(row, sealed="", claim=dead)))
    waiting = asyncio.create_task(ask(make(), provider))
    for _ in range(100):
        await clock.advance(0.2)
        await asyncio.sleep(0.001)
    assert not waiting.done()
    assert await drive(clock, waiting) == ["token-2"]


async def test_a_silent_provider_is_not_waited_for_for_ever(
    make: Callable[[], Tokens], clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.tokens.FETCH", 0.05)
    provider = Provider(clock)
    provider.open.clear()
    with pytest.raises(TryLater):
        await ask(make(), provider)


async def test_the_store_holds_no_token_in_the_clear(
    make: Callable[[], Tokens], store: Store, clock: FakeClock, tmp_path: Path
) -> None:
    provider = Provider(clock)
    assert await ask(make(), provider) == "token-1"
    row = await store.get(TOKENS, "inbox:access")
    assert row is not None
    assert "token-1" not in row.sealed
    assert "token" not in repr(row).replace("KeptToken", "")
    assert b"token-1" not in await asyncio.to_thread(lambda: b"".join(one.read_bytes() for one in tmp_path.iterdir()))
    assert [one.expires_at for one in await make().ages("inbox")] == [clock.now() + LIFE]


@pytest.mark.mongo
async def test_fifty_at_once_in_four_processes_make_one_fetch(mongo_url: str, mongo_database: str) -> None:
    asked = 0

    async def give(request: web.Request) -> web.Response:
        nonlocal asked
        asked += 1
        await asyncio.sleep(0.3)
        return web.Response(text=f"token-{asked}")

    app = web.Application()
    app.router.add_get("/token", give)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with open_mongo(mongo_url, mongo_database, (TOKENS,)):
        pass
    address = f"http://127.0.0.1:{runner.addresses[0][1]}/token"
    keys = f"k1:{fresh('k1').partition(':')[2]}"
    command = [sys.executable, "-m", "tests.hub.token_process", mongo_url, mongo_database, keys, address, "50"]
    pipe = asyncio.subprocess.PIPE
    processes = [await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdin=pipe, stdout=pipe) for _ in range(4)]
    try:
        for process in processes:
            assert process.stdout
            assert await process.stdout.readline() == b"ready\n"
        said = await asyncio.gather(*(process.communicate(b"go\n") for process in processes))
    finally:
        for process in processes:
            if process.returncode is None:
                process.kill()
                await process.wait()
        await runner.cleanup()
    assert [out for out, _ in said] == [b"token-1\n"] * 4
    assert asked == 1

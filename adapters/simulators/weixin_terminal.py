"""What can be typed to a simulated WeChat: what customers do, and what goes wrong at the provider.

`/follow USER [SCENE]`, `/unfollow USER`, `/scan USER SCENE`, `/click USER KEY`, `/view USER URL`,
`/choose USER NUMBER`, `/image USER FILE`, `/voice USER FILE`, `/video USER FILE`, `/odd USER TYPE`,
`/place USER LATITUDE LONGITUDE [LABEL]`, `/enter USER [FROM]` (mini-programs); `/check`, `/expire`, `/lose`,
`/close USER`, `/quota NUMBER`, `/allow on|off`.
"""

import asyncio
import mimetypes
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

from adapters.simulators.stage import Called, Command
from adapters.simulators.weixin_rules import Calls, Tokens, Windows
from hub.clock import Clock

Doing = Callable[..., Awaitable[Called]]


class Played(Protocol):
    """The simulator, as its terminal sees it."""

    tokens: Tokens
    windows: Windows
    calls: Calls
    clock: Clock
    allowed: bool

    async def message(self, user: str, kind: str, **words: Any) -> Called:
        """Let a customer send a message."""
        ...

    async def event(self, user: str, event: str, why: str = "", **words: Any) -> Called:
        """Let something happen."""
        ...

    async def file(self, user: str, kind: str, data: bytes, type_: str, **words: Any) -> Called:
        """Let a customer send a file."""
        ...

    async def choose(self, user: str, number: str) -> Called:
        """Let a customer tap an answer of a menu."""
        ...

    async def check_address(self) -> bool:
        """Ask the hub to prove its address."""
        ...


def words(sim: Played) -> Mapping[str, Command]:
    """Return every word."""
    return {**{name: _told(doing) for name, doing in _people(sim).items()}, **_provider(sim)}


def _told(doing: Doing) -> Command:
    async def command(given: list[str]) -> str:
        try:
            done = doing(*given)
        except TypeError as error:
            raise ValueError("words are missing, or too many") from error
        called = await done
        return f"hub answered {called.status or 'nothing'} after {called.tries} tries"

    return command


def _people(sim: Played) -> Mapping[str, Doing]:
    """Return what a customer may do; the first word is always the customer."""

    def file(kind: str) -> Doing:
        async def act(user: str, path: str) -> Called:
            data = await asyncio.to_thread(Path(path).read_bytes)
            type_ = mimetypes.guess_type(path)[0] or "application/octet-stream"
            return await sim.file(user, kind, data, type_)

        return act

    def follow(user: str, scene: str = "") -> Awaitable[Called]:
        return sim.event(user, "subscribe", "follow", EventKey=f"qrscene_{scene}" if scene else "")

    def unfollow(user: str) -> Awaitable[Called]:
        sim.windows.close(user)
        return sim.event(user, "unsubscribe")

    def place(user: str, latitude: str, longitude: str, label: str = "") -> Awaitable[Called]:
        where = {"Location_X": float(latitude), "Location_Y": float(longitude), "Scale": 20, "Label": label}
        return sim.message(user, "location", **where)

    return {
        "follow": follow,
        "unfollow": unfollow,
        "scan": lambda user, scene: sim.event(user, "SCAN", "scan", EventKey=scene, Ticket="TICKET"),
        "click": lambda user, key: sim.event(user, "CLICK", "menu", EventKey=key),
        "view": lambda user, url: sim.event(user, "VIEW", EventKey=url),
        "enter": lambda user, scene="": sim.event(user, "user_enter_tempsession", "enter", SessionFrom=scene),
        "image": file("image"),
        "voice": file("voice"),
        "video": file("video"),
        "place": place,
        "odd": lambda user, kind: sim.message(user, kind, Depth=3),
        "choose": sim.choose,
    }


def _provider(sim: Played) -> Mapping[str, Command]:
    """Return what may go wrong."""

    async def check(given: list[str]) -> str:
        return "the hub proved its address" if await sim.check_address() else "the hub did not prove its address"

    async def expire(given: list[str]) -> str:
        sim.tokens.expire(sim.clock.now())
        return "every token is over"

    async def lose(given: list[str]) -> str:
        sim.tokens.lose()
        return "every token is forgotten"

    async def close(given: list[str]) -> str:
        sim.windows.close(given[0])
        return f"{given[0]} can no longer be written to"

    async def quota(given: list[str]) -> str:
        sim.calls.most = int(given[0])
        return f"each call may be made {given[0]} times a day"

    async def allow(given: list[str]) -> str:
        sim.allowed = given[0] == "on"
        return "this address is in the allow-list" if sim.allowed else "this address is not in the allow-list"

    return {"check": check, "expire": expire, "lose": lose, "close": close, "quota": quota, "allow": allow}

"""What the simulated gateways of mainland China share: Beijing time, limits of a number, and reports that follow."""

import asyncio
from collections import defaultdict
from collections.abc import Coroutine, Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

from adapters.simulators.stage import Called, Command, Hook, Simulator
from adapters.simulators.telephone import number_of

BEIJING = timezone(timedelta(hours=8))
LIMITS: tuple[tuple[timedelta, int], ...] = (
    (timedelta(minutes=1), 1),
    (timedelta(hours=1), 5),
    (timedelta(days=1), 10),
)
"""How many one number gets of one signature, as Aliyun limits one-time codes."""
HOOK_SECRET = "simulated-hook-secret"  # noqa: S105


class Gateway(Simulator):
    """One account. `limits`: whether the limits of a number hold; `blacklist` names who gets nothing."""

    def __init__(self, hook: str = "", *, limits: str = "true", secret: str = HOOK_SECRET, **stage: Any) -> None:
        super().__init__(hook, **stage)
        self.limits = limits == "true"
        self.hook_secret = secret
        self.sent: list[dict[str, Any]] = []
        self.called: list[Called] = []
        self.blacklist: set[str] = set()
        self.unreachable: set[str] = set()
        self.nonces: set[str] = set()
        self._times: defaultdict[str, list[datetime]] = defaultdict(list)
        self._tasks: set[asyncio.Task[Any]] = set()

    @property
    def secret_hook(self) -> str:
        """Return the address with its secret, as it is entered at the gateway."""
        joint = "&" if "?" in self.hook else "?"
        return f"{self.hook}{joint}key={self.hook_secret}"

    @property
    def now(self) -> datetime:
        """Return the gateway's own time."""
        return self.clock.now() + timedelta(seconds=self.faults.clock_skew)

    def stamp(self) -> str:
        """Return the time as the gateways write it."""
        return self.now.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S")

    def person(self, user: str) -> str:
        """Return eleven digits for a customer."""
        return number_of(user, "13800")

    def within_limits(self, number: str) -> bool:
        """Count one message to a number, and say whether it may still be sent."""
        if not self.limits:
            return True
        times, now = self._times[number], self.now
        if any(sum(now - one < span for one in times) >= most for span, most in LIMITS):
            return False
        times.append(now)
        return True

    def later(self, work: Coroutine[Any, Any, Any]) -> None:
        """Do something after the answer."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def posts(self, body: bytes) -> Called:
        """Call the hub with JSON."""
        hook = Hook(url=self.secret_hook, headers={"Content-Type": "application/json;charset=utf-8"}, body=body)
        answered = await self.call(hook)
        self.called.append(answered)
        return answered

    def commands(self) -> Mapping[str, Command]:
        """Return the further words of the terminal."""

        async def gone(words: list[str]) -> str:
            """`/gone USER`: what is sent there from now on is not delivered."""
            self.unreachable.add(self.person(words[0]))
            return "unreachable"

        async def black(words: list[str]) -> str:
            """`/black USER`: the gateway's own blacklist."""
            self.blacklist.add(self.person(words[0]))
            return "on the blacklist"

        async def check(words: list[str]) -> str:
            """`/check`: the GET by which the gateway tries the address."""
            answered = await self.call(Hook(method="GET", url=self.secret_hook))
            return f"hub answered {answered.status} {answered.body.decode(errors='replace')}"

        return {"gone": gone, "black": black, "check": check}

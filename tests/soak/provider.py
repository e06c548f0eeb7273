"""The provider: sends every message until it hears 200, in order per customer, and repeats some for no reason."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import aiohttp
import msgspec

from hub import standard_webhooks as signature
from tests.soak.server import SECRET

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

PAUSE = 0.05
REPEATS = 0.05
PATIENCE = 5.0
BACKLOG = 500
LONGEST_WAIT = 2000


class Provider:
    """`users` customers say `words` things each."""

    def __init__(self, hook: str, users: int, words: int, dice: Random, delivered: Callable[[], int]) -> None:
        self.hook = hook
        self._delivered = delivered
        self.users = [f"user{number}" for number in range(users)]
        self.words = words
        self.taken: dict[str, list[str]] = {user: [] for user in self.users}
        """The ledger: what was answered with 200, in order."""
        self.calls = 0
        self._dice = dice

    @property
    def count(self) -> int:
        """How many were taken so far."""
        return sum(map(len, self.taken.values()))

    async def run(self) -> None:
        """Say everything; every customer waits for the 200 before the next word."""
        timeout = aiohttp.ClientTimeout(total=PATIENCE)
        connector = aiohttp.TCPConnector(limit=0)
        async with aiohttp.ClientSession(timeout=timeout, connector=connector) as http, asyncio.TaskGroup() as group:
            for user in self.users:
                group.create_task(self._talk(http, user))

    async def _talk(self, http: aiohttp.ClientSession, user: str) -> None:
        for number in range(self.words):
            id = f"{user}-{number}"
            await self._until_answers_follow()
            await self._until_taken(http, user, id)
            self.taken[user].append(id)
            if self._dice.random() < REPEATS:
                await self._until_taken(http, user, id)

    async def _until_answers_follow(self) -> None:
        """Customers wait for answers: so kills hit every stage of the way, not only the first door."""
        for _ in range(LONGEST_WAIT):
            if self.count - self._delivered() < BACKLOG:
                return
            await asyncio.sleep(PAUSE)

    async def _until_taken(self, http: aiohttp.ClientSession, user: str, id: str) -> None:
        while True:
            if await self._call(http, user, id):
                return
            await asyncio.sleep(PAUSE * (0.5 + self._dice.random()))

    async def _call(self, http: aiohttp.ClientSession, user: str, id: str) -> bool:
        self.calls += 1
        at = datetime.now(UTC)
        body = msgspec.json.encode(
            {"type": "message", "from": {"id": user}, "at": at, "parts": [{"type": "text", "body": f"ping {id}"}]}
        )
        try:
            headers = signature.sign(SECRET, id, at, body)
            async with http.post(self.hook, data=body, headers=headers) as answer:
                if answer.status not in {200, 503}:
                    raise AssertionError(f"{answer.status}: {await answer.text()}")
                return answer.status == 200
        except (aiohttp.ClientError, OSError, TimeoutError):
            return False

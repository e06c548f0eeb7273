"""How the hub meets Redis: quick to give up, never retried behind our back, its outages told once."""

import asyncio

import structlog
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)

AWAY = (RedisError, OSError, TimeoutError)
"""What a Redis that is down, loading, full, or a closed connection raises."""

CONNECT_SECONDS = 2.0
ANSWER_SECONDS = 5.0


def connect(url: str) -> Redis:
    """Return a client for `url`; nothing is opened before its first command.

    It waits for ever: put every command inside `answer()`. Its own time limit would use `asyncio.wait_for`, which on
    Python 3.11 can swallow a cancellation that arrives together with the answer, and a loop would never end.
    """
    return Redis.from_url(
        url,
        protocol=2,
        socket_connect_timeout=CONNECT_SECONDS,
        socket_timeout=None,
        retry=Retry(NoBackoff(), 0),
        driver_info=None,  # else every new connection reads the library's metadata from disk, and 6.2 refuses it
    )


def answer(seconds: float = 0) -> asyncio.Timeout:
    """Give Redis `ANSWER_SECONDS` for what happens inside, plus `seconds` it was asked to wait."""
    return asyncio.timeout(ANSWER_SECONDS + seconds)


class Outage:
    """Whether Redis is away, told once when it begins and once when it ends."""

    def __init__(self, who: str) -> None:
        self._who = who
        self.down = False

    def begins(self, error: BaseException) -> None:
        """A command failed."""
        if not self.down:
            log.warning("redis.down", who=self._who, error=type(error).__name__)
        self.down = True

    def ends(self) -> None:
        """A command was answered."""
        if self.down:
            log.info("redis.up", who=self._who)
        self.down = False

"""Passwords: which are good enough, and argon2id in a thread so that the event loop never waits for it."""

import asyncio
import re
import unicodedata
from itertools import pairwise
from pathlib import Path

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError
from msgspec import Struct

from hub.errors import Invalid, Overloaded

SHORTEST = 8
LONGEST = 256
HINT = "Take three or four unrelated words: that is long, and easy to remember."
_LIST = Path(__file__).with_name("common_passwords.txt").read_text(encoding="utf-8").splitlines()
COMMON = frozenset(line for line in _LIST if not line.startswith("#"))
_DIGITS_ROUND = re.compile(r"^[\d\W_]+|[\d\W_]+$")


class Cost(Struct, frozen=True, kw_only=True):
    """What one argon2id computation takes. The default is OWASP's: 19 MiB, 2 passes, 1 lane."""

    memory_kib: int = 19 * 1024
    passes: int = 2
    lanes: int = 1


class Passwords:
    """Hashes and verifies. At most `threads` computations run and `waiting` wait; more are refused at once.

    `computed` counts computations: a log-in costs exactly one, whether or not its account exists.
    """

    def __init__(self, cost: Cost | None = None, *, threads: int = 2, waiting: int = 64) -> None:
        cost = cost or Cost()
        self._hasher = PasswordHasher(cost.passes, cost.memory_kib, cost.lanes, type=Type.ID)
        self._turns = asyncio.Semaphore(threads)
        self._places = threads + waiting
        self._inside = 0
        self.computed = 0

    async def hash(self, password: str) -> str:
        """Return the hash to store; the password must have passed `check`."""
        return await self._compute(password, None)

    async def verify(self, stored: str | None, password: str) -> bool:
        """Whether the password is the one; with nothing stored the same work is done, and the answer is no."""
        answer = await self._compute(password, stored)
        return stored is not None and answer == "yes"

    def is_dated(self, stored: str) -> bool:
        """Whether it was made at another cost and should be made again while the password is known."""
        return self._hasher.check_needs_rehash(stored)

    async def _compute(self, password: str, against: str | None) -> str:
        if self._inside >= self._places:
            raise Overloaded("Too many people are logging in at once")
        self._inside += 1
        try:
            async with self._turns:
                self.computed += 1
                return await asyncio.to_thread(self._work, normal(password), against)
        finally:
            self._inside -= 1

    def _work(self, password: str, against: str | None) -> str:
        if against is None:
            return self._hasher.hash(password)
        try:
            self._hasher.verify(against, password)
        except (VerifyMismatchError, VerificationError, InvalidHashError):
            return "no"
        return "yes"


def normal(password: str) -> str:
    """Return the form that is hashed (NFKC): the same keys give the same bytes on every device."""
    return unicodedata.normalize("NFKC", password)


def check(password: str, *, email: str, name: str = "", path: str = "$.password") -> None:
    """Return quietly when the password is good enough; raises `Invalid` that says why not, without showing it."""
    text = normal(password)
    if not SHORTEST <= len(text) <= LONGEST:
        raise Invalid(f"A password has {SHORTEST} to {LONGEST} characters", path=path, hint=HINT)
    low = text.lower()
    if is_common(low):
        raise Invalid("This one is among the first that are tried", path=path, hint=HINT)
    if any(len(own) >= 4 and own in low for own in _own_words(email, name)):
        raise Invalid("A password must not contain your name or e-mail address", path=path, hint=HINT)


def is_common(low: str) -> bool:
    """Whether a lower-case password is on the list, one character or one run, or a listed word with digits round it."""
    if low in COMMON or len(set(low)) <= 2 or _is_run(low):
        return True
    return _DIGITS_ROUND.sub("", low) in COMMON


def _is_run(text: str) -> bool:
    return {ord(right) - ord(left) for left, right in pairwise(text)} in ({1}, {-1})


def _own_words(email: str, name: str) -> list[str]:
    local = normal(email).lower().partition("@")[0]
    return [local, "".join(normal(name).lower().split())]

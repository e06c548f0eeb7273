"""Guessing made slow: how many log-ins may fail before the next one has to wait, and how long.

    failures from one address at one account   4 free, then 30 s, 1 min, 2 min ... 1 h; one forgotten every hour
    failures from one address at any account   49 free, then 30 s, 1 min ... 1 h; one forgotten every minute

An attempt is charged before the password is looked at and given back when it was right, so that fifty guesses at the
same instant are fifty. Rows in the store make all processes agree. An account that does not exist counts the same.
"""

import asyncio
import hashlib
import ipaddress
from datetime import datetime, timedelta

from msgspec import Struct, structs

from hub.errors import Conflict, TooMany
from hub.store.port import Between, By, Collection, Delete, Document, Index, Insert, Store, Write, put

FORGET = timedelta(days=2)
FIRST = timedelta(seconds=30)
LONGEST = timedelta(hours=1)
TRIES = 50


class Limit(Struct, frozen=True, kw_only=True):
    """From which failure on there is a wait, and how long it takes until one failure is forgotten."""

    bound: int
    leak: timedelta


ACCOUNT = Limit(bound=5, leak=timedelta(hours=1))
ADDRESS = Limit(bound=50, leak=timedelta(minutes=1))


class Attempts(Document, frozen=True, kw_only=True):
    """Failures counted under one name (a digest: neither address nor account can be read from it).

    `since` is the moment up to which the count has been forgotten piece by piece.
    """

    count: int
    until: datetime
    since: datetime


ATTEMPTS = Collection("attempts", Attempts, Index(("since", "id")))


class Throttle:
    """Charges and forgives attempts."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._turn = asyncio.Lock()

    async def charge(self, account: str, ip: str, at: datetime) -> None:
        """Count one attempt; raises `TooMany` with the time to wait, and then counts nothing.

        `account` is whatever was typed, in its folded form. The answer is the same whether or not it exists.
        """
        names = {account_name(account, ip): ACCOUNT, address_name(ip): ADDRESS}
        async with self._turn:
            for _ in range(TRIES):
                writes = [await self._charged(name, limit, at) for name, limit in names.items()]
                if await self._committed(writes):
                    return
        raise TooMany("Too many log-ins at once", after=timedelta(seconds=1))

    async def forgive(self, account: str, ip: str) -> None:
        """Give the attempt back: the password was right. The account's count ends, the address's sinks by one.

        Somebody with an account of their own cannot wipe out what they guessed at others.
        """
        async with self._turn:
            for _ in range(TRIES):
                own = await self._store.get(ATTEMPTS, account_name(account, ip))
                shared = await self._store.get(ATTEMPTS, address_name(ip))
                writes: list[Write] = [Delete(ATTEMPTS, own)] if own else []
                if shared and shared.count:
                    writes.append(put(ATTEMPTS, shared, structs.replace(shared, count=shared.count - 1)))
                if await self._committed(writes):
                    return

    async def _charged(self, name: str, limit: Limit, at: datetime) -> Write:
        row = await self._store.get(ATTEMPTS, name)
        if row is None:
            return Insert(ATTEMPTS, Attempts(id=name, count=1, until=at, since=at))
        if at < row.until:
            raise TooMany(
                "Too many log-ins failed; wait before the next one",
                after=row.until - at,
                hint="A forgotten password can be set anew by an administrator.",
            )
        return put(ATTEMPTS, row, one_more(row, limit, at))

    async def _committed(self, writes: list[Write]) -> bool:
        try:
            await self._store.commit(*writes)
        except Conflict:
            return False
        return True

    async def sweep(self, at: datetime, *, limit: int = 500) -> int:
        """Remove counts that are forgotten; returns how many."""
        old = await self._store.find(
            ATTEMPTS, Between("since", high=at - FORGET), order=(By("since"), By("id")), limit=limit
        )
        return len(old) if await self._committed([Delete(ATTEMPTS, row) for row in old]) else 0


def one_more(row: Attempts, limit: Limit, at: datetime) -> Attempts:
    """Return the count after another failure: what time has forgotten goes off first."""
    forgotten = (at - row.since) // limit.leak
    left = max(0, row.count - forgotten)
    since = row.since + forgotten * limit.leak if left else at
    return structs.replace(row, count=left + 1, until=at + wait(left + 1, limit), since=since)


def wait(count: int, limit: Limit) -> timedelta:
    """Return how long to wait after `count` failures: nothing below the bound, then twice as long each time."""
    over = count - limit.bound
    if over < 0:
        return timedelta(0)
    return min(FIRST * (1 << min(over, 20)), LONGEST)


def account_name(account: str, ip: str) -> str:
    """Return the row's id for one account tried from one address."""
    return "account:" + _digest(account, _network(ip))


def address_name(ip: str) -> str:
    """Return the row's id for one address. An IPv6 network of 64 bits is one customer, so it is one address."""
    return "address:" + _digest(_network(ip))


def _network(ip: str) -> str:
    try:
        address = ipaddress.ip_address(ip)
    except ValueError:
        return ip
    if isinstance(address, ipaddress.IPv6Address):
        mapped = address.ipv4_mapped
        return str(mapped or ipaddress.ip_network((address, 64), strict=False))
    return str(address)


def _digest(*words: str) -> str:
    return hashlib.sha256("\n".join(words).encode("utf-8", "surrogatepass")).hexdigest()[:40]

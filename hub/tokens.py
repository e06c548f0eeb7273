"""The token broker: one fetch at a time for one token, over all processes; sealed at rest, renewed before it ends.

row good -> its value
row stale -> claim the row (a short lease) -> fetch -> seal -> row good
row claimed by another process -> its old value while that holds, else wait for what the other one brings
"""

import asyncio
import hmac
import random
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Protocol

import structlog
from msgspec import Struct, structs

from hub.clock import Clock
from hub.errors import ChannelBroken, Conflict, HubError, Refused, TryLater
from hub.ids import new_id
from hub.secrets import Vault
from hub.store.port import By, Collection, Document, Eq, Index, Insert, Store, put

log = structlog.get_logger(__name__)
CLAIM = timedelta(seconds=30)
"""How long a process that died in the middle of a fetch holds the others up."""
FETCH = 25.0
"""Seconds a fetch may take; less than `CLAIM`, so that no two fetch at once."""
EARLY = timedelta(minutes=5)
"""How long before its end a long-lived token is renewed; a short-lived one in its last tenth."""
FIRST_WAIT, LONGEST_WAIT = 0.05, 1.0
FAILURES: dict[str, type[HubError]] = {kind.code: kind for kind in (TryLater, Refused, ChannelBroken)}


class Fresh(Protocol):
    """A token as a channel fetched it (`adapters.lent.Token`)."""

    @property
    def value(self) -> str:
        """Return the token itself."""
        ...

    @property
    def expires_at(self) -> datetime:
        """Return until when the provider takes it."""
        ...


class Failure(Struct, frozen=True, kw_only=True):
    """Why the last fetch brought nothing: for those who waited for it in other processes."""

    code: str
    message: str
    hint: str
    at: datetime


class Claim(Struct, frozen=True, kw_only=True):
    """Who fetches, and until when nobody else does."""

    owner: str
    until: datetime


class KeptToken(Document, frozen=True, kw_only=True):
    """One token; id is "inbox:name". `origin` tells which settings it was fetched with: others do not use it."""

    inbox: str
    origin: str = ""
    sealed: str = ""
    got_at: datetime | None = None
    expires_at: datetime | None = None
    claim: Claim | None = None
    failure: Failure | None = None

    def __repr__(self) -> str:
        """Keep the sealed token out of logs as well."""
        return f"KeptToken({self.id!r}, expires_at={self.expires_at!r})"


TOKENS = Collection("channel_tokens", KeptToken, Index(("inbox", "id")))


class _Held(Struct, frozen=True, kw_only=True):
    """A token in the memory of this process."""

    value: str
    got_at: datetime
    expires_at: datetime

    def __repr__(self) -> str:
        """Keep it out of logs."""
        return "_Held()"

    def fresh(self, at: datetime) -> bool:
        """Say whether it need not be renewed yet."""
        return at < self.expires_at - min(EARLY, (self.expires_at - self.got_at) / 10)


class Tokens:
    """The tokens of every inbox, once per process."""

    def __init__(self, store: Store, vault: Vault, clock: Clock, *, spin: Callable[[], float] = random.random) -> None:
        self._store = store
        self._vault = vault
        self._clock = clock
        self._spin = spin
        self._owner = new_id()
        self._held: dict[tuple[str, str], _Held] = {}
        self._under_way: dict[tuple[str, str], asyncio.Task[str]] = {}

    async def get(self, inbox: str, name: str, origin: str, fetch: Callable[[], Awaitable[Fresh]]) -> str:
        """Return a token that still holds; what `fetch` raises reaches everybody who waits for it."""
        key = (f"{inbox}:{name}", origin)
        held = self._held.get(key)
        if held is not None and held.fresh(self._clock.now()):
            return held.value
        task = self._under_way.get(key)
        if task is None:
            task = asyncio.create_task(self._obtain(inbox, key, fetch))
            self._under_way[key] = task
            task.add_done_callback(lambda done: self._ended(key, done))
        return await asyncio.shield(task)

    async def refused(self, inbox: str, name: str, origin: str, value: str) -> None:
        """Forget this very token, here and in the store; a newer one stays."""
        key = (f"{inbox}:{name}", origin)
        held = self._held.get(key)
        if held is not None and _same(held.value, value):
            del self._held[key]
        while (row := await self._store.get(TOKENS, key[0])) is not None:
            kept = self._opened(row, origin)
            if kept is None or not _same(kept.value, value):
                return
            try:
                await self._store.commit(put(TOKENS, row, structs.replace(row, sealed="", expires_at=None)))
            except Conflict:
                continue
            return

    async def ages(self, inbox: str) -> list[KeptToken]:
        """Return the rows of an inbox, for its health: when each token was got and when it ends."""
        rows = await self._store.find(TOKENS, Eq("inbox", inbox), order=(By("id"),), limit=20)
        return [row for row in rows if row.sealed]

    def _ended(self, key: tuple[str, str], done: asyncio.Task[str]) -> None:
        self._under_way.pop(key, None)
        if not done.cancelled():
            done.exception()  # looked at: everybody who waited may have been cancelled

    async def _obtain(self, inbox: str, key: tuple[str, str], fetch: Callable[[], Awaitable[Fresh]]) -> str:
        begun, wait = self._clock.now(), FIRST_WAIT
        while True:
            row = await self._store.get(TOKENS, key[0])
            now = self._clock.now()
            held = self._opened(row, key[1]) if row else None
            if held is not None and held.fresh(now):
                return self._remember(key, held)
            if row and row.claim and now < row.claim.until:
                if held is not None and now < held.expires_at:
                    return held.value
                await self._clock.sleep(wait * (0.5 + self._spin()))
                wait = min(wait * 2, LONGEST_WAIT)
                continue
            if row and row.failure and row.failure.at >= begun and wait > FIRST_WAIT:
                raise _told(row.failure)
            claimed = await self._claim(inbox, key, row)
            if claimed is not None:
                return await self._fetch(key, claimed, held, fetch)

    async def _claim(self, inbox: str, key: tuple[str, str], row: KeptToken | None) -> KeptToken | None:
        """Return the row as claimed, or None when another process was quicker."""
        claim = Claim(owner=self._owner, until=self._clock.now() + CLAIM)
        try:
            if row is None:
                made = KeptToken(id=key[0], inbox=inbox, claim=claim)
                await self._store.commit(Insert(TOKENS, made))
                return made
            write = put(TOKENS, row, structs.replace(row, claim=claim, failure=None))
            await self._store.commit(write)
        except Conflict:
            return None
        return write.doc

    async def _fetch(
        self, key: tuple[str, str], row: KeptToken, held: _Held | None, fetch: Callable[[], Awaitable[Fresh]]
    ) -> str:
        try:
            async with asyncio.timeout(FETCH):
                got = await fetch()
        except TimeoutError as error:
            late = TryLater("The provider gave no token in time", after=timedelta(seconds=5))
            return await self._failed(row, held, late, error)
        except HubError as error:
            return await self._failed(row, held, error, error)
        except BaseException:
            await self._let_go(row, None)
            raise
        fresh = _Held(value=got.value, got_at=self._clock.now(), expires_at=got.expires_at)
        await self._keep(key, row, fresh)
        return self._remember(key, fresh)

    async def _failed(self, row: KeptToken, held: _Held | None, error: HubError, cause: Exception) -> str:
        """Let the next one try; while the old token still holds, renewing it can wait."""
        await self._let_go(row, error)
        if held is not None and self._clock.now() < held.expires_at and isinstance(error, TryLater):
            log.warning("token_not_renewed", token=row.id, why=error.code)
            return held.value
        raise error from (None if cause is error else cause)

    async def _keep(self, key: tuple[str, str], row: KeptToken, fresh: _Held) -> None:
        sealed = self._vault.seal(fresh.value, "token", row.id)
        kept = structs.replace(
            row, origin=key[1], sealed=sealed, got_at=fresh.got_at, expires_at=fresh.expires_at, claim=None
        )
        try:
            await self._store.commit(put(TOKENS, row, kept))
        except Conflict:
            log.warning("token_claim_lost", token=row.id)

    async def _let_go(self, row: KeptToken, error: HubError | None) -> None:
        failure = None
        if error is not None:
            failure = Failure(code=error.code, message=error.message, hint=error.hint, at=self._clock.now())
        try:
            await self._store.commit(put(TOKENS, row, structs.replace(row, claim=None, failure=failure)))
        except HubError:
            return  # the claim ends by itself

    def _opened(self, row: KeptToken, origin: str) -> _Held | None:
        """Return the row's token, or None for one that is gone, of other settings, or sealed with a lost key."""
        if not row.sealed or row.origin != origin or row.expires_at is None or row.got_at is None:
            return None
        try:
            value = self._vault.open(row.sealed, "token", row.id)
        except ChannelBroken:
            return None
        return _Held(value=value, got_at=row.got_at, expires_at=row.expires_at)

    def _remember(self, key: tuple[str, str], held: _Held) -> str:
        for old in [one for one in self._held if one[0] == key[0]]:
            del self._held[old]
        self._held[key] = held
        return held.value


class InboxTokens:
    """The broker as one inbox sees it (`adapters.lent.Tokens`)."""

    def __init__(self, tokens: Tokens, inbox: str, origin: str) -> None:
        self._tokens = tokens
        self._inbox = inbox
        self._origin = origin

    async def get(self, name: str, fetch: Callable[[], Awaitable[Fresh]]) -> str:
        """Return a token that still holds, fetching it when there is none."""
        return await self._tokens.get(self._inbox, name, self._origin, fetch)

    async def refused(self, name: str, value: str) -> None:
        """Say that the provider refused this token."""
        await self._tokens.refused(self._inbox, name, self._origin, value)


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())


def _told(failure: Failure) -> HubError:
    return FAILURES.get(failure.code, TryLater)(failure.message, hint=failure.hint)

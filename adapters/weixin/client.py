"""Calls to WeChat's servers for one account, with a token that all processes share.

WeChat answers 200 to nearly everything; `errcode` in the JSON says how it went (`meanings.py`). A token that is refused
is fetched anew once, and the call made once more.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import TypeVar

import msgspec
from msgspec import Struct, structs

from adapters.http import Answer, expect_success
from adapters.lent import Token
from adapters.setup import Setup
from adapters.weixin.meanings import Fate, Table, error
from adapters.weixin.wire import LONG, SHORT, Call, Upload, exchange
from hub.errors import ChannelBroken, OutcomeUnknown, TryLater

T = TypeVar("T")


class Reply(Struct, frozen=True, kw_only=True):
    """What every answer may hold."""

    errcode: int = 0
    errmsg: str = ""


class TokenReply(Reply, frozen=True, kw_only=True):
    """An answer with a token; never shown in a log."""

    access_token: str = ""
    expires_in: int = 7200

    def __repr__(self) -> str:
        """Keep the token out of logs."""
        return f"TokenReply(errcode={self.errcode!r})"


Fetch = Callable[["Client", bool], Awaitable[TokenReply]]
"""Asks for a token by `Client.open`; True asks for another one than the last."""


class Client:
    """Calls for one account. `table` says what its codes mean, `fetch` how it gets tokens, `name` is the broker's."""

    def __init__(self, setup: Setup, *, base: str, table: Table, fetch: Fetch, name: str = "access_token") -> None:
        self._setup = setup
        self._base = base.rstrip("/")
        self._table = table
        self._fetch = fetch
        self._name = name
        self.patience = SHORT
        """Seconds that a call may take; files may take longer."""
        self._refused = 0
        """What the last refused token hashes to: the token itself is kept nowhere."""

    async def ask(
        self, path: str, payload: object = None, *, shape: type[T], query: Mapping[str, str] = {}, once: bool = False
    ) -> T:
        """Make a call with a token, POST with a payload and GET without, and return its answer.

        `once`: the call does something that must not be done twice, so silence after it left is `OutcomeUnknown`
        (else `TryLater`). Raises what the code means (`meanings.py`).
        """
        call = Call(url=self._base + path, sent=_json(payload), query=query, once=once, seconds=self.patience)
        return _shaped((await self._authorised(call)).body, shape, once=once)

    async def upload(self, path: str, file: Upload, *, shape: type[T], query: Mapping[str, str] = {}) -> T:
        """Upload one file as a form."""
        call = Call(url=self._base + path, sent=file, query=query, seconds=LONG)
        return _shaped((await self._authorised(call)).body, shape)

    async def download(self, path: str, query: Mapping[str, str], *, limit: int) -> Answer:
        """Fetch a file; JSON that tells no error is returned as it is (a film's address)."""
        return await self._authorised(Call(url=self._base + path, query=query, seconds=LONG, limit=limit))

    async def fetch(self, url: str, *, limit: int) -> Answer:
        """Fetch a file from an address that WeChat gave."""
        return await self._exchange(Call(url=url, seconds=LONG, limit=limit))

    async def open(self, path: str, payload: object = None, *, shape: type[T], query: Mapping[str, str] = {}) -> T:
        """Make a call without a token."""
        answer = await self._exchange(
            Call(url=self._base + path, sent=_json(payload), query=query, seconds=self.patience)
        )
        self._expect(answer, path)
        return _shaped(answer.body, shape)

    async def token(self) -> str:
        """Return the token that all processes share."""
        return await self._setup.lent_tokens.get(self._name, self._fetched)

    async def _authorised(self, call: Call) -> Answer:
        token = await self.token()
        answer = await self._exchange(_with(call, token))
        known = self._table.get(_reply(answer).errcode)
        if known and known.fate is Fate.REFRESH:
            self._refused = hash(token)
            await self._setup.lent_tokens.refused(self._name, token)
            another = await self._setup.lent_tokens.get(self._name, self._fetched)
            answer = await self._exchange(_with(call, another))
        self._expect(answer, call.url.removeprefix(self._base))
        return answer

    async def _fetched(self) -> Token:
        """Ask for a token; when the provider gives again what it has just refused, insist on another.

        WeChat allows that 20 times a day, 30 s apart.
        """
        at = self._setup.clock.now()
        reply = await self._fetch(self, False)
        if reply.access_token and hash(reply.access_token) == self._refused:
            reply = await self._fetch(self, True)
        if not reply.access_token:
            raise ChannelBroken("WeChat gave no token", hint="Renew the account's secret.")
        return Token(value=reply.access_token, expires_at=at + timedelta(seconds=reply.expires_in))

    async def _exchange(self, call: Call) -> Answer:
        answer = await exchange(self._setup.http, call)
        expect_success(answer, at=self._setup.clock.now(), who="WeChat", setting="api_url")
        return answer

    def _expect(self, answer: Answer, path: str) -> None:
        told = _reply(answer)
        if told.errcode:
            raise error(self._table, told.errcode, told.errmsg, at=self._setup.clock.now(), call=path)


def _with(call: Call, token: str) -> Call:
    return structs.replace(call, query={"access_token": token, **call.query})


def _json(payload: object) -> bytes | None:
    """Encode in UTF-8 with nothing escaped that need not be: WeChat shows escapes as they are."""
    return None if payload is None else msgspec.json.encode(payload)


def _reply(answer: Answer) -> Reply:
    """Read the code, if the answer is JSON at all."""
    try:
        return msgspec.json.decode(answer.body, type=Reply) if answer.body.lstrip()[:1] == b"{" else Reply()
    except ValueError:
        return Reply()


def _shaped(body: bytes, shape: type[T], *, once: bool = False) -> T:
    try:
        return msgspec.json.decode(body, type=shape)
    except ValueError as fault:
        if once:
            raise OutcomeUnknown("WeChat's answer to the message cannot be read") from fault
        raise TryLater("WeChat's answer cannot be read") from fault

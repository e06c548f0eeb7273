"""Whose turn it is at WeCom: a session is new, the assistant's (ours), queued, a colleague's, or over.

Source: https://developer.work.weixin.qq.com/document/path/94669. We may send in NEW and ASSISTANT only. The way out of
QUEUED and COLLEAGUE leads on to a colleague or to the end, never back to us.
"""

from contextlib import suppress
from datetime import datetime, timedelta
from enum import IntEnum

from msgspec import Struct

from adapters.weixin.client import Client
from hub.clock import Clock
from hub.errors import HubError

CLAIMED_FOR = timedelta(hours=12)
REMEMBERED = 10_000


class State(IntEnum):
    """`service_state`."""

    NEW = 0
    ASSISTANT = 1
    QUEUED = 2
    COLLEAGUE = 3
    OVER = 4


MOVES: dict[State, frozenset[State]] = {
    State.NEW: frozenset({State.ASSISTANT, State.QUEUED, State.COLLEAGUE, State.OVER}),
    State.ASSISTANT: frozenset({State.ASSISTANT, State.QUEUED, State.COLLEAGUE, State.OVER}),
    State.QUEUED: frozenset({State.QUEUED, State.COLLEAGUE, State.OVER}),
    State.COLLEAGUE: frozenset({State.COLLEAGUE, State.OVER}),
    State.OVER: frozenset(),
}


class Session(Struct, frozen=True, kw_only=True):
    """Where a customer's session is, and with whom when it is a colleague's."""

    service_state: int
    servicer_userid: str = ""


class Moved(Struct, frozen=True, kw_only=True):
    """`msg_code` lets us say one thing about the move (`send_msg_on_event`)."""

    msg_code: str = ""


class Sessions:
    """The sessions of one account."""

    def __init__(self, client: Client, account: str) -> None:
        self._client = client
        self._account = account

    async def find(self, user: str) -> Session:
        """Return where the customer's session is."""
        payload = {"open_kfid": self._account, "external_userid": user}
        return await self._client.ask("/cgi-bin/kf/service_state/get", payload, shape=Session)

    async def move(self, user: str, to: State, *, servicer: str = "") -> str:
        """Hand the session on: to the queue, to a colleague (`servicer` receives customers now), or to its end.

        Returns the code for one closing or waiting message, "" when there is none. Raises `Refused` for a move that
        is not in `MOVES`.
        """
        payload = {"open_kfid": self._account, "external_userid": user, "service_state": int(to)}
        if to is State.COLLEAGUE:
            payload["servicer_userid"] = servicer
        return (await self._client.ask("/cgi-bin/kf/service_state/trans", payload, shape=Moved)).msg_code


class Claims:
    """Which sessions we have taken: a new one is nobody's, and WeCom may give it to a colleague in its own client."""

    def __init__(self, sessions: Sessions, clock: Clock) -> None:
        self._sessions = sessions
        self._clock = clock
        self._until: dict[str, datetime] = {}

    async def claim(self, user: str) -> None:
        """Move a new session into our hands; that it is somebody else's, or cannot be asked now, is no fault."""
        now = self._clock.now()
        if now < self._until.get(user, now):
            return
        with suppress(HubError):
            if (await self._sessions.find(user)).service_state == State.NEW:
                await self._sessions.move(user, State.ASSISTANT)
            if len(self._until) >= REMEMBERED:
                self._until.clear()
            self._until[user] = now + CLAIMED_FOR

    def forget(self, user: str) -> None:
        """Look again next time: the session has moved."""
        self._until.pop(user, None)

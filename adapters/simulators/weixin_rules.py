"""What WeChat keeps count of: tokens that end, windows that close, calls of a day, files that vanish."""

import secrets
from collections import Counter
from datetime import datetime, timedelta

from msgspec import Struct

TOKEN_LIFE = timedelta(seconds=7200)
RENEWED = timedelta(minutes=5)
"""How long before its end a stable token is renewed; both are good in that time."""
FILE_LIFE = timedelta(days=3)
FORCED_A_DAY = 20
FORCED_APART = timedelta(seconds=30)
OK = {"errcode": 0, "errmsg": "ok"}
BAD_TOKEN, OLD_TOKEN, TOO_OFTEN = 40001, 42001, 45009
WINDOW_CLOSED, WINDOW_SPENT = 45015, 45047


class Refusal(Exception):  # an answer of WeChat's, not a fault of ours
    """WeChat says no, with a code."""

    def __init__(self, code: int, words: str) -> None:
        super().__init__(words)
        self.code = code
        self.words = words


class Token(Struct, frozen=True, kw_only=True):
    """One token and its end."""

    value: str
    until: datetime


class Tokens:
    """The stable token of an account, and those before it."""

    def __init__(self) -> None:
        self.given: list[Token] = []
        self.asked = 0
        self._forced: list[datetime] = []

    def stable(self, at: datetime, *, force: bool) -> Token:
        """Return the token: the same at every call until five minutes before its end, or another one by force."""
        self.asked += 1
        last = self.given[-1] if self.given else None
        if force:
            self._force(at)
        if last is None or force or at >= last.until - RENEWED:
            last = Token(value=secrets.token_urlsafe(48), until=at + TOKEN_LIFE)
            self.given.append(last)
        return last

    def check(self, value: str, at: datetime) -> None:
        """Return quietly for a good token."""
        found = next((token for token in self.given if token.value == value), None)
        if found is None:
            raise Refusal(BAD_TOKEN, "invalid credential, access_token is invalid or not latest")
        if at >= found.until:
            raise Refusal(OLD_TOKEN, "access_token expired")

    def expire(self, at: datetime) -> None:
        """End all tokens now."""
        self.given = [Token(value=token.value, until=at) for token in self.given]

    def lose(self) -> None:
        """Forget all tokens, as when somebody asks for a token the old way; the stable one is still handed out."""
        self.given = []

    def _force(self, at: datetime) -> None:
        today = [when for when in self._forced if when.date() == at.date()]
        if len(today) >= FORCED_A_DAY or (self._forced and at - self._forced[-1] < FORCED_APART):
            raise Refusal(TOO_OFTEN, "reach max api daily quota limit")
        self._forced.append(at)


class Grant(Struct, kw_only=True):
    """What a customer's act allows."""

    why: str
    until: datetime
    left: int


class Windows:
    """Who may be written to, how often. `rules`: what opens a window, its seconds and messages."""

    def __init__(self, rules: dict[str, tuple[int, int]]) -> None:
        self.rules = rules
        self._grants: dict[str, dict[str, Grant]] = {}
        self._wrote: dict[str, datetime] = {}

    def open(self, user: str, why: str, at: datetime) -> None:
        """Begin a window anew."""
        if why == "message":
            self._wrote[user] = at
        if why in self.rules:
            seconds, messages = self.rules[why]
            grant = Grant(why=why, until=at + timedelta(seconds=seconds), left=messages)
            self._grants.setdefault(user, {})[why] = grant

    def close(self, user: str) -> None:
        """End every window of a person (they left)."""
        self._grants.pop(user, None)

    def spend(self, user: str, at: datetime) -> None:
        """Take one message from the window that ends first."""
        open_ = sorted((one for one in self._of(user) if at < one.until), key=lambda one: one.until)
        if not open_:
            raise Refusal(WINDOW_CLOSED, "response out of time limit or subscription is canceled")
        usable = next((one for one in open_ if one.left), None)
        if usable is None:
            raise Refusal(WINDOW_SPENT, "out of response count limit")
        usable.left -= 1

    def wrote(self, user: str, at: datetime, seconds: float) -> bool:
        """Say whether the person wrote within so many seconds."""
        return user in self._wrote and at - self._wrote[user] <= timedelta(seconds=seconds)

    def _of(self, user: str) -> list[Grant]:
        return list(self._grants.get(user, {}).values())


class Calls:
    """How often each call was made today; `most` for each."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.made: Counter[str] = Counter()

    def count(self, path: str) -> None:
        """Count one."""
        if self.made[path] >= self.most:
            raise Refusal(TOO_OFTEN, "reach max api daily quota limit")
        self.made[path] += 1


class File(Struct, frozen=True, kw_only=True):
    """One file and when it came."""

    name: str
    type: str
    data: bytes
    at: datetime

    def gone(self, at: datetime) -> bool:
        """Say whether its three days are over."""
        return at - self.at > FILE_LIFE

"""How a mailbox proves itself to its servers: a password, or an access token that is fetched and renewed."""

from collections.abc import Awaitable, Callable
from typing import Literal

from adapters.email.account import Account, password
from adapters.setup import Setup

Side = Literal["imap", "smtp"]
Fetch = Callable[[], Awaitable[str]]


class Logins:
    """The secrets of one inbox, asked for at each log-in and kept nowhere."""

    def __init__(self, setup: Setup, account: Account, token: Fetch, refused: Callable[[str], Awaitable[None]]) -> None:
        """`token` gives an access token that holds; `refused` says that a server did not take it."""
        self._setup = setup
        self._account = account
        self.token = token
        self.refused = refused

    @property
    def by_token(self) -> bool:
        """Say whether the log-in is by an access token (XOAUTH2)."""
        return self._account.provider != "password"

    def has_own(self, side: Side) -> bool:
        """Say whether a side has a password of its own."""
        return bool(self._setup.text(f"{side}_password"))

    def password(self, side: Side) -> str:
        """Return the password of a side, or "" when nobody logs in there."""
        return password(self._setup, side)

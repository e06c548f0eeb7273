"""What Weibo's error codes ask for: patience, an administrator, waiting for the customer, or giving up. Pure.

`{"request": "/2/...", "error_code": 10006, "error": "..."}`, code as number or text; 1xxxx are the system's, 2xxxx the
service's (https://open.weibo.com/wiki/Error_code). What the manual has no code for is named in the README.
"""

from datetime import datetime, timedelta
from typing import Any

import msgspec
from msgspec import Struct

from adapters.http import Answer, expect_success
from hub.errors import ChannelBroken, HubError, Refused, TryLater, WindowClosed

BUSY = frozenset({10001, 10002, 10003, 10009, 10010, 10011})
TOO_MANY = frozenset({10022, 10023, 10024})
FORBIDDEN = frozenset({10004, 10005, 10006, 10014})
NOT_A_FAN = 20301
AUTH = range(21301, 21400)
BUSY_FOR = timedelta(seconds=10)
TOO_MANY_FOR = timedelta(minutes=5)
"""Weibo's limits are by the hour; which hour is not told in the error."""


class Fault(Struct, frozen=True, kw_only=True):
    """What every answer may hold."""

    error_code: int | str = 0
    error: str = ""
    result: bool = True

    @property
    def code(self) -> int:
        """Return the code as a number; 0 for none."""
        return int(self.error_code) if str(self.error_code).isdecimal() else 0


def expect(answer: Answer, *, at: datetime) -> None:
    """Return quietly when the call was taken; else raise what its code, or its status, asks for."""
    told = _fault(answer.body)
    if told.code:
        raise error(told.code, told.error)
    expect_success(answer, at=at, who="Weibo", setting="access_token")
    if not told.result:
        raise Refused("Weibo did not take the message", told=told.error[:200])


def error(code: int, told: str) -> HubError:
    """Return the error to raise for a code; a code that nobody listed is a refusal with Weibo's own words."""
    facts: dict[str, Any] = {"code": code, "told": told[:200]}
    if code in BUSY:
        return TryLater("Weibo is busy", after=BUSY_FOR, **facts)
    if code in TOO_MANY:
        return TryLater("Too many calls in this hour", after=TOO_MANY_FOR, **facts)
    if code in AUTH:
        return ChannelBroken("Weibo refuses the access token", hint="Get a new `access_token` at Weibo.", **facts)
    if code in FORBIDDEN:
        hint = "Check the rights and the IP list of the app that `access_token` belongs to."
        return ChannelBroken("Weibo does not let this app make the call", hint=hint, **facts)
    if code == NOT_A_FAN:
        return WindowClosed("The person does not follow the account", hint="Wait until they write.", **facts)
    return Refused("Weibo refused the message", **facts)


def _fault(body: bytes) -> Fault:
    if body.lstrip()[:1] != b"{":
        return Fault()
    try:
        return msgspec.json.decode(body, type=Fault)
    except ValueError:
        return Fault()

"""What WeChat's error codes ask for: a fresh token, patience, an open window, an administrator, or giving up. Pure.

Codes decide and not words, which change (https://developer.work.weixin.qq.com/document/path/90455). The classes come
from WxJava's WxMpErrorMsgEnum and the pages of the calls; the channels' READMEs tell what was not verified.
"""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from msgspec import Struct

from hub.errors import ChannelBroken, HubError, OptedOut, Refused, TryLater, Unsupported, WindowClosed

CHINA = ZoneInfo("Asia/Shanghai")
LONGEST_WORDS = 200


class Fate(StrEnum):
    """What to do about an error."""

    REFRESH = "refresh"
    LATER = "later"
    TOMORROW = "tomorrow"
    WINDOW = "window"
    OPTED_OUT = "opted_out"
    BROKEN = "broken"
    REFUSED = "refused"
    UNSUPPORTED = "unsupported"


class Meaning(Struct, frozen=True, kw_only=True):
    """One code: what to do, said for people. `after` is in seconds, for `later`."""

    fate: Fate
    says: str
    hint: str = ""
    after: int = 5


Table = Mapping[int, Meaning]


def _mean(fate: Fate, says: str, hint: str = "", after: int = 5) -> Meaning:
    return Meaning(fate=fate, says=says, hint=hint, after=after)


_WRITE_AGAIN = "Wait until the customer writes, or send a template."
_LET_IN = "Enter this server's address in the IP allow-list at WeChat (开发 > 基本配置 > IP 白名单)."
_SECRET = "Renew `app_secret`."  # noqa: S105  # names a setting
COMMON: Table = {
    -1: _mean(Fate.LATER, "WeChat is busy"),
    40001: _mean(Fate.REFRESH, "WeChat refuses the token", _SECRET),
    40014: _mean(Fate.REFRESH, "WeChat refuses the token", _SECRET),
    42001: _mean(Fate.REFRESH, "The token is over", _SECRET),
    40013: _mean(Fate.BROKEN, "WeChat does not know this account", "Compare `app_id`."),
    40125: _mean(Fate.BROKEN, "WeChat refuses the account's secret", _SECRET),
    40164: _mean(Fate.BROKEN, "WeChat does not take calls from this address", _LET_IN),
    45009: _mean(Fate.TOMORROW, "Today's calls are used up", "The quota begins anew at midnight in China."),
    45011: _mean(Fate.LATER, "Too many calls in a minute", after=60),
    45033: _mean(Fate.LATER, "Too many calls at the same time"),
    61450: _mean(Fate.LATER, "WeChat has a fault of its own"),
}
ACCOUNT: Table = {
    **COMMON,
    40243: _mean(Fate.BROKEN, "The account's secret is frozen", "Thaw it at WeChat, or renew `app_secret`."),
    41002: _mean(Fate.BROKEN, "The account's id is missing", "Set `app_id`."),
    41004: _mean(Fate.BROKEN, "The account's secret is missing", "Set `app_secret`."),
    50002: _mean(Fate.BROKEN, "WeChat has restricted this account", "Log in at mp.weixin.qq.com and see its notices."),
    48004: _mean(Fate.BROKEN, "WeChat has banned this call", "Log in at mp.weixin.qq.com and see its notices."),
    45015: _mean(Fate.WINDOW, "More than 48 hours since the customer wrote, or they left", _WRITE_AGAIN),
    45047: _mean(Fate.WINDOW, "All messages that this window allows are sent", _WRITE_AGAIN),
    48002: _mean(Fate.OPTED_OUT, "The person takes no messages of this account"),
    40003: _mean(Fate.REFUSED, "WeChat does not know this person"),
    40007: _mean(Fate.REFUSED, "WeChat no longer has the file", "Files are kept for 3 days."),
    46001: _mean(Fate.REFUSED, "WeChat no longer has the file", "Files are kept for 3 days."),
    40037: _mean(Fate.REFUSED, "There is no such template", "Choose it again from the list."),
    47003: _mean(Fate.REFUSED, "The template's values are not as WeChat wants them", "See their number and length."),
    43004: _mean(Fate.REFUSED, "The person does not follow the account"),
    43019: _mean(Fate.REFUSED, "The person is on the account's black list"),
    43101: _mean(Fate.REFUSED, "The person has not subscribed to this notice", "One subscription is one notice."),
    44004: _mean(Fate.REFUSED, "The text is empty"),
    45002: _mean(Fate.REFUSED, "The text is too long"),
    45065: _mean(Fate.REFUSED, "This message was sent already"),
    45066: _mean(Fate.LATER, "The same message again too soon", after=30),
    48001: _mean(Fate.REFUSED, "The account may not make this call", "Unverified accounts have few rights."),
    48006: _mean(Fate.REFUSED, "The quota cannot be cleared again today"),
    48008: _mean(Fate.REFUSED, "The account may not send this kind of message"),
    50005: _mean(Fate.REFUSED, "The person does not follow the account"),
    40200: _mean(Fate.UNSUPPORTED, "This kind of account cannot send menus", "Send the choices as text."),
}


def error(table: Table, code: int, told: str, *, at: datetime, call: str) -> HubError:
    """Return the error to raise for a code; one that no table knows is a refusal with the provider's own words."""
    found = table.get(code) or _mean(Fate.REFUSED, "WeChat refused the call")
    facts = {"code": code, "told": told[:LONGEST_WORDS], "call": call}
    match found.fate:
        case Fate.LATER:
            return TryLater(found.says, after=timedelta(seconds=found.after), hint=found.hint, **facts)
        case Fate.TOMORROW:
            return TryLater(found.says, after=until_midnight(at), hint=found.hint, **facts)
        case Fate.REFRESH | Fate.BROKEN:
            return ChannelBroken(found.says, hint=found.hint, **facts)
        case Fate.WINDOW:
            return WindowClosed(found.says, hint=found.hint, **facts)
        case Fate.OPTED_OUT:
            return OptedOut(found.says, hint=found.hint, **facts)
        case Fate.UNSUPPORTED:
            return Unsupported(found.says, hint=found.hint, **facts)
        case Fate.REFUSED:
            return Refused(found.says, hint=found.hint, **facts)


def until_midnight(at: datetime) -> timedelta:
    """Return how long until the day ends in China, when quotas begin anew."""
    here = at.astimezone(CHINA)
    return datetime.combine(here.date() + timedelta(days=1), time(), CHINA) - here

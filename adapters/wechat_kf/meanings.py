"""What WeCom's codes ask for in this channel; those it shares with WeChat are in `adapters.weixin.meanings`. Pure.

Source: https://developer.work.weixin.qq.com/document/path/90455. Frequency limits (45009) are by the minute and the
hour here, not by the day; a wrong secret (40001) has a code of its own and is not cured by another token.
"""

from adapters.weixin.meanings import COMMON, Fate, Meaning, Table

REPEAT_WORD = "msgid"
"""A msgid that was used is refused with a code that the manual does not name. Ours are well-formed, so an error about
the msgid that is none of the codes below can only mean that the message was taken before."""
SESSION = 95018
BAD_BELL = 95007


def _mean(fate: Fate, says: str, hint: str = "", after: int = 5) -> Meaning:
    return Meaning(fate=fate, says=says, hint=hint, after=after)


_ALLOW = "Let the app of `app_secret` call the API: customer service > API > apps that may call."
_WAIT = "Wait until the customer writes."
_SIZES = "Pictures 10 MB, voice 2 MB, films 10 MB, files 20 MB."

TABLE: Table = {
    **COMMON,
    40001: _mean(Fate.BROKEN, "WeCom refuses the app's secret", "Renew `app_secret`."),
    40013: _mean(Fate.BROKEN, "WeCom does not know this company", "Compare `corp_id`."),
    45009: _mean(Fate.LATER, "Too many calls", after=60),
    60020: _mean(Fate.BROKEN, "WeCom does not take calls from this address", "Enter it as a trusted IP of the app."),
    60011: _mean(Fate.BROKEN, "The app may not do this", _ALLOW),
    48002: _mean(Fate.BROKEN, "The app may not call this API", _ALLOW),
    48007: _mean(Fate.BROKEN, "The app may not serve this account", _ALLOW),
    40004: _mean(Fate.REFUSED, "WeCom does not take files of this type", _SIZES),
    40006: _mean(Fate.REFUSED, "The file is too large", _SIZES),
    40007: _mean(Fate.REFUSED, "WeCom no longer has the file", "Files are kept for 3 days."),
    40009: _mean(Fate.REFUSED, "The picture is too large", _SIZES),
    40011: _mean(Fate.REFUSED, "The film is too large", _SIZES),
    40058: _mean(Fate.REFUSED, "WeCom finds a fault in the message"),
    40096: _mean(Fate.REFUSED, "WeCom does not know this customer"),
    90207: _mean(Fate.REFUSED, "The mini-program is not linked to the company", "Compare its app id."),
    95000: _mean(Fate.BROKEN, "There is no such account", "Compare `open_kfid`; it begins with wk."),
    95001: _mean(Fate.WINDOW, "All five messages of this window are sent", _WAIT),
    95002: _mean(Fate.WINDOW, "More than 48 hours since the customer wrote", _WAIT),
    95003: _mean(Fate.BROKEN, "The company has reached its number of customers", "Have the company verified at WeCom."),
    95004: _mean(Fate.BROKEN, "There is no such account", "Compare `open_kfid` and `corp_id`."),
    BAD_BELL: _mean(Fate.REFUSED, "The bell's token is over"),
    95008: _mean(Fate.UNSUPPORTED, "A menu has at most 10 entries"),
    95013: _mean(Fate.WINDOW, "The session has ended", _WAIT),
    95014: _mean(Fate.REFUSED, "This colleague does not receive customers"),
    95016: _mean(Fate.REFUSED, "The session cannot go there from where it is"),
    95017: _mean(Fate.BROKEN, "The API is switched off", "Switch it on: customer service > API."),
    SESSION: _mean(Fate.REFUSED, "Somebody else answers this session"),
    95024: _mean(Fate.WINDOW, "The customer has not written for 48 hours", _WAIT),
}

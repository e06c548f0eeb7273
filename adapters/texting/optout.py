"""Words by which people end marketing by text message, and take it up again; whole messages only. Pure.

English words: CTIA's list with Twilio's two of 2025 (REVOKE, OPTOUT). Mainland China: the words that the templates of
its gateways name (拒收请回复R, 回T/TD退订).
"""

import re
import unicodedata
from collections.abc import Collection, Iterable
from typing import Literal

from adapters.texting.numbers import country

Opt = Literal["", "out", "in"]
STOP = frozenset({"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout"})
START = frozenset({"start", "unstop", "yes"})
EVERYWHERE = (frozenset({"stop", "stopall", "unsubscribe", "optout"}), frozenset({"start", "unstop"}))
CHINESE = frozenset({"退订", "退訂", "取消订阅", "取消訂閱", "拒收"})
"""What somebody writes in Chinese, wherever the number is at home."""
MAINLAND = frozenset({"t", "td", "tui", "n", "r", "0000", "t退订", "td退订", "回t退订", "回td退订", "qx"})
ENGLISH = frozenset({"US", "CA", "GB", "IE", "AU", "NZ", "PR"})
AGAIN = frozenset({"订阅", "訂閱", "恢复订阅"})
ANY = STOP | START | EVERYWHERE[0] | EVERYWHERE[1] | CHINESE | MAINLAND | AGAIN
"""What is a word somewhere: for all else nobody need ask where the number is at home."""
EDGES = re.compile(r"^[\W_]+|[\W_]+$")


def opt(text: str, number: str, *, region: str = "", extra: Collection[str] = ()) -> Opt:
    """Say whether the message ends (`out`) or renews (`in`) consent; `extra` are an inbox's own words that end it.

    Letter case, full width, blanks and punctuation around the word do not matter; a word inside a sentence is none.
    """
    word = fold(text)
    if not word or len(word) > 32:
        return ""
    if word in _folded(extra):
        return "out"
    if word not in ANY:
        return ""
    out, again = words(country(number, region))
    if word in out:
        return "out"
    return "in" if word in again else ""


def words(home: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return the words of a country that end consent, and those that renew it."""
    stops, starts = (STOP, START) if home in ENGLISH else EVERYWHERE
    return stops | CHINESE | (MAINLAND if home == "CN" else frozenset()), starts | AGAIN


def fold(text: str) -> str:
    """Return the text as it is compared: `ＴＤ。` is `td`."""
    return EDGES.sub("", unicodedata.normalize("NFKC", text[:200]).casefold())


def _folded(extra: Iterable[str]) -> frozenset[str]:
    return frozenset(fold(one) for one in extra) - {""}

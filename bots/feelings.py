"""How angry a sentence is, by a small lexicon in Chinese and English. Pure.

It knows strong and plain words of anger, what makes them stronger or weaker, and what denies them. It hears no irony
and no word that is not in it: a hint to fetch a person early, no measurement of anybody's feelings.
"""

import re
import unicodedata
from typing import NamedTuple

from msgspec import Struct

ANGRY = 2.0
"""The score from which a person should take over: one strong word, or two plain ones."""
LOOKED_AT = 2000
"""Characters of a message that are looked at."""
STRONGER, WEAKER, SHOUTED = 1.5, 0.5, 0.5

_STRONG_ZH = (
    r"气死|骗子|骗钱|混蛋|王八蛋|滚(?:蛋|开|出去)|傻[逼比屄]|[他她你]妈(?![妈亲咪])的?|(?<![他她你我妈])妈的(?=$|[，。！!])|忍无可忍|愤怒|太过分|无耻|不要脸|黑心|脑残|智障"
    r"|废物|狗屁|投诉你们|曝光你们|什么破(?!了|的|损|裂)|坑人|坑爹|(?<![倒扔收丢])垃圾(?!处理|费|桶|袋|分类|箱|站|车|清运|短信|邮件|回收|[房场])"
)
_PLAIN_ZH = (
    r"生气|失望|差劲|不满|(?<!麻)(?<!不耐)烦(?!请|您|你|劳)|慢死|糟糕|无语|敷衍|推卸|投诉|火大|没人管|离谱|受不了|太差|态度差|不耐烦|恼火"
    r"|恶心(?!想?吐|呕|头)|气人|不像话|欺负人"
)
_STRONG_EN = (
    r"\b(?:ridiculous|outrageous|unacceptable|disgusting|disgraceful|furious|bullshit|wtf|f+u+c+k\w*|idiots?|morons?"
    r"|worst(?!.case)|useless|pathetic|fed up|sick of|rip-?off)\b"
)
_PLAIN_EN = (
    r"\b(?:angry|mad at|upset|annoy(?:ed|ing)|frustrat(?:ed|ing)|terrible|awful|horrible|disappoint(?:ed|ing)|hate|scam"
    r"|shit|crap|damn|joke of a|waste of (?:my )?time)\b"
)
_WORDS = tuple(
    (re.compile(pattern), weight)
    for pattern, weight in ((_STRONG_ZH, 2.0), (_PLAIN_ZH, 1.0), (_STRONG_EN, 2.0), (_PLAIN_EN, 1.0))
)
_BEFORE = 24
"""Characters before a word that may change it."""
_DENIED = re.compile(
    r"(?:(?:不是|并不|并没有?|没有?|不太|不会|不算|不|别)(?:觉得|感到|那么|很|太|怎么|这么)?"
    r"|\b(?:not|never|no|isn'?t|wasn'?t|aren'?t|don'?t|didn'?t)\b(?:\W+\w+){0,2}\W+)$"
)
_RAISED = re.compile(
    r"(?:太|非常|特别|真的?|很|极其|超级?|十分|简直|实在|好|越来越"
    r"|\b(?:very|really|so|extremely|absolutely|totally|completely)\W+)(?:让人|令人|叫人|是)?$"
)
_LOWERED = re.compile(r"(?:有点儿?|有些|稍微|略|\b(?:slightly|a bit|a little|somewhat)\W+)(?:让人|令人)?$")
_SHOUTING = re.compile(r"[!！]\s*[!！]\s*[!！]")


class Feeling(Struct, frozen=True, kw_only=True):
    """The sum over the words that were found, and the words."""

    score: float
    words: tuple[str, ...] = ()

    @property
    def angry(self) -> bool:
        """Say whether a person should take over."""
        return self.score >= ANGRY


class _Hit(NamedTuple):
    start: int
    word: str
    score: float


def feeling(text: str) -> Feeling:
    """Return how angry the text is; 0 for one without a word of anger."""
    folded = unicodedata.normalize("NFKC", text[:LOOKED_AT]).casefold()
    hits = [hit for pattern, weight in _WORDS for hit in _hits(folded, pattern, weight) if hit.score]
    found: dict[str, float] = {}
    for hit in sorted(hits):
        found[hit.word] = max(found.get(hit.word, 0.0), hit.score)
    score = sum(found.values())
    shouted = SHOUTED if score and _SHOUTING.search(folded) else 0.0
    return Feeling(score=score + shouted, words=tuple(found))


def _hits(text: str, pattern: re.Pattern[str], weight: float) -> list[_Hit]:
    return [
        _Hit(match.start(), match[0], weight * _changed(text[max(0, match.start() - _BEFORE) : match.start()]))
        for match in pattern.finditer(text)
    ]


def _changed(before: str) -> float:
    if _DENIED.search(before):
        return 0.0
    if _LOWERED.search(before):
        return WEAKER
    return STRONGER if _RAISED.search(before) else 1.0

"""When a person takes over before the bot is asked: every kind of bot has these rules. Pure.

vip -> asked for a person -> forbidden topic -> angry        (before the bot is asked)
not understood so many times in a row                        (after; `bots/turns.py` counts)
"""

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, TypeVar

import msgspec
from msgspec import structs

from bots.contract import Bot, Cautious, Triggers, Turn
from bots.feelings import LOOKED_AT, feeling
from bots.likeness import mentions, normal
from hub.errors import Invalid

T = TypeVar("T")
DEFAULT = Triggers()
SHORT = 40
"""A sentence longer than this many characters is not searched for a request for a person: people tell stories in which
an agent occurs."""
SAY = {
    "zh": "我这就为您转接人工客服，请稍候。",
    "en": "I am passing you on to a colleague, who will be with you shortly.",
}
_PERSON = re.compile(
    r"人工(?!智能|费|湖|降雨|增雨|草坪|成本|神经|费用)|真人|活人|客服人员|(?:转|找|接|叫)(?:个|一下|一个|到)?客服"
    r"|\b(?:speak|talk|chat)(?: \w+){0,3} (?:human|person|someone|agent|representative|operator|somebody)\b"
    r"|\b(?:connect|transfer) me(?: \w+){0,3} (?:human|person|someone|agent|representative|operator)\b"
    r"|\b(?:want|need|give me|get me)(?: an?| the)? (?:human|person|agent|representative|operator)\b"
    r"|\b(?:real|live|actual) (?:human|person|agent)\b|\bhuman (?:agent|please|support|being)\b"
    r"|\b(?:customer service|a) representative\b|^\W*(?:human|agent|operator|representative)\W*$"
)
_NOT_WANTED = re.compile(
    r"(?:(?<![要用能])(?:不|别|无需|没必要)(?:用|要|需要|想|必)?(?:再)?(?:给我|帮我)?(?:转|找|接|叫)?(?:到|个)?"
    r"|[你您]们?(?:是|是不是)"
    r"|\b(?:not|no|don'?t|do not|are you)\b(?:\W+\w+){0,4}\W+)$"
)
"""Before a word for a person: nobody is wanted, or it is asked whether this is one."""


def triggers_of(bot: Bot) -> Triggers:
    """Return the bot's own triggers, or those of every bot."""
    return bot.triggers if isinstance(bot, Cautious) else DEFAULT


def read(settings: Mapping[str, Any]) -> Triggers:
    """Read `handoff` and `skills` of `yizhan.yml` (`Project.config.yizhan`); raises `Invalid` whose path is the key."""
    given = _read(_worded(settings.get("handoff") or {}), Triggers, "handoff", ", ".join(Triggers.__struct_fields__))
    skills = _read(settings.get("skills") or {}, dict[str, str], "skills", "intent: skill")
    return structs.replace(given, skills={**given.skills, **skills})


def _worded(told: Any) -> Any:
    """Return the settings with the numbers in their lists as words: 12315 is what people say, not how many."""
    if not isinstance(told, dict):
        return told
    return {
        name: [str(one) if type(one) is int else one for one in value] if isinstance(value, list) else value
        for name, value in told.items()
    }


def _read(given: Any, kind: type[T], path: str, fields: str) -> T:
    try:
        return msgspec.convert(given, kind)
    except msgspec.ValidationError as error:
        message, _, at = str(error).partition(" - at ")
        raise Invalid(
            message, path=f"{path}{at.strip('`').removeprefix('$')}", hint=f"There may stand: {fields}."
        ) from error


def called(turn: Turn, triggers: Triggers, *, served: bool = False) -> str | None:
    """Return the reason why a person takes over now, one of `REASONS`, or None: the bot's turn.

    `served`: this customer got a person as a VIP in this conversation before; they are not sent round in circles.
    """
    if turn.reminder is not None:
        return None
    if not served and _vip(turn, triggers):
        return "vip"
    text = turn.text[:LOOKED_AT]
    if text.startswith("/"):
        return None
    if triggers.asked and asks_for_person(text, triggers.words):
        return "asked"
    if triggers.forbidden and mentions(text, triggers.forbidden):
        return "topic"
    return "feeling" if triggers.feeling and feeling(text).angry else None


def asks_for_person(text: str, words: tuple[str, ...] = ()) -> bool:
    """Say whether a short sentence asks for a person, and not the contrary."""
    if len(normal(text)) > SHORT:
        return False
    folded = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    patterns = (_PERSON, *((_of(words),) if words else ()))
    found = (place.start() for pattern in patterns for place in pattern.finditer(folded))
    return any(not _NOT_WANTED.search(folded[:start]) for start in found)


@lru_cache(maxsize=256)
def _of(words: tuple[str, ...]) -> re.Pattern[str]:
    """Return the pattern of a bot's own words; Latin ones stand alone, Chinese ones that are known already are left."""
    folded = (unicodedata.normalize("NFKC", word).casefold().strip() for word in words)
    kept = [rf"\b{re.escape(word)}\b" if word.isascii() else re.escape(word) for word in folded if _own(word)]
    return re.compile("|".join(kept) or r"(?!)")


def _own(word: str) -> bool:
    return bool(word) and (word.isascii() or _PERSON.search(word) is None)


def handing_over(triggers: Triggers, language: str) -> str:
    """Return what the customer hears, in their language or the one that comes closest."""
    said = {**SAY, **triggers.say}
    return triggers.say.get(language) or said.get(language.partition("-")[0].casefold()) or said["zh"]


def _vip(turn: Turn, triggers: Triggers) -> bool:
    pairs = {f"{name}={value}" for name, value in turn.attributes.items()}
    return any(mark in turn.labels or mark in pairs for mark in triggers.vip)

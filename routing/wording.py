"""What the queue says to customers, in Chinese and English. Pure."""

from collections.abc import Mapping, Sequence

from hub.model import Choice
from routing.abilities import tongue
from routing.policy.queues import Ending

_WHY: Mapping[str, tuple[str, str]] = {
    "closed": ("现在是非工作时间。", "We are closed now. "),
    "full": ("现在排队的人很多。", "Very many are waiting now. "),
    "overflow": ("抱歉让您久等了。", "We are sorry that this takes so long. "),
    "asked": ("好的。", "All right. "),
}
_THEN: Mapping[Ending, tuple[str, str]] = {
    Ending.MESSAGE: ("请留言，我们会尽快回复您。", "Please leave a message; we will answer as soon as we can."),
    Ending.CALL_BACK: (
        "我们会回电给您，您在队列中的位置保留不变。请留下您的电话号码。",
        "We will call you back, and you keep your place. Please tell us your phone number.",
    ),
    Ending.BOT: ("先由智能助手为您服务。", "Our assistant will help you first."),
    Ending.SELF_SERVICE: ("您也可以自助办理。", "You can also help yourself."),
}


def chinese(language: str) -> bool:
    """Say whether somebody is spoken to in Chinese: also when nobody knows their language."""
    return tongue(language) in ("", "zh")


def ending_words(ending: Ending, why: str, language: str) -> str:
    """Return what is said to a customer whom the queue does not keep."""
    number = 0 if chinese(language) else 1
    return _WHY.get(why, ("", ""))[number] + _THEN[ending][number]


_CHOICES: Mapping[str, tuple[str, str]] = {
    "wait": ("继续等待", "Keep waiting"),
    "call_back": ("请回电给我", "Call me back"),
    "message": ("留言", "Leave a message"),
    "self_service": ("自助办理", "Help myself"),
}


def offered_choices(choices: Sequence[str], prefix: str, language: str) -> tuple[Choice, ...]:
    """Return the quick replies: waiting on, and what the queue allows instead; none when it allows nothing."""
    number = 0 if chinese(language) else 1
    names = ("wait", *choices) if choices else ()
    return tuple(Choice(label=_CHOICES[name][number], value=f"{prefix}{name}") for name in names)


def waiting_words(position: int, low: int | None, high: int | None, language: str) -> str:
    """Return the place in the queue and the range, as people say it."""
    if chinese(language):
        place = f"您前面还有 {position - 1} 位" if position > 1 else "您是下一位"
        return (
            f"{place}，预计等待 {_span(low, high, ' 秒', ' 分钟', ' 至 ')}。"
            if high is not None
            else f"{place}，请稍候。"
        )
    place = f"{position - 1} before you" if position > 1 else "You are next"
    told = _span(low, high, " seconds", " minutes", " to ")
    return f"{place}; it will probably take {told}." if high is not None else f"{place}; please wait a moment."


def _span(low: int | None, high: int | None, seconds: str, minutes: str, to: str) -> str:
    """Say a range in one unit: in minutes from two minutes on."""
    size, unit = (60, minutes) if (high or 0) >= 120 else (1, seconds)
    first, last = max(1, round((low or 0) / size)), max(1, round((high or 0) / size))
    return f"{last}{unit}" if first == last else f"{first}{to}{last}{unit}"

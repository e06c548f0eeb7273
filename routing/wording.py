"""What the queue says to customers, in Chinese and English. Pure."""

from collections.abc import Mapping

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

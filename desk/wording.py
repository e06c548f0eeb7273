"""What a colleague reads when a deadline is near or past, in their language. Pure."""

from conversations.hours import zone as zone_of
from conversations.model import Conversation
from desk.escalation import Call
from desk.notices import Letter
from desk.policies import Kind

NAMES = {
    "zh": {Kind.FIRST: "首次回复", Kind.NEXT: "后续回复", Kind.RESOLUTION: "解决"},
    "en": {Kind.FIRST: "first answer", Kind.NEXT: "next answer", Kind.RESOLUTION: "closing"},
}


def letter(call: Call, conversation: Conversation, language: str, *, address: str, zone: str) -> Letter:
    """Return the notice: the customer's name and a link, and none of what they wrote."""
    tongue = "en" if language == "en" else "zh"
    name, what = conversation.name or conversation.id, NAMES[tongue][call.clock.kind]
    due = f"{call.clock.due_at.astimezone(zone_of(zone)):%Y-%m-%d %H:%M} ({zone})" if call.clock.due_at else ""
    link = f"{address}/inbox/all/{conversation.id}"
    if tongue == "en":
        state = "is overdue" if call.step.on == "breach" else "is due soon"
        again = f" (reminder {call.time})" if call.time > 1 else ""
        return Letter(
            subject=f"[Yizhan] The {what} to {name} {state}{again}",
            body=f"The {what} to {name} {state}{again}.\nDue: {due}\n{link}",
        )
    state = "已超时" if call.step.on == "breach" else "即将超时"
    again = f"(第 {call.time} 次提醒)" if call.time > 1 else ""
    return Letter(
        subject=f"【驿站】{name} 的{what}{state}{again}",
        body=f"客户 {name} 的会话,{what}{state}{again}。\n截止时间:{due}\n{link}",
    )

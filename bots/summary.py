"""The note a bot leaves for the person who takes over, so that the customer need not repeat anything. Pure."""

from collections.abc import Mapping, Sequence

REASONS = {
    "asked": ("客户要求人工服务", "the customer asked for a person"),
    "doubt": ("多次未能理解客户", "it did not understand the customer"),
    "feeling": ("客户情绪不满", "the customer is upset"),
    "topic": ("涉及机器人不能回答的话题", "it may not speak about this"),
    "vip": ("重要客户，优先人工服务", "this customer always gets a person"),
    "error": ("机器人出错", "the bot failed"),
    "timeout": ("机器人响应超时", "the bot took too long"),
    "refused": ("渠道不允许机器人的这条回复", "the channel did not take the bot's answer"),
}
SAID = 3
LENGTH = 200
SLOTS = 30


def summary(
    *, bot: str, reason: str, asked: str, said: Sequence[str], language: str, slots: Mapping[str, str] | None = None,
    skill: str = "",
) -> str:  # fmt: skip
    """Say who hands over and why, what was answered and collected, and the customer's last sentences, oldest first."""
    chinese = language.startswith("zh")
    because = REASONS.get(reason, (reason, reason))[0 if chinese else 1]
    words = [f"「{one[:LENGTH]}」" if chinese else f"“{one[:LENGTH]}”" for one in said[-SAID:]]
    known = [f"{name} = {value[:LENGTH]}" for name, value in list((slots or {}).items())[:SLOTS]]
    lines = [f"{bot} 转人工：{because}。" if chinese else f"{bot} hands over: {because}."]
    if skill:
        lines.append(f"建议技能：{skill}" if chinese else f"Suggested skill: {skill}")
    if asked:
        lines.append(f"已解答：{asked}" if chinese else f"Answered already: {asked}")
    if known:
        lines.append(("已收集：" if chinese else "Collected: ") + ("；" if chinese else "; ").join(known))
    if words:
        lines.append(("客户说：" if chinese else "The customer said: ") + " ".join(words))
    return "\n".join(lines)

"""The note a bot leaves for the person who takes over, so that the customer need not repeat anything. Pure."""

from collections.abc import Sequence

REASONS = {
    "asked": ("客户要求人工服务", "the customer asked for a person"),
    "doubt": ("多次未能理解客户", "it did not understand the customer"),
    "error": ("机器人出错", "the bot failed"),
    "refused": ("渠道不允许机器人的这条回复", "the channel did not take the bot's answer"),
}
SAID = 3
LENGTH = 200


def summary(*, bot: str, reason: str, asked: str, said: Sequence[str], language: str) -> str:
    """Say who hands over and why, what was answered already, and the customer's last sentences, oldest first."""
    chinese = language.startswith("zh")
    because = REASONS.get(reason, (reason, reason))[0 if chinese else 1]
    words = [f"「{one[:LENGTH]}」" if chinese else f"“{one[:LENGTH]}”" for one in said[-SAID:]]
    lines = [f"{bot} 转人工：{because}。" if chinese else f"{bot} hands over: {because}."]
    if asked:
        lines.append(f"已解答：{asked}" if chinese else f"Answered already: {asked}")
    if words:
        lines.append(("客户说：" if chinese else "The customer said: ") + " ".join(words))
    return "\n".join(lines)

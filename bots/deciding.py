"""Who speaks in a turn: the bot, or (called by a trigger, by doubt, by its silence) the hub in its stead."""

import structlog
from msgspec import structs

from bots.asking import asked
from bots.contract import Answer, Ask, Bot, Handoff, Reaction, Say, Silence, Triggers, Turn
from bots.memory import Memory
from bots.triggers import called, handing_over, triggers_of
from hub.model import Text

_log = structlog.get_logger(__name__)


async def decided(bot: Bot, turn: Turn, memory: Memory) -> tuple[Memory, Answer]:
    """Return what is done in this turn, and the memory with its doubts counted."""
    triggers = triggers_of(bot)
    reason = called(turn, triggers, served=memory.served)
    if reason is not None:
        return memory, instead(reason, triggers, turn.language, memory)
    answer = await asked(bot, turn)
    memory = structs.replace(
        memory, doubts=memory.doubts + 1 if answer.doubt else 0, skill=triggers.skills.get(answer.intent, memory.skill)
    )
    against = _against(answer, triggers, memory)
    if against is None:
        return memory, completed(answer, triggers, memory)
    if against == "error":
        _log.error("bot_silent", bot=bot.name, conversation=turn.conversation, seq=turn.seq)
    words = instead(against, triggers, turn.language, memory)
    return memory, structs.replace(words, memory=answer.memory, slots=answer.slots, missed=answer.missed)


def _against(answer: Answer, triggers: Triggers, memory: Memory) -> str | None:
    """Return why the bot's answer is not said, or None."""
    if answer.intent and answer.intent in triggers.forbidden:
        return "topic"
    if _hands_over(answer):
        return None
    if _wordless(answer):
        return "error"
    return "doubt" if answer.doubt and 0 < triggers.doubts <= memory.doubts else None


def instead(reason: str, triggers: Triggers, language: str, memory: Memory) -> Answer:
    """Return the words and the hand-over that stand for the bot's answer; the bot's own memory stays as it was."""
    words = Say(parts=(Text(body=handing_over(triggers, language)),))
    handoff = Handoff(reason=reason, team=triggers.team, skill=memory.skill or triggers.skill)
    return Answer(reactions=(words, handoff), memory=memory.values)


def completed(answer: Answer, triggers: Triggers, memory: Memory) -> Answer:
    """Return the answer whose hand-over names a team and a skill where the bot's settings do."""
    if not _hands_over(answer):
        return answer
    return structs.replace(answer, reactions=tuple(_completed(one, triggers, memory) for one in answer.reactions))


def _completed(reaction: Reaction, triggers: Triggers, memory: Memory) -> Reaction:
    if not isinstance(reaction, Handoff):
        return reaction
    skill = reaction.skill or memory.skill or triggers.skill
    return structs.replace(reaction, team=reaction.team or triggers.team, skill=skill)


def _hands_over(answer: Answer) -> bool:
    return any(isinstance(one, Handoff) for one in answer.reactions)


def _wordless(answer: Answer) -> bool:
    """Say whether the customer would hear nothing although the bot did not choose silence."""
    return not any(
        isinstance(one, Ask | Handoff | Silence) or (isinstance(one, Say) and one.parts) for one in answer.reactions
    )

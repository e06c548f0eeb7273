"""What a bot says although nobody asked: a Rasa server calls back by itself. One job each, in the order it came."""

from datetime import datetime

from msgspec import Struct

from bots.contract import Reaction
from conversations.model import Conversation, State
from hub.store.port import Write
from hub.work.jobs import Kind


class Unasked(Struct, frozen=True, kw_only=True):
    """Say this, if the bot has the conversation when its turn comes. `number` counts what the server ever said."""

    conversation: str
    bot: str
    number: int
    said: tuple[Reaction, ...]


UNASKED: Kind[Unasked] = Kind("bots.unasked", Unasked)


def unasked(*, conversation: str, bot: str, number: int, said: tuple[Reaction, ...], at: datetime) -> Write:
    """Return the job that says it, after everything of its conversation that came before."""
    body = Unasked(conversation=conversation, bot=bot, number=number, said=said)
    return UNASKED.job(body, lane=f"unasked:{conversation}", seq=number, at=at)


def against(body: Unasked, conversation: Conversation | None) -> str | None:
    """Return why it is not said, or None: a bot is silent while a person, another bot or nobody has it."""
    if conversation is None:
        return "no_conversation"
    return None if conversation.state is State.BOT and conversation.bot == body.bot else "not_with_this_bot"

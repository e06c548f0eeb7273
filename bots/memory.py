"""What a bot remembers of one conversation: a row of its own, written in the commit that says its answer."""

from hub.store.port import Collection, Document


class Memory(Document, frozen=True, kw_only=True):
    """The id is the conversation's. `seq` is the newest customer message that was answered: no turn is taken twice.

    `values` are the bot's own words; `choices` the quick replies it offered last, so that "2" can mean the second.
    """

    bot: str
    seq: int = 0
    values: dict[str, str] = {}
    choices: tuple[str, ...] = ()


MEMORIES = Collection("bot_memories", Memory)

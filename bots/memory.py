"""What a bot remembers of one conversation: a row of its own, written in the commit that says its answer."""

from datetime import datetime

from msgspec import Struct

from hub.model import Choice
from hub.store.port import Collection, Document


class Waiting(Struct, frozen=True, kw_only=True):
    """A reminder that was asked for. `token` names its timer; a timer that finds no such entry does nothing.

    `entities` is JSON. `heard` is the number of the customer's newest message when it was set.
    """

    token: str
    name: str
    at: datetime
    intent: str
    entities: str = "{}"
    until_heard: bool = False
    heard: int = 0


class Memory(Document, frozen=True, kw_only=True):
    """The id is the conversation's. `seq` is the newest customer message that was answered: no turn is taken twice.

    `values` are the bot's own words; `offered` the quick replies it asked with last, so that "2" can mean the second;
    `slots` what it had collected and `skill` what its last topic needs, for the note when somebody else calls a person.
    `doubts` counts how often in a row it did not understand; `served` says that a person was called because the
    customer is a VIP.
    """

    bot: str
    seq: int = 0
    values: dict[str, str] = {}
    offered: tuple[Choice, ...] = ()
    slots: dict[str, str] = {}
    skill: str = ""
    doubts: int = 0
    served: bool = False
    reminders: tuple[Waiting, ...] = ()


MEMORIES = Collection("bot_memories", Memory)

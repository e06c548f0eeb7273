"""Upward news of a conversation: routing and bots subscribe, this floor does not know them. Pure data.

Which of these follow from a change is decided once, in `conversations/news.py`, by comparing before and after; only
`CustomerSaid` and `Signalled` are told by whoever makes the change.
"""

from msgspec import Struct

from conversations.model import State
from conversations.standing import Standing


class Opened(Struct, frozen=True, kw_only=True):
    """A conversation began, or (`again`) a closed one came back; its state says whose turn it is."""

    conversation: str
    again: bool = False


class CustomerSaid(Struct, frozen=True, kw_only=True):
    """The customer's message `seq` is in the thread, whose `state` it found: bots answer when it is BOT.

    No machine answers a `quiet` one: another machine wrote it, or it is a word that ends consent.
    """

    conversation: str
    seq: int
    state: State = State.BOT
    quiet: bool = False


class Queued(Struct, frozen=True, kw_only=True):
    """It waits in a queue and is offered to nobody: new or moved there, its offer ended, or it needs something else."""

    conversation: str
    team: str | None = None


class Assigned(Struct, frozen=True, kw_only=True):
    """A colleague has it now: given, taken, transferred."""

    conversation: str
    agent: str


class Freed(Struct, frozen=True, kw_only=True):
    """It no longer fills a place of this colleague (closed, snoozed, moved, offer over): they may get another."""

    conversation: str
    agent: str


class Closed(Struct, frozen=True, kw_only=True):
    """It is closed."""

    conversation: str


class Attended(Struct, frozen=True, kw_only=True):
    """People do something in a conversation that `bot` has or had: they get it, speak in it, or give it back.

    `seq` is the number of the newest entry before that.
    """

    conversation: str
    bot: str
    seq: int


class Stands(Struct, frozen=True, kw_only=True):
    """What deadlines hang on has changed: whose turn it is, since when, or what it is about."""

    conversation: str
    now: Standing


class Signalled(Struct, frozen=True, kw_only=True):
    """The customer did something that is no message and that this floor has no rule for (`left`, `follow`...)."""

    conversation: str
    name: str
    facts: dict[str, str] = {}

"""The one contract of every bot, built in or remote: a Turn in; Say, Ask, Handoff or Silence out. Pure data."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from msgspec import Struct

from hub.model import Choice, Part


class Turn(Struct, frozen=True, kw_only=True):
    """What the customer just said, and what the bot remembered of this conversation (`memory`, its own words)."""

    conversation: str
    channel: str
    profile: str
    name: str
    language: str
    seq: int
    parts: tuple[Part, ...]
    text: str
    memory: dict[str, str] = {}
    at: datetime


class Say(Struct, frozen=True, kw_only=True, tag="say"):
    """Say these parts."""

    parts: tuple[Part, ...]


class Ask(Struct, frozen=True, kw_only=True, tag="ask"):
    """Ask, with quick replies."""

    body: str
    choices: tuple[Choice, ...]


class Handoff(Struct, frozen=True, kw_only=True, tag="handoff"):
    """Give the conversation to a person. `reason` is asked, doubt or error; `summary` is a note for the agent."""

    reason: str
    summary: str = ""
    team: str | None = None
    skill: str | None = None


class Silence(Struct, frozen=True, kw_only=True, tag="silence"):
    """Say nothing."""


Reaction = Say | Ask | Handoff | Silence


class Answer(Struct, frozen=True, kw_only=True):
    """What the bot does, in order, and what it wants to remember."""

    reactions: tuple[Reaction, ...]
    memory: dict[str, str] = {}


class Bot(Protocol):
    """A machine that answers. Must be pure with respect to the store: the hub may ask the same turn twice."""

    @property
    def name(self) -> str:
        """Return the name customers see."""
        ...

    async def answer(self, turn: Turn) -> Answer:
        """Answer one turn. Anything raised is a hand-over with reason `error`."""
        ...

    def greeting(self, language: str) -> Sequence[Part]:
        """Return what to say when a conversation opens, or nothing."""
        ...

    def excuse(self, language: str) -> Sequence[Part]:
        """Return what to tell the customer when the bot failed and a person takes over, or nothing."""
        ...

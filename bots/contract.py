"""The one contract of every bot, built in or remote: a Turn in; reactions out. Pure data.

Turn -> Say | Ask | Handoff | Silence          what the customer notices
      | Label | Attribute | Remind | Forget    what is noted down, in the same commit
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated, Any, Protocol, runtime_checkable

from msgspec import Meta, Struct

from hub.model import Choice, Part

REASONS = ("asked", "doubt", "feeling", "topic", "vip", "error", "timeout", "refused")
"""Why a person takes over: the customer asked; the bot did not understand, twice; the customer is angry; the bot may
not speak of this; a customer who always gets a person; the bot failed; it took too long; it may not say its answer."""


class Reminder(Struct, frozen=True, kw_only=True):
    """What a bot asked to be reminded of: an intent of its own project (`EXTERNAL_call_back`), as if it were said."""

    name: str
    intent: str
    entities: dict[str, Any] = {}


class Turn(Struct, frozen=True, kw_only=True):
    """What the customer just said, and what the bot remembered of this conversation (`memory`, its own words).

    `attributes` are what is known of the customer (of the profile: also email, phone, company), `labels` those of
    the conversation and of the customer. With a `reminder` nobody spoke: `text` is empty and `parts` are none. In a
    `rehearsal` the bot only says what it would say (a suggestion for an agent): it changes nothing anywhere, and
    calls nothing that might.
    """

    conversation: str
    channel: str
    profile: str
    name: str
    language: str
    seq: int
    parts: tuple[Part, ...]
    text: str
    memory: dict[str, str] = {}
    attributes: dict[str, str] = {}
    labels: tuple[str, ...] = ()
    reminder: Reminder | None = None
    rehearsal: bool = False
    at: datetime


class Say(Struct, frozen=True, kw_only=True, tag="say"):
    """Say these parts."""

    parts: tuple[Part, ...]


class Ask(Struct, frozen=True, kw_only=True, tag="ask"):
    """Ask, with quick replies."""

    body: str
    choices: tuple[Choice, ...]


class Handoff(Struct, frozen=True, kw_only=True, tag="handoff"):
    """Give the conversation to a person.

    `reason` is one of `REASONS`; `summary`, `slots` (what was collected, as people read it) and `skill` (what the
    person should know) stand in the note for the agent. `team` is an id or a name; one that does not exist changes
    nothing.
    """

    reason: str
    summary: str = ""
    slots: dict[str, str] = {}
    team: str | None = None
    skill: str | None = None


class Silence(Struct, frozen=True, kw_only=True, tag="silence"):
    """Say nothing."""


class Label(Struct, frozen=True, kw_only=True, tag="label"):
    """Put these labels on the conversation, beside those it has."""

    names: tuple[str, ...]


class Attribute(Struct, frozen=True, kw_only=True, tag="attribute"):
    """Note something of the customer; what was proved, or written by a colleague, stays as it is."""

    name: str
    value: str


class Remind(Struct, frozen=True, kw_only=True, tag="remind"):
    """Come back at that time with this intent, if the bot still has the conversation.

    A reminder of the same name is replaced. `until_heard`: not when the customer has written in between.
    """

    name: str
    at: datetime
    intent: str
    entities: dict[str, Any] = {}
    until_heard: bool = False


class Forget(Struct, frozen=True, kw_only=True, tag="forget"):
    """Cancel reminders: of this name, of this intent; without either, all."""

    name: str = ""
    intent: str = ""


Reaction = Say | Ask | Handoff | Silence | Label | Attribute | Remind | Forget


class Ranked(Struct, frozen=True, kw_only=True):
    """An intent and how sure that is, 0 to 1."""

    name: str
    confidence: float


class Missed(Struct, frozen=True, kw_only=True):
    """A sentence that was not understood: what it might have meant, surest first. Designers are shown it."""

    text: str
    ranking: tuple[Ranked, ...] = ()


class Answer(Struct, frozen=True, kw_only=True):
    """What the bot does, in order, and what it wants to remember; nothing is done after a Handoff.

    `doubt`: it did not understand; `missed` is the sentence, when its makers should learn of it (it is written down in
    the commit of the turn, `bots/serving/misses.py`). `slots` are what it has collected so far (None: as before),
    for the note when somebody else than the bot itself calls a person (`bots/triggers.py`). A bot that wants to say
    nothing says `Silence`: an answer without any word is taken for a failure. `intent` is what it understood, if it
    understands: `Triggers` name intents that no machine answers, and what skill a person needs for them.
    """

    reactions: tuple[Reaction, ...]
    memory: dict[str, str] = {}
    doubt: bool = False
    missed: Missed | None = None
    slots: dict[str, str] | None = None
    intent: str = ""


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


Second = Callable[[], Bot | None]
"""Gives the bot that stands beside another as it is now: who is published anew is another one."""


class Triggers(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When a person takes over although the bot did not say so: `handoff:` of a project's `yizhan.yml`.

    `words` ask for a person, besides those of `bots/triggers.py` (`asked: false`: only when the bot says so);
    `feeling`: an angry customer gets one; `forbidden` are words, and intents, the bot must not talk about; `vip` are
    labels, or attributes as `level=gold`, whose bearers get a person at once. `doubts` is how often in a row it may
    not understand (0: as often as it likes). `skill` is what the person should know, `skills` the same by the last
    intent that is named there. `say` is what the customer hears then, by language tag; `names` are the words for slots
    in the note.
    """

    words: tuple[str, ...] = ()
    asked: bool = True
    feeling: bool = True
    forbidden: tuple[str, ...] = ()
    vip: tuple[str, ...] = ()
    doubts: Annotated[int, Meta(ge=0, le=10)] = 2
    team: str | None = None
    skill: str | None = None
    skills: dict[str, str] = {}
    say: dict[str, str] = {}
    names: dict[str, str] = {}


@runtime_checkable
class Cautious(Protocol):
    """A bot with triggers of its own; any other has the default ones."""

    @property
    def triggers(self) -> Triggers:
        """Return them."""
        ...

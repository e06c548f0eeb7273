"""The built-in bot: one turn in, what the customer hears and what is noted out. Joins understanding to dialogue.

Turn -> words? -> payload, or Understanding (vector from the encoding process, when it helps) -> Dialogue -> Answer
The bot's memory of a conversation is its tracker, and nothing else.
"""

from collections.abc import Iterable, Sequence
from typing import Protocol

import structlog
from msgspec import Struct, structs
from numpy import float32
from numpy.typing import NDArray

from bots.actions.port import Rehearsing
from bots.contract import Answer, Ask, Handoff, Missed, Ranked, Reaction, Reminder, Say, Silence, Triggers, Turn
from bots.dialogue import responses
from bots.dialogue.actions import Actions
from bots.dialogue.course import Heard, Turned
from bots.dialogue.dialogue import Dialogue
from bots.dialogue.events import DEFAULT_SLOTS
from bots.dialogue.state import ground_of
from bots.dialogue.tracker import Tracker
from bots.dialogue.words import word
from bots.nlu import payloads
from bots.nlu.parse import FALLBACK, Entity, Meant, Parse, Why
from bots.project.model import Json
from bots.trained import Trained
from bots.triggers import handing_over, read
from hub.errors import Malformed
from hub.model import Attachment, Choice, Choices, Location, Notice, Part, Remote, Text, plain

TRACKER = "tracker"
MEDIA = "inform_media"
"""An intent that a project may have for messages without words."""
DEFAULT_INTENTS = ("restart", "back", "out_of_scope", "session_start", FALLBACK)
VALUE = 500
"""Characters of a slot's value that stand in a note."""
RANKED = 5

_log = structlog.get_logger(__name__)


class Encoding(Protocol):
    """Gives the vectors of sentences, from somewhere else than the event loop."""

    async def vector(self, text: str) -> NDArray[float32] | None:
        """Return the vector, or None: go on without."""
        ...


class Thought(Struct, frozen=True, kw_only=True):
    """What a turn was understood as and what came of it, for the answer and for the designers' console."""

    parse: Parse
    turned: Turned


class EngineBot:
    """Implements `bots.contract.Bot` for a trained project. Raises `Invalid` when its `yizhan.yml` is wrong.

    `rehearsing` does the actions of a rehearsal, which changes nothing anywhere; without it nobody is called then.
    """

    def __init__(
        self, trained: Trained, encoding: Encoding | None, actions: Actions, *, rehearsing: Actions | None = None
    ) -> None:
        self._project = trained.project
        self._understanding = trained.understanding
        self._encoding = encoding
        self._dialogue = Dialogue(trained.project, actions)
        self._rehearsal = self._dialogue.acting(rehearsing or Rehearsing())
        self._ground = ground_of(trained.project)
        self._intents = frozenset({*trained.project.intents, *DEFAULT_INTENTS})
        self._triggers = read(trained.project.config.yizhan)

    @property
    def name(self) -> str:
        """Return the name customers see: `name` of yizhan.yml."""
        return str(self._project.config.yizhan.get("name") or "Bot")

    @property
    def triggers(self) -> Triggers:
        """Return when a person takes over: `handoff` of yizhan.yml."""
        return self._triggers

    def greeting(self, language: str) -> Sequence[Part]:
        """Return `greeting` of yizhan.yml (a response or words), else utter_greet, with `menu` as quick replies."""
        told = self._project.config.yizhan.get("greeting", "utter_greet")
        name = told if isinstance(told, str) else ""
        variants = self._project.responses.get(name, ())
        found = responses.chosen(variants, self._ground.initial, "", name) if variants else None
        if found is not None:
            return self._with_menu(responses.said(responses.as_json(found), self._ground.initial).parts)
        words = _in_language(told, language) if name != "utter_greet" else ""
        return self._with_menu((Text(body=words),)) if words else ()

    def excuse(self, language: str) -> Sequence[Part]:
        """Return utter_failed, or words of the engine."""
        found = responses.chosen(self._project.responses.get("utter_failed", ()), {}, "", "")
        told = responses.as_json(found) if found is not None else {"text": word("failed", self._project, language)}
        return responses.said(told, self._ground.initial).parts

    async def answer(self, turn: Turn) -> Answer:
        """Answer one turn; it depends on nothing but the turn, so it may be asked again."""
        thought = await self.think(turn)
        turned, parse = thought.turned, thought.parse
        known = self._collected(turned.tracker)
        return Answer(
            reactions=tuple(self._reactions(turned, turn, known)), memory={TRACKER: turned.tracker.dump()},
            doubt=turned.doubt, missed=_missed(parse, turned), slots=known,
            intent="" if parse.intent.name in (None, FALLBACK) else str(parse.intent.name),
        )  # fmt: skip

    async def think(self, turn: Turn) -> Thought:
        """Understand and decide, and tell everything."""
        tracker = self._tracker(turn)
        heard = Heard(at=turn.at, channel=turn.channel, language=turn.language, number=turn.seq)
        dialogue = self._rehearsal if turn.rehearsal else self._dialogue
        words = turn.text if turn.reminder is not None else words_of(turn)
        if turn.reminder is None and not words and MEDIA not in self._intents:
            return Thought(parse=_nothing(), turned=await dialogue.received(tracker, heard))
        parse = await self._understood(turn, words)
        return Thought(parse=parse, turned=await dialogue.turn(tracker, parse, heard))

    async def _understood(self, turn: Turn, words: str) -> Parse:
        if turn.reminder is not None:
            return _reminded(turn.reminder)
        if not words:
            return Parse(text=f"/{MEDIA}", intent=Meant(name=MEDIA, confidence=1.0), why=Why(step="payload"))
        told = payloads.read(words[:4000], self._intents)
        if told is not None:
            return told
        vector = None
        if self._encoding is not None and self._understanding.wants_vector(words):
            vector = await self._encoding.vector(words)
        return self._understanding.parse(words, vector, at=turn.at)

    def _tracker(self, turn: Turn) -> Tracker:
        kept = turn.memory.get(TRACKER, "")
        if kept:
            try:
                return structs.replace(
                    Tracker.load(kept, self._project, ground=self._ground), sender=turn.conversation,
                    channel=turn.channel,
                )  # fmt: skip
            except Malformed as error:
                _log.warning("tracker_unreadable", conversation=turn.conversation, reason=error.message)
        return Tracker.new(turn.conversation, self._project, channel=turn.channel, ground=self._ground)

    def _reactions(self, turned: Turned, turn: Turn, known: dict[str, str]) -> Iterable[Reaction]:
        if turn.rehearsal and turned.handoff is not None and turned.handoff.reason == "error":
            yield turned.handoff  # nobody is called in a rehearsal: what failed there is no words to suggest
            return
        for parts in turned.said:
            yield from _spoken(parts)
        yield from turned.wishes
        if turned.handoff is not None:
            if not turned.said:
                yield Say(parts=(Text(body=handing_over(self._triggers, turn.language)),))
            yield self._handoff(turned.handoff, known)
        elif not turned.said:
            yield Silence()

    def _handoff(self, handoff: Handoff, known: dict[str, str]) -> Handoff:
        return handoff if handoff.slots else structs.replace(handoff, slots=known)

    def _collected(self, tracker: Tracker) -> dict[str, str]:
        """Return the slots that the conversation filled, as people read them."""
        first, names = self._ground.initial, self._triggers.names
        return {
            names.get(name, name): text[:VALUE]
            for name, value in tracker.state.slots.items()
            if name not in DEFAULT_SLOTS and value != first.get(name) and (text := responses.plain(value).strip())
        }

    def _with_menu(self, parts: Sequence[Part]) -> Sequence[Part]:
        menu = self._project.config.yizhan.get("menu")
        labels = [str(one).strip()[: responses.LABEL] for one in menu if one] if isinstance(menu, list) else []
        first = parts[0] if parts else None
        if not labels or not isinstance(first, Text):
            return parts
        choices = tuple(Choice(label=one, value=one) for one in labels[: responses.MOST_CHOICES] if one)
        return (Choices(body=first.body, choices=choices), *parts[1:])


def words_of(turn: Turn) -> str:
    """Return the words of a message; a picture, a voice or a nameless place has none."""
    wordless = [one for one in turn.parts if _wordless(one)]
    if not wordless:
        return turn.text.strip()
    return plain(tuple(one for one in turn.parts if not _wordless(one))).strip()


def _wordless(part: Part) -> bool:
    return isinstance(part, Attachment | Remote | Notice) or (isinstance(part, Location) and not part.label)


def _spoken(parts: Sequence[Part]) -> Iterable[Reaction]:
    for part in parts:
        if isinstance(part, Choices):
            yield Ask(body=part.body, choices=part.choices)
        else:
            yield Say(parts=(part,))


def _missed(parse: Parse, turned: Turned) -> Missed | None:
    """Return the sentence for the designers; what a button said, or no words at all, teaches nothing."""
    if not turned.doubt or not parse.text or parse.why.step == "payload":
        return None
    ranking = tuple(
        Ranked(name=one.name, confidence=one.confidence)
        for one in parse.intent_ranking
        if one.name is not None and one.name != FALLBACK
    )
    return Missed(text=parse.text, ranking=ranking[:RANKED])


def _reminded(reminder: Reminder) -> Parse:
    entities = tuple(
        Entity(entity=name, start=0, end=0, value=value, extractor="reminder")
        for name, value in reminder.entities.items()
    )
    meant = Meant(name=reminder.intent, confidence=1.0)
    return Parse(text="", intent=meant, entities=entities, intent_ranking=(meant,), why=Why(step="payload", score=1.0))


def _nothing() -> Parse:
    return Parse(text="", intent=Meant(name=None, confidence=0.0))


def _in_language(told: Json, language: str) -> str:
    if isinstance(told, dict):
        told = told.get(language) or told.get(language.partition("-")[0]) or next(iter(told.values()), "")
    return told.strip() if isinstance(told, str) else ""

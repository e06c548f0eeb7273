"""The first built-in bot: a menu and frequently asked questions, with hand-over on request and on doubt."""

from collections.abc import Sequence

from msgspec import Struct

from bots.contract import Answer, Ask, Handoff, Reaction, Say, Triggers, Turn
from bots.definition import Definition, Entry, Option, Speech
from bots.likeness import likeness, mentions, normal
from hub.model import Choice, Choices, Part, Text

NEVER = 40
"""A sentence longer than this many characters is not searched for a request for a person by single words: people
tell stories in which an agent occurs."""


class Match(Struct, frozen=True):
    """The entry that fits best, and how well (0 to 1)."""

    entry: Entry | None
    score: float


class FaqBot:
    """Answers from its definition alone; remembers only how often it was in doubt and what was asked."""

    def __init__(self, definition: Definition) -> None:
        self._definition = definition

    @property
    def name(self) -> str:
        """Return the name customers see."""
        return self._definition.name

    @property
    def triggers(self) -> Triggers:
        """Return the common triggers; asking for a person, and doubt, are in the definition."""
        return Triggers(asked=False, doubts=0)

    def greeting(self, language: str) -> Sequence[Part]:
        """Return the greeting with the menu."""
        speech = self._speech(language)
        return (_said(speech.phrases.greeting, speech.menu),)

    def excuse(self, language: str) -> Sequence[Part]:
        """Return the words for its own failure."""
        return (Text(body=self._speech(language).phrases.failed),)

    async def answer(self, turn: Turn) -> Answer:
        """Answer from the best entry, or hand over when asked to or in doubt too often."""
        speech = self._speech(turn.language)
        if len(normal(turn.text)) <= NEVER and mentions(turn.text, speech.person):
            return _over(speech, turn, "asked")
        match = best(turn.text, speech)
        if match.entry and match.score >= self._definition.sure:
            memory = {"asked": _trail(turn.memory, match.entry.name), "doubts": "0"}
            return Answer(reactions=(_spoken(match.entry.answer, match.entry.options),), memory=memory)
        return self._unsure(speech, turn)

    def _unsure(self, speech: Speech, turn: Turn) -> Answer:
        if not turn.memory:
            greeting = _spoken(speech.phrases.greeting, speech.menu)
            return Answer(reactions=(greeting,), memory={"doubts": "0", "asked": ""})
        doubts = int(turn.memory.get("doubts", "0")) + 1
        if doubts >= self._definition.doubts:
            return _over(speech, turn, "doubt")
        reaction = _spoken(speech.phrases.unsure, speech.menu)
        return Answer(reactions=(reaction,), memory={**turn.memory, "doubts": str(doubts)})

    def _speech(self, language: str) -> Speech:
        languages = self._definition.languages
        same = (tag for tag in languages if tag.split("-")[0] == language.split("-")[0])
        return languages.get(language) or languages[next(same, next(iter(languages)))]


def best(text: str, speech: Speech) -> Match:
    """Return the entry most like `text`: a question word for word scores 1, one of its `words` 0.9."""
    folded = normal(text)
    scored = ((entry, _score(text, folded, entry)) for entry in speech.entries)
    entry, score = max(scored, key=lambda pair: pair[1], default=(None, 0.0))
    return Match(entry, score)


def _score(text: str, folded: str, entry: Entry) -> float:
    alike = max(likeness(folded, normal(question)) for question in entry.questions)
    return max(alike, 0.9 if mentions(text, entry.words) else 0.0)


def _over(speech: Speech, turn: Turn, reason: str) -> Answer:
    asked = turn.memory.get("asked", "").split()
    questions = [entry.questions[0] for name in asked for entry in speech.entries if entry.name == name]
    return Answer(
        reactions=(
            Say(parts=(Text(body=speech.phrases.handing_over),)),
            Handoff(reason=reason, summary=" / ".join(questions)),
        ),
        memory={**turn.memory, "doubts": "0"},
    )


def _trail(memory: dict[str, str], name: str) -> str:
    """Return the last entries that were answered, oldest first: the summary's raw material."""
    return " ".join([*memory.get("asked", "").split(), name][-10:])


def _spoken(body: str, options: Sequence[Option]) -> Reaction:
    if not options:
        return Say(parts=(Text(body=body),))
    return Ask(body=body, choices=_choices(options))


def _said(body: str, options: Sequence[Option]) -> Part:
    return Choices(body=body, choices=_choices(options)) if options else Text(body=body)


def _choices(options: Sequence[Option]) -> tuple[Choice, ...]:
    return tuple(Choice(label=option.label, value=option.ask or option.label) for option in options)

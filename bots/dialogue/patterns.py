"""Rules and stories as what must have been for an action to follow: each of their steps becomes one `Pattern`. Pure.

A pattern wants a run of moments, the last of which is now. A rule wants what it says and no more; a story wants the
slots that influence a conversation, and the form, exactly as it tells them.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from bots.dialogue.events import LISTEN
from bots.dialogue.state import Moment, Named
from bots.project.model import (
    Checkpoint,
    Did,
    Json,
    LoopIs,
    Marked,
    Place,
    Project,
    Rule,
    Slot,
    SlotWas,
    Step,
    Story,
    UserSaid,
)

EXPANDED = 2000
"""Stories that checkpoints may make of those that were written."""
DEPTH = 8
"""Checkpoints that one story may pass."""
SET = "(set)"
"""What is compared of a slot of which only its being filled counts."""


class Want(Struct, frozen=True):
    """One moment as a flow wants it. `loop_told`: whether it says anything about the form."""

    did: str
    intents: frozenset[str] | None = None
    entities: tuple[Marked, ...] = ()
    slots: tuple[tuple[str, Json], ...] = ()
    loop: str | None = None
    loop_told: bool = False

    @property
    def weight(self) -> int:
        """Return how much it wants."""
        return 1 + bool(self.intents) + len(self.entities) + len(self.slots) + self.loop_told


class Pattern(Struct, frozen=True):
    """Do `action` when the last moments are these, oldest first. `starts`: and nothing was before them."""

    wants: tuple[Want, ...]
    action: str
    name: str
    place: Place
    starts: bool = False
    weight: int = 0


class Book:
    """Patterns, found by the last action and intent."""

    def __init__(self, patterns: Iterable[Pattern], slots: Mapping[str, Slot]) -> None:
        self._slots = slots
        self._index: dict[tuple[str, str | None], list[Pattern]] = defaultdict(list)
        for pattern in patterns:
            last = pattern.wants[-1]
            for intent in last.intents if last.intents is not None else (None,):
                self._index[last.did, intent].append(pattern)

    def matching(self, moments: Sequence[Moment]) -> Iterator[Pattern]:
        """Give the patterns that fit, in the order in which they were written for each kind."""
        now = moments[-1]
        for key in ((now.did, now.intent), (now.did, None)):
            for pattern in self._index.get(key, ()):
                if self._fits(pattern, moments):
                    yield pattern

    def best(self, moments: Sequence[Moment]) -> Pattern | None:
        """Return the one that wants most; of equals the one that stands first."""
        return max(self.matching(moments), key=lambda one: one.weight, default=None)

    def _fits(self, pattern: Pattern, moments: Sequence[Moment]) -> bool:
        length = len(pattern.wants)
        if length > len(moments) or (pattern.starts and length != len(moments)):
            return False
        pairs = zip(reversed(pattern.wants), reversed(moments), strict=False)
        return all(self._suits(want, moment) for want, moment in pairs)

    def _suits(self, want: Want, moment: Moment) -> bool:
        return (
            want.did == moment.did
            and (want.intents is None or moment.intent in want.intents)
            and (not want.loop_told or want.loop == moment.loop)
            and all(feature(self._slots.get(name), moment.slots.get(name)) == value for name, value in want.slots)
            and all(any(_is(marked, named) for named in moment.entities) for marked in want.entities)
        )


def _is(marked: Marked, named: Named) -> bool:
    return (
        marked.entity == named.entity
        and (marked.value is None or marked.value == named.value)
        and (marked.role is None or marked.role == named.role)
        and (marked.group is None or marked.group == named.group)
    )


def feature(slot: Slot | None, value: Json) -> Json:
    """Return what of a slot's value is compared, as Rasa's featurisers have it: of a text only that there is one."""
    if value is None:
        return None
    match slot.kind if slot is not None else "text":
        case "bool":
            return str(value).casefold() in ("true", "1", "yes")
        case "categorical":
            folded = {str(one).casefold() for one in (slot.values if slot is not None else ())}
            written = str(value).casefold()
            return written if written in folded else "(other)"
        case "float":
            return value
        case "any":
            return str(value)
        case "list":
            return SET if value else None
        case _:
            return SET


def of_rules(project: Project) -> list[Pattern]:
    """Return what rules want, step by step; the first step of a rule without a customer's turn says nothing alone."""
    return [
        pattern
        for rule in project.rules
        for pattern in _Walk(project, rule.name, rule.place, rule=rule).patterns(rule.steps, waits=rule.waits)
    ]


def of_stories(project: Project) -> list[Pattern]:
    """Return what stories want, looking back as far as `max_history`."""
    history = project.config.max_history
    if history is None:
        return []
    found: dict[tuple[object, ...], Pattern] = {}
    for story in expanded(project.stories):
        for pattern in _Walk(project, story.name, story.place).patterns(story.steps, waits=True):
            wants = pattern.wants[-history:]
            short = Pattern(wants, pattern.action, pattern.name, pattern.place, weight=sum(one.weight for one in wants))
            found.setdefault(_key(short), short)
    return list(found.values())


def _key(pattern: Pattern) -> tuple[object, ...]:
    return (repr(pattern.wants), pattern.action)


class _Walk:
    """Goes through the steps of one flow, and notes what is known before each action."""

    def __init__(self, project: Project, name: str, place: Place, *, rule: Rule | None = None) -> None:
        self._project = project
        self._name = name
        self._place = place
        self._rule = rule
        self._did = ""
        self._intents: frozenset[str] | None = None
        self._entities: tuple[Marked, ...] = ()
        self._slots: dict[str, Json] = {}
        self._loop: str | None = None
        self._loop_told = rule is None
        self._wants: list[Want] = []
        if rule is None:
            self._slots = {name: feature(slot, slot.initial) for name, slot in project.slots.items() if _counts(slot)}

    def patterns(self, steps: Sequence[Step], *, waits: bool) -> Iterator[Pattern]:
        """Give a pattern for every action."""
        for step in self._rule.conditions if self._rule is not None else ():
            self._note(step)
        if self._rule is None or self._rule.starts:
            self._did = LISTEN
        last: Step | None = None
        for step in steps:
            if isinstance(step, UserSaid):
                if self._did not in ("", LISTEN):
                    yield from self._do(LISTEN, step.place)
                self._did = LISTEN
                self._said(step)
            elif isinstance(step, Did):
                if step.action:
                    yield from self._do(step.action, step.place)
            else:
                self._note(step)
            last = step
        if waits and last is not None and self._did not in ("", LISTEN):
            yield from self._do(LISTEN, self._place)

    def _do(self, action: str, place: Place) -> Iterator[Pattern]:
        if self._did:
            self._wants.append(self._now())
            wants = tuple(self._wants)
            starts = self._rule is not None and self._rule.starts
            yield Pattern(wants, action, self._name, place, starts, starts + sum(one.weight for one in wants))
        self._did = action

    def _now(self) -> Want:
        slots = tuple(sorted(self._slots.items()))
        return Want(self._did, self._intents, self._entities, slots, self._loop, self._loop_told)

    def _said(self, step: UserSaid) -> None:
        if step.intents:
            self._intents = frozenset(name.partition("/")[0] for name in step.intents)
        self._entities = step.entities

    def _note(self, step: Step) -> None:
        match step:
            case SlotWas(slots=slots, any=present):
                for name, value in (*slots, *((name, SET) for name in present)):
                    self._set(name, value)
            case LoopIs(loop=loop):
                self._loop, self._loop_told = loop, True
            case Checkpoint(slots=slots):
                for name, value in slots:
                    self._set(name, value)
            case _:
                pass

    def _set(self, name: str, value: Json) -> None:
        """A story tells only of slots that influence; a rule's conditions are held to, whatever the slot."""
        slot = self._project.slots.get(name)
        if self._rule is not None or (slot is not None and _counts(slot)):
            self._slots[name] = feature(slot, value)


def _counts(slot: Slot) -> bool:
    return slot.influences and slot.kind != "any"


def expanded(stories: Sequence[Story]) -> list[Story]:
    """Return stories joined at their checkpoints, at most `EXPANDED` of them, in a fixed order."""
    beginnings: dict[str, list[Story]] = defaultdict(list)
    whole: list[Story] = []
    for story in stories:
        first = story.steps[0] if story.steps else None
        if isinstance(first, Checkpoint):
            beginnings[first.name].append(story)
        else:
            whole.append(story)
    return _joined(whole, beginnings)


def _joined(whole: Sequence[Story], beginnings: Mapping[str, Sequence[Story]]) -> list[Story]:
    done: list[Story] = []
    waiting = [(story, 0) for story in reversed(whole)]
    while waiting and len(done) < EXPANDED:
        story, depth = waiting.pop()
        last = story.steps[-1] if story.steps else None
        follow = beginnings.get(last.name, ()) if isinstance(last, Checkpoint) and depth < DEPTH else ()
        if not follow:
            done.append(story)
        for one in reversed(follow):
            steps = (*story.steps[:-1], *one.steps)
            waiting.append((Story(name=one.name, steps=steps, place=one.place), depth + 1))
    return done

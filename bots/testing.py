"""Plays the test conversations of a project (Rasa's end-to-end stories) and says where the bot first does otherwise.

`user:` with `intent:` -> understood so?    `action:` -> the very next action?    `active_loop`, `slot_was_set` -> so?

Actions outside the bot are not called: what a story says happened after one (`slot_was_set`) is what it did.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from bots.contract import Handoff
from bots.dialogue.actions import Done, Told
from bots.dialogue.course import Heard
from bots.dialogue.dialogue import Dialogue
from bots.dialogue.events import LISTEN, ActionRan, UserSaid
from bots.dialogue.policies import Policies
from bots.dialogue.tracker import Tracker
from bots.nlu.encoder import Encoder
from bots.nlu.parse import Entity, Meant, Parse, Selected
from bots.nlu.understanding import Understanding
from bots.project import annotations, flows
from bots.project.faults import Faults, NotABot
from bots.project.model import Checkpoint, Did, Json, LoopIs, Place, Project, SlotWas, Step, Story
from bots.project.model import UserSaid as Saying
from bots.project.nodes import File
from bots.project.reading import is_test
from bots.trained import Trained

UNSEEN = frozenset({LISTEN, "action_session_start"})
"""Actions that stories do not write down."""


class Result(Struct, frozen=True, kw_only=True):
    """How one story went. `wrong` is where it first went otherwise, with what the story wants and what came."""

    story: str
    place: Place
    wrong: Place | None = None
    wanted: str = ""
    got: str = ""

    @property
    def passed(self) -> bool:
        """Say whether all of it went as written."""
        return self.wrong is None

    def __str__(self) -> str:
        """Return one line: `file:line: story: wanted ..., got ...`."""
        if self.wrong is None:
            return f"{self.place}: {self.story}: passed"
        return f"{self.wrong}: {self.story}: wanted {self.wanted}, got {self.got}"


def stories_of(project: Project) -> tuple[Story, ...]:
    """Read the test stories among a project's files; raises `NotABot` with every fault in them."""
    faults = Faults()
    found: list[Story] = []
    for name in sorted(filter(is_test, project.files)):
        file = File(name, faults)
        root = file.root(project.files[name])
        if root is None:
            continue
        for key, _, node in file.pairs(root, name):
            if key == "stories":
                found += flows.stories(file, node)
    if faults.fatal:
        raise NotABot(faults.all)
    return tuple(found)


async def run(
    trained: Trained, stories: Sequence[Story] | None = None, *, at: datetime, encoder: Encoder | None = None
) -> tuple[Result, ...]:
    """Play stories (without: those of the project's `tests`), each a conversation of its own that begins `at`."""
    wanted = stories_of(trained.project) if stories is None else stories
    policies = Policies(trained.project)
    return tuple([await _Playing(trained, story, policies, at, encoder).result() for story in wanted])


class _Otherwise(Exception):
    """The bot did something else than the story says."""

    def __init__(self, place: Place, wanted: str, got: str) -> None:
        super().__init__(wanted)
        self.place = place
        self.wanted = wanted
        self.got = got


class _Acting:
    """Does what the story says that actions did; `yizhan_handoff` hands over."""

    def __init__(self, steps: Sequence[Step]) -> None:
        self._steps = steps
        self.turn: tuple[Step, ...] = ()

    async def run(self, name: str, tracker: Told, project: Project) -> Done:
        """Set the slots that the story tells after this action in the turn."""
        if name == "yizhan_handoff":
            return Done(wishes=(Handoff(reason="asked"),))
        slots = _taken_back(name, tracker, project, self.turn) or _slots_after(name, self.turn)
        return Done(events=tuple({"event": "slot", "name": slot, "value": value} for slot, value in slots.items()))


def _slots_after(name: str, steps: Sequence[Step]) -> Mapping[str, Json]:
    found: dict[str, Json] = {}
    inside = False
    for step in steps:
        if isinstance(step, Did):
            inside = step.action == name
        elif inside and isinstance(step, SlotWas):
            found.update(step.slots)
    return {slot: value for slot, value in found.items() if slot != "requested_slot"}


def _taken_back(name: str, tracker: Told, project: Project, steps: Sequence[Step]) -> Mapping[str, Json]:
    """A form that would be complete and, by the story, is not: its check did not take the last answer."""
    form = project.forms.get(name.removeprefix("validate_"))
    if form is None or any(isinstance(step, LoopIs) and step.loop is None for step in steps):
        return {}
    slots = tracker.to_rasa()["slots"]
    asked = slots.get("requested_slot")
    complete = all(slots.get(slot) is not None for slot in form.slots)
    return {asked: None} if complete and asked else {}


class _Playing:
    """One story."""

    def __init__(
        self, trained: Trained, story: Story, policies: Policies, at: datetime, encoder: Encoder | None
    ) -> None:
        self._understanding: Understanding = trained.understanding
        self._encoder = encoder
        self._story = story
        self._at = at
        self._acting = _Acting(story.steps)
        self._dialogue = Dialogue(trained.project, self._acting, policies=policies)
        self._project = trained.project
        self._tracker = Tracker.new(story.name, trained.project)

    async def result(self) -> Result:
        """Play it."""
        try:
            for number, turn in enumerate(_turns(self._story.steps), 1):
                await self._take(turn, number)
        except _Otherwise as error:
            return Result(
                story=self._story.name, place=self._story.place, wrong=error.place, wanted=error.wanted, got=error.got
            )
        return Result(story=self._story.name, place=self._story.place)

    async def _take(self, turn: tuple[Step, ...], number: int) -> None:
        saying, rest = turn[0], turn[1:]
        assert isinstance(saying, Saying)  # noqa: S101 - a turn begins with one
        self._acting.turn = rest
        parse = self._understood(saying)
        before = len(self._tracker.events)
        heard = Heard(at=self._at + timedelta(minutes=number), number=number)
        turned = await self._dialogue.turn(self._tracker, parse, heard)
        self._tracker = turned.tracker
        self._compare(saying, rest, self._done(before))

    def _understood(self, saying: Saying) -> Parse:
        """Understand the words, or (where a story gives none) take the intent as it is written."""
        if not saying.text:
            return _as_written(saying, self._project)
        text, _ = annotations.read(saying.text)
        vector = None
        if self._encoder is not None and self._understanding.wants_vector(text):
            vector = self._encoder.encode([text])[0]
        parse = self._understanding.parse(text, vector, at=self._at)
        wanted = {name.partition("/")[0] for name in saying.intents}
        if wanted and parse.intent.name not in wanted:
            raise _Otherwise(saying.place, f"intent {' or '.join(sorted(wanted))}", f"intent {parse.intent.name}")
        whole = {name for name in saying.intents if "/" in name}
        chosen = parse.response_selector.get(parse.intent.name or "", ())
        if whole and chosen and chosen[0].intent_response_key not in whole:
            raise _Otherwise(saying.place, f"intent {min(whole)}", f"intent {chosen[0].intent_response_key}")
        return parse

    def _done(self, before: int) -> list[str]:
        """Return the actions of the turn; what was rewound has happened all the same."""
        events = self._tracker.events[before:]
        start = next((at for at, one in enumerate(events) if isinstance(one, UserSaid)), 0)
        return [one.name for one in events[start:] if isinstance(one, ActionRan) and one.name not in UNSEEN]

    def _compare(self, saying: Saying, steps: Sequence[Step], done: Sequence[str]) -> None:
        left = list(done)
        for step in steps:
            if isinstance(step, Did) and step.action and step.action not in UNSEEN:
                got = left.pop(0) if left else "nothing more"
                if got != step.action:
                    raise _Otherwise(step.place, f"action {step.action}", got)
        if left:
            raise _Otherwise(steps[-1].place if steps else saying.place, "nothing more", f"action {left[0]}")
        self._compare_state(steps)

    def _compare_state(self, steps: Sequence[Step]) -> None:
        """Hold the last word of the turn on the form and on each slot against how things stand."""
        state = self._tracker.state
        loops = [step for step in steps if isinstance(step, LoopIs)]
        if loops and loops[-1].loop != state.loop:
            raise _Otherwise(loops[-1].place, f"form {loops[-1].loop}", f"form {state.loop}")
        told = {name: (value, step.place) for step in steps if isinstance(step, SlotWas) for name, value in step.slots}
        for name, (value, place) in told.items():
            if state.slot(name) != value:
                raise _Otherwise(place, f"slot {name} = {value!r}", f"{state.slot(name)!r}")


def _turns(steps: Sequence[Step]) -> list[tuple[Step, ...]]:
    """Return the turns of the customer, each with what follows it; what stands before the first is left out."""
    found: list[list[Step]] = []
    for step in steps:
        if isinstance(step, Saying):
            found.append([step])
        elif found and not isinstance(step, Checkpoint):
            found[-1].append(step)
    return [tuple(one) for one in found]


def _as_written(saying: Saying, project: Project) -> Parse:
    whole = saying.intents[0] if saying.intents else ""
    name, _, answer = whole.partition("/")
    answers = [one for one in project.responses if one.startswith(f"utter_{name}/")]
    chosen = f"utter_{whole}" if answer else next(iter(answers), "")
    selected = Selected(intent_response_key=chosen.removeprefix("utter_"), confidence=1.0, utter_action=chosen)
    entities = tuple(
        Entity(entity=one.entity, start=0, end=0, value=one.value, role=one.role, group=one.group)
        for one in saying.entities
    )
    return Parse(
        text=f"/{whole}", intent=Meant(name=name or None, confidence=1.0), entities=entities,
        response_selector={name: (selected,)} if chosen else {},
    )  # fmt: skip

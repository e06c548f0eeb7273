"""A Rasa 3.1 project as data: what the files say, each thing with its place. Pure; `bots/project/reading.py` makes it.

Words are Rasa's own (intent, slot, form, rule, story), so that one file means the same to both.
"""

from collections.abc import Mapping
from typing import Any, Literal

from msgspec import Struct

Json = Any
"""A value as JSON has it: None, bool, int, float, str, list, dict."""


class Place(Struct, frozen=True):
    """Where something stands: a file of the project and a line in it, from 1."""

    file: str
    line: int

    def __str__(self) -> str:
        """Return `file:line`."""
        return f"{self.file}:{self.line}"


class Span(Struct, frozen=True, kw_only=True):
    """An entity marked in an example: code points [start, end) of its plain text. `value` is what it stands for."""

    start: int
    end: int
    entity: str
    value: str
    role: str | None = None
    group: str | None = None


class Example(Struct, frozen=True, kw_only=True):
    """One sentence of training data, without its marks. A retrieval intent is written whole: `faq/opening_hours`."""

    text: str
    intent: str
    spans: tuple[Span, ...] = ()
    place: Place


class Lookup(Struct, frozen=True, kw_only=True):
    """Words that are an entity wherever they stand."""

    entity: str
    words: tuple[str, ...]
    place: Place


class Pattern(Struct, frozen=True, kw_only=True):
    """A regular expression that is an entity of this name wherever it matches."""

    name: str
    regex: str
    place: Place


class Synonym(Struct, frozen=True, kw_only=True):
    """Other ways to write a value."""

    value: str
    words: tuple[str, ...]
    place: Place


class Nlu(Struct, frozen=True, kw_only=True):
    """The training data of understanding."""

    examples: tuple[Example, ...] = ()
    lookups: tuple[Lookup, ...] = ()
    patterns: tuple[Pattern, ...] = ()
    synonyms: tuple[Synonym, ...] = ()


class Intent(Struct, frozen=True, kw_only=True):
    """An intent of the domain. `use` names the entities it cares for (None: all), `ignore` those it does not.

    `retrieval` intents have sub-intents (`faq/ask_x`) that a response selector tells apart.
    """

    name: str
    use: tuple[str, ...] | None = None
    ignore: tuple[str, ...] = ()
    retrieval: bool = False
    place: Place


class Entity(Struct, frozen=True, kw_only=True):
    """An entity of the domain, with the roles and groups it may have."""

    name: str
    roles: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    place: Place


class Asking(Struct, frozen=True, kw_only=True):
    """A condition of a mapping: only inside this form (None: outside any), only while this slot is asked for."""

    active_loop: str | None
    requested_slot: str | None = None


class Filling(Struct, frozen=True, kw_only=True):
    """A slot mapping: how what the customer says fills a slot."""

    kind: Literal["from_entity", "from_text", "from_intent", "from_trigger_intent", "custom"]
    entity: str = ""
    role: str | None = None
    group: str | None = None
    intents: tuple[str, ...] = ()
    not_intents: tuple[str, ...] = ()
    value: Json = None
    action: str = ""
    conditions: tuple[Asking, ...] = ()


class Slot(Struct, frozen=True, kw_only=True):
    """Something the bot remembers."""

    name: str
    kind: Literal["text", "bool", "categorical", "float", "list", "any"]
    initial: Json = None
    influences: bool = True
    values: tuple[Json, ...] = ()
    low: float = 0.0
    high: float = 1.0
    fillings: tuple[Filling, ...] = ()
    place: Place


class Form(Struct, frozen=True, kw_only=True):
    """Slots to be asked for one after the other."""

    name: str
    slots: tuple[str, ...]
    ignored_intents: tuple[str, ...] = ()
    place: Place


class Button(Struct, frozen=True, kw_only=True):
    """A quick reply: what it shows and what it says (`/intent{"entity": "value"}` or plain words)."""

    title: str
    payload: str


class Holds(Struct, frozen=True, kw_only=True):
    """A condition of a response: a slot has a value (text is compared case-folded)."""

    slot: str
    value: Json


class Response(Struct, frozen=True, kw_only=True):
    """One way to say a response; `{slot}` in its text is filled in. `channel` and `conditions` narrow where it fits."""

    text: str = ""
    buttons: tuple[Button, ...] = ()
    image: str = ""
    attachment: Json = None
    custom: Json = None
    channel: str = ""
    conditions: tuple[Holds, ...] = ()
    metadata: Mapping[str, Json] = {}
    id: str = ""
    place: Place


class Marked(Struct, frozen=True, kw_only=True):
    """An entity named in a step of a story. A None value: any value of it."""

    entity: str
    value: Json = None
    role: str | None = None
    group: str | None = None


class UserSaid(Struct, frozen=True, kw_only=True, tag="user"):
    """The customer said one of these intents (more than one is `or`). `text` stands for end-to-end stories."""

    intents: tuple[str, ...]
    entities: tuple[Marked, ...] = ()
    text: str = ""
    place: Place


class Did(Struct, frozen=True, kw_only=True, tag="action"):
    """The bot did an action."""

    action: str
    place: Place


class SlotWas(Struct, frozen=True, kw_only=True, tag="slot"):
    """Slots had these values."""

    slots: tuple[tuple[str, Json], ...]
    any: tuple[str, ...] = ()
    """Slots that only need to have a value at all (`- slot_was_set: [name]`)."""
    place: Place


class LoopIs(Struct, frozen=True, kw_only=True, tag="loop"):
    """A form became active, or (None) none is any longer."""

    loop: str | None
    place: Place


class Checkpoint(Struct, frozen=True, kw_only=True, tag="checkpoint"):
    """Stories join here."""

    name: str
    slots: tuple[tuple[str, Json], ...] = ()
    place: Place


class Before(Struct, frozen=True, kw_only=True, tag="before"):
    """`...` at the start of a rule: whatever came before."""

    place: Place


Step = UserSaid | Did | SlotWas | LoopIs | Checkpoint | Before


class Story(Struct, frozen=True, kw_only=True):
    """An example conversation."""

    name: str
    steps: tuple[Step, ...]
    place: Place


class Rule(Struct, frozen=True, kw_only=True):
    """What always follows. `starts`: only as the first thing in a conversation; `waits`: then listen."""

    name: str
    steps: tuple[Step, ...]
    conditions: tuple[Step, ...] = ()
    """SlotWas and LoopIs only."""
    starts: bool = False
    waits: bool = True
    place: Place


class Session(Struct, frozen=True, kw_only=True):
    """After how many idle minutes (0: never) a new session starts, and whether slots live on in it."""

    minutes: float = 60.0
    carries_slots: bool = True


class Config(Struct, frozen=True, kw_only=True):
    """`config.yml` as far as it means something here; the policies and components we replace are read over.

    `fallback` and `ambiguity` are the thresholds of FallbackClassifier where it is named; `max_history`
    is MemoizationPolicy's (None: no stories). `yizhan` holds this engine's own settings, from a file of its own in the
    project, `yizhan.yml`, which Rasa never reads.
    """

    language: str = "zh"
    fallback: float | None = None
    ambiguity: float = 0.1
    core_fallback: float = 0.3
    core_fallback_action: str = "action_default_fallback"
    max_history: int | None = 5
    rules: bool = True
    yizhan: Mapping[str, Json] = {}


class Project(Struct, frozen=True, kw_only=True):
    """A whole bot. `files` are the texts it was read from, by their path in the project."""

    files: Mapping[str, str]
    config: Config = Config()
    nlu: Nlu = Nlu()
    intents: Mapping[str, Intent] = {}
    entities: Mapping[str, Entity] = {}
    slots: Mapping[str, Slot] = {}
    forms: Mapping[str, Form] = {}
    actions: Mapping[str, Place] = {}
    responses: Mapping[str, tuple[Response, ...]] = {}
    stories: tuple[Story, ...] = ()
    rules: tuple[Rule, ...] = ()
    session: Session = Session()
    stores_entities: bool = True
    """config.store_entities_as_slots."""
    domain: Mapping[str, Json] = {}
    """The merged domain as plain JSON, as an action server is told it."""
    action_endpoint: str = ""
    """`action_endpoint.url` of endpoints.yml, if there is one."""


class Fault(Struct, frozen=True, kw_only=True):
    """Something wrong with a project. An error stops it from being loaded; a warning does not."""

    place: Place
    message: str
    hint: str = ""
    severity: Literal["error", "warning"] = "error"

    def __str__(self) -> str:
        """Return `file:line: severity: message (hint)`."""
        return f"{self.place}: {self.severity}: {self.message}{f' ({self.hint})' if self.hint else ''}"

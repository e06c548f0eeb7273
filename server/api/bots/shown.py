"""Bots as the wire shows them."""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, field

from bots.contract import Ranked
from bots.nlu.evaluation import Report
from bots.serving.library import ReadyMade
from bots.serving.rows import MissState, Progress, Way, Why
from server.api.cursor import Cursor, Limit

BotId = Annotated[str, Meta(pattern="^[a-z0-9][a-z0-9_-]{0,62}$")]
Name = Annotated[str, Meta(min_length=1, max_length=64)]
Language = Annotated[str, Meta(min_length=2, max_length=35)]
Path = Annotated[str, Meta(min_length=1, max_length=256)]
Files = Annotated[dict[Path, str], Meta(max_length=500)]
"""Texts by their path in the project."""
Number = Annotated[int, Meta(ge=1, le=2**31)]
Secrets = Annotated[
    dict[Annotated[str, Meta(pattern="^[a-z][a-z0-9_]{0,63}$")], Annotated[str, Meta(max_length=2000)]],
    Meta(max_length=50),
]
"""Secrets by name: `rasa_token` opens the Rasa server, any other signs calls of an action (`yizhan.yml`)."""
StateShown = Literal["training", "trained", "failed", "live", "retired"]
Url = Annotated[str, Meta(pattern="^https?://[^/]+", max_length=2000)]


class BotShown(Struct, frozen=True, kw_only=True):
    """A bot that inboxes can be given. `live` is the version that answers; `fault` says why it does not.

    `draft`: there are files to edit. `archived_at`: since when it is out of use, and kept for the record. `inboxes`
    are ids of those that name it.
    """

    id: str
    name: str
    language: str
    kind: Literal["faq", "engine", "rasa"]
    live: int | None = None
    draft: bool = False
    archived_at: datetime | None = None
    fault: str = ""
    inboxes: tuple[str, ...] = ()
    trained_at: datetime | None = None
    accuracy: float | None = None


class BotsAsked(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which bots: those in use, or those in the archive."""

    archived: bool = False


class BotsShown(Struct, frozen=True, kw_only=True):
    """Every bot, by id."""

    items: tuple[BotShown, ...]
    next: str | None = None


class VersionShown(Struct, frozen=True, kw_only=True):
    """A version: `retired` was live once. `note` says why it failed, `faults` how many warnings its files have."""

    number: int
    state: StateShown
    note: str
    made_by: str
    made_at: datetime
    trained_at: datetime | None
    seconds: float | None
    accuracy: float | None
    faults: int
    progress: Progress | None


class RemoteShown(Struct, frozen=True, kw_only=True):
    """A Rasa server. `callback` is the address it calls back (`callback: url:` of its credentials.yml).

    It stands there for those who manage bots alone, for it opens the bot's mouth, and only with `way: callback`.
    """

    url: str
    shadow: str
    way: Way
    callback: str = ""

    def __repr__(self) -> str:
        """Leave the address out."""
        return f"RemoteShown({self.url!r})"


class BotDetail(BotShown, frozen=True, kw_only=True):
    """A bot with its versions, newest first (at most a hundred), and the intents of its draft.

    `secrets` names those that are set; they never come out.
    """

    versions: tuple[VersionShown, ...] = ()
    intents: tuple[str, ...] = ()
    remote: RemoteShown | None = None
    secrets: tuple[str, ...] = ()


class RemoteGiven(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A Rasa server to speak to. `shadow` is a bot whose answers are compared with its own, and never sent.

    `way` is how it answers: `rest`, within the call, or `callback`, by calls of its own. `renew` gives it another
    address to call back; the one before is closed at once.
    """

    url: Url
    shadow: Annotated[str, Meta(max_length=63)] = ""
    way: Way = Way.REST
    renew: bool = False


class BotMade(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A new bot. `from` names a ready-made project, or nothing: then it begins with the smallest one there is."""

    id: BotId
    name: Name
    kind: Literal["engine", "rasa"] = "engine"
    language: Language = "zh-CN"
    origin: Annotated[str, Meta(max_length=64)] = field(default="", name="from")
    remote: RemoteGiven | None = None
    secrets: Secrets = {}

    def __repr__(self) -> str:
        """Leave the secrets out."""
        return f"BotMade({self.id!r})"


class BotPatch(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to change of a bot; what is absent stays. Of `secrets` too; an empty one is forgotten."""

    name: Name | UnsetType = UNSET
    language: Language | UnsetType = UNSET
    remote: RemoteGiven | UnsetType = UNSET
    secrets: Secrets | UnsetType = UNSET

    def __repr__(self) -> str:
        """Leave the secrets out."""
        return "BotPatch()"


class Library(Struct, frozen=True, kw_only=True):
    """Every project that comes along."""

    items: tuple[ReadyMade, ...]
    next: str | None = None


class Fault(Struct, frozen=True, kw_only=True):
    """What is wrong at a line of a file; with an error nothing is trained."""

    file: str
    line: int
    message: str
    hint: str
    severity: Literal["error", "warning"]


class Faults(Struct, frozen=True, kw_only=True):
    """What is wrong with a set of files."""

    faults: tuple[Fault, ...]


class FilesShown(Struct, frozen=True, kw_only=True):
    """The draft of a bot; `version` goes back with the next change."""

    version: int
    files: dict[str, str]
    faults: tuple[Fault, ...]


class FilesPut(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole draft. It is kept with its errors too."""

    version: int
    files: Files


class FilesChecked(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Files to look at; nothing is kept."""

    files: Files


class VersionDetail(VersionShown, frozen=True, kw_only=True):
    """A version with its report."""

    report: Report | None = None


class Try(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing to say to a bot in the console. `version` is a number, `live`, or `draft`: the newest that is trained.

    `tracker` comes from the answer before ("" begins anew).
    """

    text: Annotated[str, Meta(min_length=1, max_length=5000)]
    version: Annotated[str, Meta(pattern="^(live|draft|[1-9][0-9]{0,9})$")] = "draft"
    tracker: Annotated[str, Meta(max_length=400_000)] = ""


class MissesAsked(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which misses, newest first."""

    state: MissState = MissState.OPEN
    limit: Limit = 50
    after: Cursor | None = None


class MissShown(Struct, frozen=True, kw_only=True):
    """A sentence that was missed; `intent` is the best guess, or what a colleague said it means."""

    id: str
    text: str
    intent: str
    confidence: float
    ranking: tuple[Ranked, ...]
    reason: Why
    state: MissState
    conversation: str
    seq: int
    at: datetime
    times: int


class MissesShown(Struct, frozen=True, kw_only=True):
    """Misses, newest first."""

    items: tuple[MissShown, ...]
    next: str | None = None


class MissSettled(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the sentence means, or that it is to be ignored."""

    intent: Annotated[str, Meta(max_length=200)] = ""
    ignore: bool = False


class MeantToBe(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a customer's sentence meant, as a colleague says; without an intent only that it was misunderstood."""

    intent: Annotated[str, Meta(max_length=200)] = ""

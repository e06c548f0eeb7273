"""What is kept of a bot: itself, its draft, its versions, the sentences it missed. Rows and their moves; no I/O.

draft --train--> version: training --> trained --publish--> live --another is published--> (was live)
                                  +--> failed, with its reason
Files and models are blobs, named by their hash; publishing and rolling back move one number in one row.
"""

import hashlib
import unicodedata
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec
from msgspec import Struct

from bots.contract import Ranked
from hub.store.port import Collection, Document, Index, Present


class BotKind(StrEnum):
    """Who answers: our own engine, or a Rasa server somewhere."""

    ENGINE = "engine"
    RASA = "rasa"


class Way(StrEnum):
    """How a Rasa server answers: within the call, or by calls of its own to our door."""

    REST = "rest"
    CALLBACK = "callback"


class Remote(Struct, frozen=True, kw_only=True):
    """Where a Rasa server is. `shadow` names the bot that answers beside it, unheard.

    `door` is random and part of the address that it calls back: another one closes the address there was.
    """

    url: str
    shadow: str = ""
    way: Way = Way.REST
    door: str = ""


RASA_TOKEN = "rasa_token"  # noqa: S105 - the name of a secret, not one
"""The secret of a bot that opens its Rasa server."""


class BotRow(Document, frozen=True, kw_only=True):
    """A bot. `live` is the number of the version that answers, `last` the newest number given."""

    name: str
    kind: BotKind = BotKind.ENGINE
    language: str = "zh-CN"
    live: int | None = None
    last: int = 0
    remote: Remote | None = None
    secrets: dict[str, str] = {}
    """By name, sealed: what its signed calls are signed with, and the key of its Rasa server."""
    publish_first: bool = False
    """The first version that is trained goes live by itself (the demo's bot)."""
    made_at: datetime
    archived_at: datetime | None = None
    """Since when it is out of use: its versions stay for the audit, and its id stays taken."""


class DraftRow(Document, frozen=True, kw_only=True):
    """The files somebody works on; the id is the bot's. `files` is the blob of their texts, as JSON."""

    files: str
    intents: tuple[str, ...] = ()
    errors: int = 0
    warnings: int = 0
    changed_by: str = ""
    changed_at: datetime


class State(StrEnum):
    """How far a version has come."""

    TRAINING = "training"
    TRAINED = "trained"
    FAILED = "failed"


class Progress(Struct, frozen=True, kw_only=True):
    """How much of a training is done, 0 to 1, and what is being done."""

    fraction: float = 0.0
    stage: str = ""


class VersionRow(Document, frozen=True, kw_only=True):
    """One training of a bot: what it was made of (`files`, a blob) and what came of it (`model`, a blob).

    `report` is what cross-validation found, as the training process told it.
    """

    bot: str
    number: int
    files: str
    state: State = State.TRAINING
    progress: Progress = Progress()
    model: str = ""
    size: int = 0
    report: dict[str, Any] = {}
    accuracy: float | None = None
    seconds: float | None = None
    note: str = ""
    """Why it failed, in a sentence."""
    warnings: int = 0
    """How many its files had when it was begun."""
    made_by: str = ""
    made_at: datetime
    trained_at: datetime | None = None
    published_at: datetime | None = None


class MissState(StrEnum):
    """What became of a missed sentence."""

    OPEN = "open"
    ASSIGNED = "assigned"
    IGNORED = "ignored"


class Why(StrEnum):
    """How it was found out."""

    FELL_BACK = "fell_back"
    CORRECTED = "corrected"


class Miss(Document, frozen=True, kw_only=True):
    """A sentence the bot did not understand, or that a colleague says it misunderstood. `times`: how often.

    The id is made of the bot and the sentence (`miss_id`), so the same one is counted and never doubled.
    `at`, `conversation` and `seq` are of the latest time; `intent` is the best guess, or what the colleague says.
    """

    bot: str
    text: str
    intent: str = ""
    confidence: float = 0.0
    ranking: tuple[Ranked, ...] = ()
    reason: Why = Why.FELL_BACK
    conversation: str = ""
    seq: int = 0
    state: MissState = MissState.OPEN
    settled_by: str = ""
    at: datetime
    times: int = 1


BOTS = Collection("bots", BotRow, Index(("live", "id"), where=(Present("live"),)))
DRAFTS = Collection("bot_drafts", DraftRow)
VERSIONS = Collection(
    "bot_versions",
    VersionRow,
    Index(("bot", "number"), unique=True),
    shard="bot",
)
MISSES = Collection("bot_misses", Miss, Index(("bot", "state", "at", "id")), shard="bot")
ROWS: tuple[Collection[Document], ...] = (BOTS, DRAFTS, VERSIONS, MISSES)


def version_id(bot: str, number: int) -> str:
    """Return the id of a version: it is known before the row is read."""
    return f"{bot}:{number}"


def miss_id(bot: str, text: str) -> str:
    """Return the id of a miss: equal for sentences that differ in width, case and spaces alone."""
    folded = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    return hashlib.sha256(msgspec.json.encode((bot, folded))).hexdigest()[:32]

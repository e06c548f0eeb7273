"""What routing knows of a person and why it did what it did. Pure rows."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from hub.store.port import Collection, Document, Eq, Index, Present
from routing.abilities import USUAL, Abilities
from routing.policy.fit import Hindrance
from routing.policy.reasons import Reason


class Presence(StrEnum):
    """Whether work may be offered: 就绪, 忙碌, 离开."""

    ONLINE = "online"
    BUSY = "busy"
    AWAY = "away"


class Desk(Document, frozen=True, kw_only=True):
    """One agent at work; the id is the user's.

    `chosen` is what the agent set, `status` what routing goes by: AWAY while no connection lives, else `chosen`.
    `held` counts conversations held and offered by kind of channel, `load` all of them; they are recounted from the
    conversations, never guessed, and the row's version is what keeps two routers from filling the same place twice.
    `open` says that there is a place for something, and `serves` for what, as words that `routing/serving.py` looks
    people up by; `turn`, `part` and `idle` are the policy's key of whose turn it is.
    `idle_since` is when the agent last got something. `seen_until` is when the connection lapses, `timer` the token of
    the one timer that looks. `set_by` is who set `chosen` when it was not the owner: a lead.
    """

    name: str
    teams: tuple[str, ...] = ()
    capacity: int
    chosen: Presence = Presence.ONLINE
    status: Presence = Presence.AWAY
    abilities: Abilities = USUAL
    load: int = 0
    held: dict[str, int] = {}
    open: bool = False
    serves: tuple[str, ...] = ()
    turn: float = 0.0
    part: float = 0.0
    idle: float = 0.0
    idle_since: datetime
    seen_until: datetime | None = None
    timer: str = ""
    set_by: str = ""
    changed_at: datetime


class Outcome(StrEnum):
    """What a decision came to."""

    OFFERED = "offered"
    ASSIGNED = "assigned"
    NOBODY = "nobody"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    TIMED_OUT = "timed_out"
    RETURNED = "returned"
    TAKEN = "taken"
    TRANSFERRED = "transferred"
    TO_BOT = "to_bot"
    DEFERRED = "deferred"
    SORTED = "sorted"


class Verdict(StrEnum):
    """Why a candidate was, or was not, the one."""

    CHOSEN = "chosen"
    LONGER_IDLE_FIRST = "longer_idle_first"
    NO_PLACE = "no_place"
    BUSY = "busy"
    AWAY = "away"
    DECLINED = "declined"
    UNSUITED = "unsuited"


class Candidate(Struct, frozen=True, kw_only=True):
    """One person who was considered, as they stood at that moment; `hindrance` is what was in the way, if anything."""

    agent: str
    name: str
    verdict: Verdict
    load: int
    capacity: int
    idle_seconds: float
    hindrance: Hindrance | None = None


class Decision(Document, frozen=True, kw_only=True):
    """Why a conversation went where it went, or nowhere; written in the commit that did it, and never changed.

    `reason` counts what was in the way of everybody who serves the queue (`partial`: of the first of them); `ring` is
    how many overflow steps it had passed, `why` is the code of what ended the waiting (`full`,
    `closed`, `overflow`, `asked`) and `ending` what came instead; of a sorted one `why` names the rules that held.
    """

    conversation: str
    at: datetime
    outcome: Outcome
    team: str | None = None
    agent: str | None = None
    by: str | None = None
    waited_seconds: float = 0.0
    ahead: int = 0
    candidates: tuple[Candidate, ...] = ()
    reason: Reason | None = None
    partial: bool = False
    sentence: str = ""
    ring: int = 0
    why: str = ""
    ending: str = ""


DESKS = Collection(
    "desks",
    Desk,
    Index(("serves", "turn", "part", "idle", "id"), many="serves", where=(Eq("open", True),)),
    Index(("teams", "id"), many="teams"),
    Index(("seen_until", "id"), where=(Present("seen_until"),)),
    Index(("status", "id")),
)

DECISIONS = Collection("decisions", Decision, Index(("conversation", "id")), shard="conversation")

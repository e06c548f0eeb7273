"""What a conversation and its messages are, and the moves they may make. Pure: no clock, no store calls."""

from datetime import datetime
from enum import StrEnum
from typing import Literal

from msgspec import Struct, structs

from conversations.wants import Wants
from conversations.windows import Grant, Spent
from hub.errors import WrongMove
from hub.model import Address, Envelope, Part, Status
from hub.store.port import Collection, Document, Eq, Index, Present


class State(StrEnum):
    """Whose turn it is."""

    BOT = "bot"
    WAITING = "waiting"
    AGENT = "agent"
    CLOSED = "closed"


MOVES: dict[State, frozenset[State]] = {
    State.BOT: frozenset({State.WAITING, State.AGENT, State.CLOSED}),
    State.WAITING: frozenset({State.BOT, State.AGENT, State.CLOSED}),
    State.AGENT: frozenset({State.WAITING, State.BOT, State.CLOSED}),
    State.CLOSED: frozenset({State.WAITING, State.BOT, State.AGENT}),
}
"""AGENT to AGENT is a transfer and goes through `give_to` as well; closed ones may always be opened again."""


class Priority(StrEnum):
    """How soon it matters; `rank` orders a queue."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"


class AuthorKind(StrEnum):
    """Who wrote it."""

    CUSTOMER = "customer"
    AGENT = "agent"
    BOT = "bot"
    SYSTEM = "system"


class Author(Struct, frozen=True, kw_only=True):
    """The writer of a message; `id` is a profile, user or bot id."""

    kind: AuthorKind
    id: str = ""
    name: str = ""


class Direction(StrEnum):
    """Which way a message goes; a note goes nowhere and customers never see it."""

    IN = "in"
    OUT = "out"
    NOTE = "note"


class Offer(Struct, frozen=True, kw_only=True):
    """The conversation is offered to one agent, who may accept until `until`."""

    agent: str
    until: datetime


class Due(Struct, frozen=True, kw_only=True):
    """By when something is owed: `kind` is the promise (an answer, the closing), `warn_at` from when it is urgent."""

    kind: str
    at: datetime
    warn_at: datetime | None = None
    warned: bool = False
    breached: bool = False


class Preview(Struct, frozen=True, kw_only=True):
    """The last thing said, for lists."""

    text: str
    author: AuthorKind
    at: datetime


class Rating(Struct, frozen=True, kw_only=True):
    """What the customer thought: 1 to 5 stars and a comment."""

    stars: int
    comment: str = ""
    at: datetime


class Conversation(Document, frozen=True, kw_only=True):
    """One customer, one thread, one owner at a time.

    `live` is false only when closed; the unique partial index over it is what keeps two first messages of one
    customer in one conversation. `thread` tells a customer's mails apart: the root's message id; any other channel
    has one thread, "". `seq` is the number of the newest message or note, `customer_seq` and `agent_seq`
    of the newest by the customer and by a colleague. `waiting_since` is set while the customer waits for an answer.
    `queued_at` orders the queue and survives a refused offer; `declined_by` names who is not to be offered it again.
    `held_since` is when the colleague who has it got it, set exactly while one has it.
    `waits_for` names whom outside it waits for ("supplier"), `due` by when something is owed and `due_at` that moment.
    `windows` is the ledger of what the provider still lets us send, `people` the mail addresses that take part besides
    the customer's own, `facts` what the last signal told (a scene, a welcome code), and `follows`, the id of the closed
    conversation that this one goes on from.
    `wants` is what it needs of the person who answers. `lane` is where it stands in its queue, "" until routing gave
    it a place there; it is kept for `kept_for` until `kept_until`. Those three are routing's own.
    """

    inbox: str
    address: Address
    profile: str
    name: str = ""
    subject: str = ""
    state: State
    live: bool = True
    team: str | None = None
    agent: str | None = None
    bot: str | None = None
    offer: Offer | None = None
    offered_to: str | None = None
    declined_by: tuple[str, ...] = ()
    priority: Priority = Priority.NORMAL
    labels: tuple[str, ...] = ()
    followers: tuple[str, ...] = ()
    language: str = ""
    seq: int = 0
    customer_seq: int = 0
    agent_seq: int = 0
    customer_read: int = 0
    last: Preview | None = None
    last_at: datetime
    waiting_since: datetime | None = None
    queued_at: datetime | None = None
    held_since: datetime | None = None
    waits_for: str = ""
    due: Due | None = None
    due_at: datetime | None = None
    snoozed_until: datetime | None = None
    opened_at: datetime
    first_reply_at: datetime | None = None
    closed_at: datetime | None = None
    rating: Rating | None = None
    thread: str = ""
    people: tuple[str, ...] = ()
    windows: tuple[Grant, ...] = ()
    facts: dict[str, str] = {}
    wants: Wants = Wants()
    lane: str = ""
    kept_for: str | None = None
    kept_until: datetime | None = None
    changed_at: datetime

    def moved(self, to: State, *, at: datetime) -> "Conversation":
        """Return it in another state; raises `WrongMove` when the table does not allow that."""
        if to is not self.state and to not in MOVES[self.state]:
            raise WrongMove("That move is not allowed", conversation=self.id, now=self.state, wanted=to)
        return structs.replace(
            self, state=to, live=to is not State.CLOSED, closed_at=at if to is State.CLOSED else None,
            held_since=self.held_since if to is State.AGENT else None, changed_at=at,
        )  # fmt: skip


class Message(Document, frozen=True, kw_only=True):
    """One entry of a thread. `seq` has no gaps within its conversation.

    `key` ("inbox:provider id") makes an inbound unique for ever, `client_id` a send. `terms` are what search finds.
    `at` is the hub's time and agrees with `seq`; `sent_at` is the provider's. `reason` is a code, `detail` the
    provider's own words for a failure. `degraded` names the kinds of part that were rendered as something simpler,
    `spent` the grant of the window it left under.

    A mail has `subject`, `envelope` and `ref`, the message id other mails refer to it by (ours once it was sent).
    `automatic`: a machine wrote it. `original` is the blob of the raw form. `kind` tells a whisper, a lead's word to
    the colleague it mentions, from everything else; a whisper is a note, and one that is not cannot be made.
    """

    conversation: str
    inbox: str
    seq: int
    direction: Direction
    author: Author
    parts: tuple[Part, ...]
    at: datetime
    sent_at: datetime | None = None
    status: Status = Status.SENT
    reason: str = ""
    key: str | None = None
    provider_id: str | None = None
    client_id: str | None = None
    reply_to: str = ""
    mentions: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()
    subject: str = ""
    envelope: Envelope | None = None
    ref: str | None = None
    automatic: bool = False
    purpose: Literal["service", "marketing"] = "service"
    original: str = ""
    degraded: tuple[str, ...] = ()
    spent: Spent | None = None
    detail: str = ""
    kind: Literal["", "whisper"] = ""

    def __post_init__(self) -> None:
        """Refuse a whisper that would go anywhere: raises ValueError, also when a row is decoded."""
        if self.kind == "whisper" and self.direction is not Direction.NOTE:
            raise ValueError("A whisper is a note: no customer ever sees it")


class Profile(Document, frozen=True, kw_only=True):
    """What one address told us about a person; one per channel and user, never merged in place.

    `verified` names the fields that were proved, `edited` those a colleague wrote; a mere claim changes neither.
    `proofs` are the proved e-mail address and phone number as they are compared ("email:ann@example.cn"): what tells
    that two profiles are one person.
    """

    address: Address
    channel: str
    user: str
    name: str = ""
    language: str = ""
    avatar: str = ""
    email: str = ""
    phone: str = ""
    company: str = ""
    attributes: dict[str, str] = {}
    verified: tuple[str, ...] = ()
    edited: tuple[str, ...] = ()
    proofs: tuple[str, ...] = ()
    remark: str = ""
    labels: tuple[str, ...] = ()
    first_seen: datetime
    last_seen: datetime


class Draft(Document, frozen=True, kw_only=True):
    """What an agent is writing; id is "conversation:user". `base_seq` is the newest message they had seen."""

    conversation: str
    user: str
    text: str
    note: bool = False
    base_seq: int = 0
    at: datetime


class ReadMark(Document, frozen=True, kw_only=True):
    """How far an agent has read; id is "conversation:user"."""

    conversation: str
    user: str
    seq: int
    at: datetime


CONVERSATIONS = Collection(
    "conversations",
    Conversation,
    Index(("inbox", "profile", "thread"), unique=True, where=(Eq("live", True),)),
    Index(("state", "agent", "last_at", "id")),
    Index(("state", "team", "last_at", "id")),
    Index(("state", "last_at", "id")),
    Index(("profile", "last_at", "id")),
    Index(("state", "team", "queued_at", "id"), where=(Present("queued_at"),)),
    Index(("queued_at", "id"), where=(Present("queued_at"),)),
    Index(("lane", "queued_at", "id"), where=(Present("queued_at"),)),
    Index(("kept_for", "queued_at", "id"), where=(Present("kept_for"),)),
    Index(("offered_to", "queued_at", "id"), where=(Present("offered_to"),)),
    Index(("team", "last_at", "id"), where=(Present("snoozed_until"),)),
    Index(("last_at", "id"), where=(Present("snoozed_until"),)),
    Index(("state", "agent", "due_at", "id"), where=(Present("due_at"),)),
    Index(("state", "team", "due_at", "id"), where=(Present("due_at"),)),
    Index(("state", "due_at", "id"), where=(Present("due_at"),)),
    Index(("labels", "last_at", "id"), many="labels"),
    Index(("followers", "last_at", "id"), many="followers"),
    Index(("team", "closed_at", "id"), where=(Present("closed_at"),)),
)
"""Every index is paid for with every message, so there is one only for a look-up somebody makes (views, finding,
routing); the partial ones hold the few rows that wait, are offered, sleep or are due."""

MESSAGES = Collection(
    "messages",
    Message,
    Index(("conversation", "seq"), unique=True),
    Index(("key",), unique=True, where=(Present("key"),)),
    Index(("conversation", "client_id"), unique=True, where=(Present("client_id"),)),
    Index(("inbox", "provider_id"), where=(Eq("direction", "out"), Present("provider_id"))),
    Index(("inbox", "ref"), where=(Present("ref"),)),
    Index(("terms", "id"), many="terms"),
    shard="conversation",
)
"""What came in is found by `key`, what went out by the provider's id: one of the two for each message. Mails alone have
a `ref` too."""

PROFILES = Collection(
    "profiles",
    Profile,
    Index(("channel", "user"), unique=True),
    Index(("last_seen", "id")),
    Index(("name", "id")),
    Index(("proofs", "id"), many="proofs"),
)

DRAFTS = Collection("drafts", Draft, Index(("conversation", "at", "id")), shard="conversation")
READ_MARKS = Collection("read_marks", ReadMark, Index(("user", "at", "id")), shard="conversation")

"""An inbox: one configured instance of a channel, and the store of all of them.

Secrets are held as ciphertext only; the vault (`hub/secrets.py`) locks and unlocks them for whoever may.
"""

from datetime import datetime
from typing import Annotated, Protocol

from msgspec import Meta, Struct, structs

from conversations.hours import Hours
from hub.clock import Clock
from hub.errors import Conflict, Invalid, NotFound, WrongMove
from hub.ids import new_id
from hub.store.port import By, Collection, Delete, Document, Eq, Index, Insert, Present, Store, put


class Inbox(Document, frozen=True, kw_only=True):
    """Where customers of one channel come in, and who answers them.

    `site_key` is public and names a web-chat inbox. `bot` answers first when set; without a bot, or after it, the
    conversation waits in `team`. A closed conversation comes back within `reopen_hours`; 0 always starts a new one.
    `secrets` maps setting names to ciphertext. While `paused`, what comes in is kept and nothing goes out. `welcome` is
    said to who follows, enters or scans.
    """

    name: str
    channel: str
    site_key: str | None = None
    team: str | None = None
    bot: str | None = None
    language: str = "zh-CN"
    active: bool = True
    hours: Hours = Hours()
    settings: dict[str, str] = {}
    secrets: dict[str, str] = {}
    ask_rating: bool = False
    reopen_hours: int = 24
    paused: bool = False
    welcome: str = ""
    created_at: datetime

    def __repr__(self) -> str:
        """Name it without its settings: some of them are nobody's business."""
        return f"Inbox(id={self.id!r}, name={self.name!r}, channel={self.channel!r})"


class NewInbox(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an administrator says to make one; secrets come here already locked."""

    name: Annotated[str, Meta(min_length=1, max_length=128)]
    channel: Annotated[str, Meta(pattern="^[a-z][a-z0-9_]{0,31}$")]
    site_key: Annotated[str, Meta(pattern="^[A-Za-z0-9_-]{8,64}$")] | None = None
    team: str | None = None
    bot: str | None = None
    language: Annotated[str, Meta(max_length=35)] = "zh-CN"
    active: bool = True
    hours: Hours = Hours()
    settings: dict[str, Annotated[str, Meta(max_length=4000)]] = {}
    secrets: dict[str, str] = {}
    ask_rating: bool = False
    reopen_hours: Annotated[int, Meta(ge=0, le=8760)] = 24
    welcome: Annotated[str, Meta(max_length=2000)] = ""


INBOXES = Collection(
    "inboxes",
    Inbox,
    Index(("created_at", "id")),
    Index(("channel", "id")),
    Index(("site_key",), unique=True, where=(Present("site_key"),)),
)


class History(Protocol):
    """Says whether anything was ever said in an inbox (`conversations.transcripts`)."""

    async def any_in(self, inbox: str) -> bool:
        """Return True when a message of this inbox is stored."""
        ...


class Inboxes:
    """The store of inboxes; a change must name the version it was made from."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def get(self, id: str) -> Inbox:
        """Return the inbox; raises `NotFound`."""
        inbox = await self._store.get(INBOXES, id)
        if inbox is None:
            raise NotFound("No such inbox", inbox=id)
        return inbox

    async def by_site_key(self, key: str) -> Inbox | None:
        """Return the web-chat inbox with this public key, or None."""
        found = await self._store.find(INBOXES, Eq("site_key", key), Present("site_key"), limit=1)
        return found[0] if found else None

    async def all(self) -> list[Inbox]:
        """Return every inbox, oldest first; there are at most some hundreds."""
        return await self._store.find(INBOXES, order=(By("created_at"), By("id")), limit=1000)

    async def of_channel(self, channel: str) -> list[Inbox]:
        """Return the inboxes of one channel."""
        return await self._store.find(INBOXES, Eq("channel", channel), order=(By("id"),), limit=1000)

    async def create(self, new: NewInbox, *, id: str = "") -> Inbox:
        """Store a new inbox; raises `Invalid` when the site key is taken."""
        fields = structs.asdict(new)
        inbox = Inbox(id=id or new_id(), created_at=self._clock.now(), **fields)
        try:
            await self._store.commit(Insert(INBOXES, inbox))
        except Conflict as error:
            raise Invalid("This site key is taken", path="$.site_key") from error
        return inbox

    async def change(self, read: Inbox, changed: Inbox) -> Inbox:
        """Store `changed` over `read`; raises `Conflict` when somebody was quicker, `Invalid` for a taken key."""
        try:
            write = put(INBOXES, read, changed)
            await self._store.commit(write)
        except Conflict as error:
            if error.index:
                raise Invalid("This site key is taken", path="$.site_key") from error
            raise
        return write.doc

    async def remove(self, inbox: Inbox, history: History) -> None:
        """Delete an inbox nobody ever wrote to; raises `WrongMove` for any other."""
        if await history.any_in(inbox.id):
            raise WrongMove(
                "Messages were received or sent here; they must keep their inbox",
                inbox=inbox.id, hint="Set `active` to false instead.",
            )  # fmt: skip
        await self._store.commit(Delete(INBOXES, inbox))

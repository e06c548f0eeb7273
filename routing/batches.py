"""Many conversations moved at once: what was asked for, and what became of each. Pure rows."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

from conversations.model import Author, Priority
from hub.store.port import Collection, Document, Index

Id = Annotated[str, Meta(min_length=1, max_length=64)]


class ToTeam(Struct, frozen=True, kw_only=True, tag="team", tag_field="kind", forbid_unknown_fields=True):
    """Let them wait for a team; each keeps its turn."""

    team: Id


class ToAgent(Struct, frozen=True, kw_only=True, tag="agent", tag_field="kind", forbid_unknown_fields=True):
    """Give them to one colleague, past their capacity if need be."""

    agent: Id


class ToBot(Struct, frozen=True, kw_only=True, tag="bot", tag_field="kind", forbid_unknown_fields=True):
    """Let the bot of each one's inbox answer."""


class Closing(Struct, frozen=True, kw_only=True, tag="close", tag_field="kind", forbid_unknown_fields=True):
    """Close them; nobody is asked for a rating."""


class Ranking(Struct, frozen=True, kw_only=True, tag="priority", tag_field="kind", forbid_unknown_fields=True):
    """Set their priority."""

    priority: Priority


Goal = ToTeam | ToAgent | ToBot | Closing | Ranking


class Fate(StrEnum):
    """What became of one conversation; UNCHANGED was so already."""

    WAITING = "waiting"
    DONE = "done"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


class Batch(Document, frozen=True, kw_only=True):
    """One request of a lead. The id is the lead's and their key's, so the same request again is the same batch.

    `teams` and `sees_all` are what `by` might see when they asked: a piece outside of it is refused. `named` is the
    conversations as they were named, to tell a repeated request from another one under an old key.
    """

    by: Author
    teams: tuple[str, ...] = ()
    sees_all: bool = False
    goal: Goal
    named: tuple[str, ...]
    at: datetime

    @property
    def user(self) -> str:
        """Return who asked, as a viewer of conversations."""
        return self.by.id


class Piece(Document, frozen=True, kw_only=True):
    """One conversation of a batch; `n` is its turn. `code` and `why` tell of a refusal."""

    batch: str
    n: int
    conversation: str
    name: str = ""
    fate: Fate = Fate.WAITING
    code: str = ""
    why: str = ""


BATCHES = Collection("batches", Batch)
PIECES = Collection("batch_pieces", Piece, Index(("batch", "n")), shard="batch")

"""A trade for tests: jobs that write one row each, so that every effect can be counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from hub.ids import new_id
from hub.store.port import By, Collection, Document, Eq, Index, Insert
from hub.work.jobs import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from hub.store.port import Store, Write
    from hub.work.jobs import Job


class Note(Document, frozen=True, kw_only=True):
    """One effect: `word` was done in `lane` as its number `place` (unique: twice is impossible to hide)."""

    lane: str
    word: str
    by: str = ""


NOTES = Collection("notes", Note, Index(("lane", "id")))


class Word(Struct, frozen=True, kw_only=True):
    """The body of a test job."""

    word: str


WRITE: Kind[Word] = Kind("write", Word)


def job(lane: str, seq: int, at: datetime, word: str = "", **more: object) -> Insert[Job]:
    """One `write` job."""
    return WRITE.job(Word(word=word or f"{lane}{seq}"), lane=lane, seq=seq, at=at, **more)  # type: ignore[arg-type]


async def write(body: Word, row: Job, at: datetime) -> Sequence[Write]:
    """The effect: one row. Ids sort by the time they were made, so reading by id is reading in order."""
    return [Insert(NOTES, Note(id=new_id(), lane=row.lane, word=body.word))]


async def written(store: Store, lane: str) -> list[str]:
    """The effects of a lane, in order."""
    return [note.word for note in await store.find(NOTES, Eq("lane", lane), order=(By("id"),), limit=1000)]

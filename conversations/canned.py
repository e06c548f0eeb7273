"""Canned replies: a shortcut, a title, a text with places for what is known of the customer."""

import asyncio
import itertools
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Annotated

from msgspec import Meta, Struct, structs

from hub.errors import Conflict, Invalid, NotFound
from hub.ids import new_id
from hub.store.port import By, Collection, Delete, Document, Index, Insert, Store, put

_PLACE = re.compile(r"\{\{\s*([a-z_.]{1,64})\s*\}\}")
MOST = 5000
Commit = Callable[..., Awaitable[None]]
"""`Store.commit`, or one that writes something of the caller's with it."""

Shortcut = Annotated[str, Meta(min_length=1, max_length=32, pattern=r"^[^\s/{}]+$")]
Title = Annotated[str, Meta(min_length=1, max_length=128)]
Body = Annotated[str, Meta(min_length=1, max_length=10_000)]


class NewCanned(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What somebody says to make one. `team` None is for everybody."""

    shortcut: Shortcut
    title: Title
    body: Body
    team: str | None = None


class CannedEdit(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What changes; None leaves a field as it is. An empty `team` opens it to everybody."""

    shortcut: Shortcut | None = None
    title: Title | None = None
    body: Body | None = None
    team: str | None = None


class Canned(Document, frozen=True, kw_only=True):
    """One canned reply. `initials` are the first letters of the title's syllables: 退款说明 is "tksm"."""

    shortcut: str
    title: str
    body: str
    team: str | None = None
    initials: str = ""


CANNED = Collection("canned", Canned, Index(("shortcut",), unique=True))


class CannedReplies:
    """The store of canned replies; there are some hundreds, so they are searched in memory."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def get(self, id: str) -> Canned:
        """Return one; raises `NotFound`."""
        canned = await self._store.get(CANNED, id)
        if canned is None:
            raise NotFound("No such canned reply", canned=id)
        return canned

    async def all(self, teams: Sequence[str] | None = None) -> list[Canned]:
        """Return those of these teams and those for everybody, by shortcut; None returns every one."""
        rows = await self._store.find(CANNED, order=(By("shortcut"),), limit=MOST)
        return [row for row in rows if teams is None or row.team is None or row.team in teams]

    async def create(self, new: NewCanned, commit: Commit | None = None) -> Canned:
        """Store a new one, by the caller's `commit` if given; raises `Invalid` when the shortcut is taken."""
        letters = await asyncio.to_thread(initials, new.title)
        canned = Canned(
            id=new_id(), shortcut=new.shortcut.lower(), title=new.title, body=new.body, team=new.team,
            initials=letters,
        )  # fmt: skip
        try:
            await (commit or self._store.commit)(Insert(CANNED, canned))
        except Conflict as error:
            raise _taken() from error
        return canned

    async def change(self, read: Canned, edit: CannedEdit, commit: Commit | None = None) -> Canned:
        """Store the change over `read`; raises `Conflict` when somebody was quicker, `Invalid` for a taken shortcut."""
        told = {name: value for name, value in structs.asdict(edit).items() if value is not None}
        changed = structs.replace(read, **told)
        letters = read.initials if changed.title == read.title else await asyncio.to_thread(initials, changed.title)
        changed = structs.replace(
            changed, shortcut=changed.shortcut.lower(), team=changed.team or None, initials=letters
        )
        write = put(CANNED, read, changed)
        try:
            await (commit or self._store.commit)(write)
        except Conflict as error:
            if error.index:
                raise _taken() from error
            raise
        return write.doc

    async def remove(self, id: str, commit: Commit | None = None) -> None:
        """Delete one; raises `NotFound`."""
        await (commit or self._store.commit)(Delete(CANNED, await self.get(id)))


def initials(title: str) -> str:
    """Return the first letter of each Chinese syllable and of each other word, lower case.

    The table of readings takes 57 MB and 0.2 s, so it is loaded by the first title that is written, off the loop.
    """
    from pypinyin import Style, lazy_pinyin

    words = re.findall(r"[\u3400-\u9fff]+|[a-zA-Z0-9]+", title)
    letters = (lazy_pinyin(word, style=Style.FIRST_LETTER, errors=_first) for word in words)
    return "".join(itertools.chain.from_iterable(letters)).lower()


def _first(word: str) -> str:
    """Return the first letter of what is no Chinese."""
    return word[:1]


def suits(canned: Canned, typed: str) -> bool:
    """Say whether what was typed after the slash means this one: its shortcut, initials, or words of its title."""
    wanted = typed.strip().lower()
    return canned.shortcut.startswith(wanted) or canned.initials.startswith(wanted) or wanted in canned.title.lower()


def fill(body: str, facts: Mapping[str, str]) -> str:
    """Put facts in their places ({{customer.name}}); what is not known becomes nothing."""
    return _PLACE.sub(lambda place: facts.get(place[1], ""), body)


def _taken() -> Invalid:
    return Invalid("This shortcut is taken", path="$.shortcut")

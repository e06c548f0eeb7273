"""What routing goes by now: the policy, the queues, the rules and the lines, read again when the book says so."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cached_property

from msgspec import structs

from conversations.hours import Hours, is_open
from hub.store.port import By, Insert, Store, Write, put
from routing.lines import LINES, MOST_LINES, Line
from routing.policy.fit import suits
from routing.policy.order import Rules
from routing.policy.queues import Queue, rings
from routing.policy.workers import Craft
from routing.ruleset import EDITIONS, Asking, Edition, ready
from routing.settings import BOOK, BOOKS, HOUSE, HOUSES, MOST_QUEUES, PLAIN_QUEUE, QUEUES, Book, QueueTerms

Group = tuple[str, str, int]
"""Queue as a board knows it, priority, level of VIP: those who are compared by arrival."""


class Terms:
    """What was in force when the book had one version. Immutable, but for what it remembers to save work."""

    def __init__(
        self, book: Book | None, rules: Rules, queues: Mapping[str, QueueTerms], lines: Sequence[Line],
        edition: Edition | None,
    ) -> None:  # fmt: skip
        self.book = book
        self.rules = rules
        self.lines = {line.id: line for line in lines}
        self.edition = edition.number if edition else 0
        self._queues = queues
        self._edition = edition
        self._reach: dict[Craft, Mapping[Group, Mapping[int, tuple[str, ...]]]] = {}

    @cached_property
    def asking(self) -> tuple[Asking, ...]:
        """The rules in force."""
        return ready(self._edition.rules) if self._edition else ()

    @property
    def queues(self) -> Mapping[str, QueueTerms]:
        """The queues that were described."""
        return self._queues

    def queue(self, id: str) -> QueueTerms:
        """Return a queue; one that nobody described is plain."""
        return self._queues.get(id, PLAIN_QUEUE)

    def waited_in(self, line: Line) -> Queue:
        """Return the queue as it is for those of one line.

        Who stands there was let in, so caps are no matter; for work that nobody waits for there are no steps.
        """
        queue = self.queue(line.queue).queue
        return structs.replace(queue, cap=None, steps=() if line.needs.bulk else queue.steps)

    def reach(self, craft: Craft) -> Mapping[Group, Mapping[int, tuple[str, ...]]]:
        """Return the lines that people of this craft may be asked for: by group, and by the ring it takes."""
        known = self._reach.get(craft)
        if known is None:
            known = self._reach[craft] = self._reached(craft)
        return known

    def _reached(self, craft: Craft) -> Mapping[Group, Mapping[int, tuple[str, ...]]]:
        found: dict[Group, dict[int, list[str]]] = {}
        for line in self.lines.values():
            wanted = rings(line.needs, self.waited_in(line))
            ring = next((number for number, needs in enumerate(wanted) if suits(needs, craft) is None), None)
            if ring is not None:
                group = found.setdefault((line.board, line.priority, line.vip), {})
                group.setdefault(ring, []).append(line.id)
        return {group: {ring: tuple(ids) for ring, ids in by.items()} for group, by in found.items()}


class Calendars:
    """Where the hours of a named calendar are known; the desk's, wired by the server. This one knows none."""

    async def hours(self, calendar: str) -> Hours | None:
        """Return the hours, or None for a calendar that does not exist."""
        return None


class TermsReader:
    """Reads what is in force: one small read for every question."""

    def __init__(self, store: Store, calendars: Calendars | None = None) -> None:
        self._store = store
        self._calendars = calendars or Calendars()
        self._now = Terms(None, Rules(), {}, (), None)
        self._read = False

    async def now(self) -> Terms:
        """Return what is in force."""
        book = await self._store.get(BOOKS, BOOK)
        if not self._read or _page(book) != _page(self._now.book):
            self._now = await self._fresh(book)
            self._read = True
        return self._now

    async def rules(self) -> Rules:
        """Return the policy of the house."""
        return (await self.now()).rules

    async def open(self, terms: QueueTerms, at: datetime) -> bool:
        """Say whether a queue is open now. A calendar that is gone closes nothing."""
        hours = terms.hours
        if hours is None and terms.calendar:
            hours = await self._calendars.hours(terms.calendar)
        return hours is None or is_open(hours, at)

    async def known(self, calendar: str) -> bool:
        """Say whether there is such a calendar."""
        return await self._calendars.hours(calendar) is not None

    async def turned(self) -> Write:
        """Return the write that makes every process read again."""
        return turned(await self._store.get(BOOKS, BOOK))

    async def _fresh(self, book: Book | None) -> Terms:
        house, queues, lines, editions = await asyncio.gather(
            self._store.get(HOUSES, HOUSE),
            self._store.find(QUEUES, order=(By("id"),), limit=MOST_QUEUES),
            self._store.find(LINES, order=(By("id"),), limit=MOST_LINES),
            self._store.find(EDITIONS, order=(By("number", descending=True),), limit=1),
        )
        rules = house.rules if house else Rules()
        return Terms(book, rules, {row.id: row.terms for row in queues}, lines, editions[0] if editions else None)


def turned(book: Book | None) -> Write:
    """Return the write that turns the page of the book as read."""
    if book is None:
        return Insert(BOOKS, Book(id=BOOK))
    return put(BOOKS, book, book)


def _page(book: Book | None) -> int:
    return -1 if book is None else book.version


MOMENT = timedelta(milliseconds=1)
"""Timers that follow from seconds as floats ring this much later, so that none is early by a rounding."""

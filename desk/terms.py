"""The policies and calendars in force, and which of them a conversation falls under."""

import asyncio

from msgspec import Struct

from conversations.facts import facts_of
from conversations.hours import Hours
from conversations.model import PROFILES, Conversation
from desk.policies import CALENDARS, MOST, OF_CUSTOMERS, POLICIES, Policy, choose
from desk.rows import BOOK, BOOKS, Book
from hub.conditions import asked
from hub.store.port import By, Store

ROUND_THE_CLOCK = Hours()


class Applied(Struct, frozen=True):
    """A policy and the hours it counts in; `stamp` is another one whenever either was changed."""

    policy: Policy
    hours: Hours
    stamp: str


class Terms:
    """Reads them anew when the book says that something changed: one small read for every question."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._read = -1
        self._policies: list[Policy] = []
        self._calendars: dict[str, tuple[Hours, int]] = {}
        self._asks_customers = False

    async def book(self) -> Book | None:
        """Return the book; None while nothing was ever promised."""
        return await self._store.get(BOOKS, BOOK)

    async def apply(self, conversation: Conversation) -> Applied | None:
        """Return what a conversation falls under, or None."""
        if not await self._fresh():
            return None
        profile = await self._store.get(PROFILES, conversation.profile) if self._asks_customers else None
        policy = choose(self._policies, facts_of(conversation, profile))
        return self.applied(policy) if policy is not None else None

    def applied(self, policy: Policy) -> Applied:
        """Return the policy with its hours, as read last; a calendar that is gone counts every hour."""
        calendar = policy.terms.calendar or ""
        hours, version = self._calendars.get(calendar, (ROUND_THE_CLOCK, 0))
        return Applied(policy, hours, f"{policy.id}:{policy.version}:{calendar}:{version}")

    async def _fresh(self) -> bool:
        """Read again if need be; return whether there is any policy."""
        book = await self.book()
        if book is None:
            return False
        if book.version != self._read:
            policies, calendars = await asyncio.gather(
                self._store.find(POLICIES, order=(By("rank"), By("id")), limit=MOST),
                self._store.find(CALENDARS, order=(By("name"), By("id")), limit=MOST),
            )
            self._policies = policies
            self._calendars = {one.id: (one.terms.hours, one.version) for one in calendars}
            self._asks_customers = any(not OF_CUSTOMERS.isdisjoint(asked(one.terms.when)) for one in policies)
            self._read = book.version
        return bool(self._policies)

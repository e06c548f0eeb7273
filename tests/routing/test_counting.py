"""What somebody holds, counted while it changes; and those of one line who may not have the same people."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from conversations.model import Conversation
from routing.places import taken
from routing.wanted import Match, matching

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.routing.house import House


class Meanwhile:
    """A store in which something happens after the first look, and before any other begins."""

    def __init__(self, store: Any, happens: Callable[[], Awaitable[object]]) -> None:
        self._store = store
        self._happens = happens
        self._asked = False
        self._happened = asyncio.Event()

    async def find(self, collection: Any, *where: Any, **how: Any) -> Any:
        """Find; the first time, let it happen then."""
        if self._asked:
            await self._happened.wait()
            return await self._store.find(collection, *where, **how)
        self._asked = True
        found = await self._store.find(collection, *where, **how)
        await self._happens()
        self._happened.set()
        return found


async def test_an_offer_that_is_accepted_while_it_is_counted_is_counted_once(at_work: House) -> None:
    await at_work.agent("anna", "water", capacity=2)
    await at_work.customer("c1", "water")
    await at_work.engine.settle()
    assert (await at_work.conversation("c1")).offered_to == "anna"
    store: Any = Meanwhile(at_work.store, lambda: at_work.routing.offers.accept("c1", "anna"))
    assert await taken(store, "anna") == {"chat": 1}
    assert await taken(at_work.store, "anna") == {"chat": 1}


async def test_two_of_one_line_who_come_at_once_each_find_whom_they_may_have(at_work: House) -> None:
    await at_work.agent("anna", "water", capacity=1)
    await at_work.agent("bo", "water", capacity=1)
    await at_work.engine.settle()
    await at_work.customer("c1", "water", declined_by=("anna",))
    await at_work.customer("c2", "water", declined_by=("bo",))
    at = at_work.clock.now()
    step = matching(conversation="c2", team="water", at=at, again=False).doc
    writes = await at_work.routing.match(Match(conversation="c2"), step, at)
    given = {write.doc.id: write.doc.offered_to for write in writes if isinstance(write.doc, Conversation)}
    assert given == {"c1": "bo", "c2": "anna"}

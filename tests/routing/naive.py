"""The board as anybody would write it first: every customer against every person, from the policy's own words alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import structs

from routing.policy.fit import fits
from routing.policy.kinds import units_held
from routing.policy.order import Rules, Stake, turn
from routing.policy.queues import rings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from routing.board import Pair
    from routing.policy.needs import Item
    from routing.policy.queues import Queue
    from routing.policy.workers import Worker


class Mirror:
    """What the board should know, kept beside it; `given` says who has what."""

    def __init__(self, rules: Rules, queues: Mapping[str, Queue]) -> None:
        self.rules = rules
        self.queues = queues
        self.items: dict[str, Item] = {}
        self.workers: dict[str, Worker] = {}
        self.given: dict[str, tuple[Item, str]] = {}

    def fits(self, item: Item, worker: Worker, at: float) -> int | None:
        """Return the first ring the item has reached in which the person may be given it, or None."""
        queue = self.queues[item.queue]
        target = queue.target_of(item.priority)
        for ring, needs in enumerate(rings(item.needs, queue)):
            if ring and item.since + queue.steps[ring - 1].after * target > at:
                return None
            if fits(structs.replace(item, needs=needs), worker, self.rules.kinds, at=at) is None:
                return ring
        return None

    def score(self, item: Item, worker: Worker, at: float) -> float:
        """Return how an item ranks for a person."""
        stake = Stake(self.rules, self.queues[item.queue], item.priority, item.vip, bulk=item.needs.bulk)
        return stake.score(at - item.since, worker.craft.pace_with(item.needs.skills))

    def group(self, item: Item, at: float) -> tuple[object, ...]:
        """Return among whom an item is served in order of arrival."""
        late = at - item.since > self.queues[item.queue].target_of(item.priority)
        return (item.queue, item.priority, item.vip, late and self.rules.late_last)

    def key(self, worker: Worker) -> tuple[object, ...]:
        """Return when it is a person's turn."""
        load = units_held(worker.held, self.rules.kinds) / max(1, worker.capacity)
        return (*turn(self.rules, worker.craft, load, worker.idle_since), worker.id)

    def possible(self, at: float) -> list[tuple[str, str]]:
        """Return every pair that could be made now."""
        return [
            (item.id, worker.id)
            for item in self.items.values()
            for worker in self.workers.values()
            if self.fits(item, worker, at) is not None
        ]

    def best(self, worker: Worker, at: float) -> Item | None:
        """Return what a person should be given: the highest rank among the oldest of each queue and priority."""
        able = [item for item in self.items.values() if self.fits(item, worker, at) is not None]
        heads: dict[object, Item] = {}
        for item in sorted(able, key=lambda one: (one.since, one.id)):
            heads.setdefault(self.group(item, at), item)
        return min(heads.values(), key=lambda one: (-self.score(one, worker, at), one.since, one.id), default=None)

    def person(self, item: Item, at: float) -> Worker | None:
        """Return who should be given an item: the narrowest ring, then whoever's turn it is."""
        able = [
            (ring, self.key(worker), worker)
            for worker in self.workers.values()
            if (ring := self.fits(item, worker, at)) is not None
        ]
        return min(able, key=lambda one: one[:2])[2] if able else None

    def give(self, pair: Pair, at: float) -> None:
        """Follow what the board did."""
        item = self.items.pop(pair.item.id)
        worker = self.workers[pair.agent]
        self.given[item.id] = item, worker.id
        held = {**worker.held, item.needs.kind: worker.held.get(item.needs.kind, 0) + 1}
        self.workers[worker.id] = structs.replace(worker, held=held, idle_since=at)

    def done(self, id: str) -> None:
        """Take an item from whoever has it."""
        item, agent = self.given.pop(id)
        worker = self.workers.get(agent)
        if worker is not None:
            held = {**worker.held, item.needs.kind: worker.held[item.needs.kind] - 1}
            self.workers[agent] = structs.replace(worker, held=held)
